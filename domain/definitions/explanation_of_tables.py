"""Decision tables and levels of approval, told in words."""

from collections.abc import Iterator, Mapping

from domain.definitions.decision_table import DecisionTable, TableRule
from domain.definitions.model import Definition, Stage
from domain.definitions.policy import seats
from domain.definitions.vocabulary import Role

NUMBERS = {
    2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine",
}  # fmt: skip
HITS = {
    "first": "the first that holds decides", "unique": "one holds", "collect": "all that hold count"
}  # fmt: skip


def routes(definition: Definition, stage: Stage) -> Iterator[str]:
    """Each way of a stage that a table leads."""
    if stage.route:
        yield f"Goes where {stage.route!r} leads."
        for rule in definition.tables[stage.route].rules:
            yield f"{condition(rule)}: {definition.stages[rule.then[0]].title}"


def outcomes(table: DecisionTable, roles: Mapping[str, Role]) -> Iterator[str]:
    """Each rule of a table that names levels."""
    yield f"By rules, of which {HITS[table.hit]}"
    for rule in table.rules:
        levels = [each for each in rule.then if each != "nobody"]
        told = ", then ".join(level(each, roles) for each in levels) or "nobody need approve"
        yield f"{condition(rule)}: {told}"


def condition(rule: TableRule) -> str:
    """`When kind is hire and cost <= 100.00 INR`."""
    cells = [f"{name} {cell}" for name, cell in rule.when.items() if cell not in (None, "", "-")]
    return f"When {' and '.join(cells)}" if cells else "Otherwise"


def level(text: str, roles: Mapping[str, Role]) -> str:
    """`owner x 2` as `two of Owner at once`; who checks side by side is joined by `and`."""
    wanted = seats(text)
    counts = {name: wanted.count(name) for name in wanted}
    titles = {name: roles[name].title if name in roles else name for name in counts}
    told = [
        titles[name] if count == 1 else f"{NUMBERS[count]} of {titles[name]}"
        for name, count in counts.items()
    ]
    return " and ".join(told) + (" at once" if len(wanted) > 1 else "")
