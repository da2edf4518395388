"""The proof of a decision table when it is loaded: readable, complete, and unambiguous.

The method. Between two neighbouring ends that the rules mention, no rule can tell two values of an
input apart, so one value stands for all of them; and one text for all that no rule names. The rules
that hold for such a value are a set (the bits of an integer); values with the same set are one
*class*; the rules that hold for some facts are the intersection of one class of each input. To go
through all combinations of classes is to go through all facts there are, so the proof is exact.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import reduce
from itertools import pairwise
from operator import or_

from domain.definitions.decision_table import DecisionTable, Fact, shown
from domain.definitions.decision_table_cell import Cell, Kind, Point, Unreadable, currencies, read
from domain.definitions.mistakes import Mistake, Path
from domain.money import Money

# Combinations of classes that one table may take to prove: about half a second.
MOST_COMBINATIONS = 500_000

Values = Mapping[str, Collection[str] | None]
Classes = dict[int, Point]


class TooManyCases(Exception):
    """The table has more combinations of cases than a proof may go through."""


def mistakes(table: DecisionTable, *, values: Values) -> Iterator[Mistake]:
    """Every mistake of the table, at its path within it. `values` are the closed lists of choices.

    A choice that `values` does not name, or names None for, may be any text. Gaps, overlaps and
    rules that never decide are looked for once every cell can be read.
    """
    unread = [*inputs_are_known(table), *cells_are_readable(table, values)]
    unread += currencies_agree(table)
    yield from unread
    if unread:
        return
    columns = {name: classes(table, name, values.get(name)) for name in table.inputs}
    yield from cells_hold_for_something(table, columns)
    if table.hit == "unique":
        yield from rules_do_not_overlap(table, columns)
    if table.hit == "collect":
        return
    try:
        found = cases(table, columns)
    except TooManyCases:
        what = f"The table has more cases than can be proven ({MOST_COMBINATIONS})"
        yield Mistake(("rules",), what, "Split it into tables with fewer rules or inputs each")
        return
    yield from every_case_is_decided(table, columns, found)
    if table.hit == "first":
        yield from every_rule_is_reached(table, columns, found)


def inputs_are_known(table: DecisionTable) -> Iterator[Mistake]:
    """Rules ask for inputs that the table has."""
    for i, rule in enumerate(table.rules):
        for name in rule.when:
            if name not in table.inputs:
                cure = f"Use one of: {', '.join(table.inputs)}"
                yield Mistake(("rules", i, "when", name), f"{name!r} is no input", cure)


def cells_are_readable(table: DecisionTable, values: Values) -> Iterator[Mistake]:
    """Cells can be read in one way, as the kind of their input, and name choices that there are."""
    for path, text, kind in cells(table):
        known = values.get(str(path[-1])) if kind == "choice" else None
        try:
            cell = read(text, kind)
        except Unreadable as fault:
            yield Mistake(path, fault.what, fault.cure)
            continue
        if known is not None:
            yield from choices_exist(path, text, cell, known)


def cells(table: DecisionTable) -> Iterator[tuple[Path, str, Kind]]:
    """Every cell that says something, with its path and kind."""
    for i, rule in enumerate(table.rules):
        for name, text in rule.when.items():
            if name in table.inputs and text is not None:
                yield ("rules", i, "when", name), text, table.inputs[name]


def choices_exist(path: Path, text: str, cell: Cell, known: Collection[str]) -> Iterator[Mistake]:
    """A cell names choices of the list, and none that reads as something else (`not known`)."""
    if text in known and cell.words != {text}:
        what = f"{text!r} is a choice, and reads as something else"
        yield Mistake(path, what, "Write it in double quotes, within single ones: '\"...\"'")
        return
    for name in sorted(cell.words.difference(known)):
        cure = f"Use one of: {', '.join(known) or 'none so far'}"
        yield Mistake(path, f"{name!r} is no choice of {path[-1]!r}", cure)


def currencies_agree(table: DecisionTable) -> Iterator[Mistake]:
    """All amounts of one input are in the currency of the first."""
    first: dict[str, str] = {}
    for path, text, kind in cells(table):
        for currency in sorted(currencies(text)) if kind == "money" else ():
            expected = first.setdefault(str(path[-1]), currency)
            if currency != expected:
                what = f"{text!r} is in {currency}, where {path[-1]!r} is compared in {expected}"
                yield Mistake(path, what, f"Write all its amounts in {expected}")


def classes(table: DecisionTable, name: str, known: Collection[str] | None) -> Classes:
    """The sets of rules that some value of one input satisfies, each with the first such value."""
    kind = table.inputs[name]
    column = [read(rule.when.get(name), kind) for rule in table.rules]
    found: Classes = {}
    for point in points(column, kind, known):
        rules = sum(1 << i for i, cell in enumerate(column) if cell.holds(point))
        found.setdefault(rules, point)
    return found


def points(column: Sequence[Cell], kind: Kind, known: Collection[str] | None) -> Iterable[Point]:
    """Values of which one stands for every value there is."""
    if kind == "choice" and known is not None:
        return known
    if kind in ("choice", "text"):
        words = sorted(frozenset[str]().union(*(cell.words for cell in column)))
        other = "anything else"
        while other in words:
            other += " again"
        return [*words, other]
    ends = sorted({end for cell in column for end in cell.ends()}) or [Decimal(1)]
    if kind == "number":
        middles = [(low + high) / 2 for low, high in pairwise(ends)]
        return sorted([ends[0] - 1, *ends, *middles, ends[-1] + 1])
    # Minor units and days are counted, so there is nothing between 100.00 and 100.01.
    near = sorted({end + step for end in ends for step in (-1, 0, 1)})
    last = date.max.toordinal()
    return [point for point in near if kind == "money" or 1 <= point <= last]


def cells_hold_for_something(
    table: DecisionTable, columns: Mapping[str, Classes]
) -> Iterator[Mistake]:
    """No cell is impossible (`5 .. 1`, or `not` every choice there is)."""
    for path, text, _ in cells(table):
        if not possible(columns[str(path[-1])], int(path[1])):
            yield Mistake(path, f"{text!r} holds for nothing", "Correct it or remove the rule")


def possible(column: Classes, rule: int) -> bool:
    """Whether some value satisfies the rule's cell in this column."""
    return any(rules >> rule & 1 for rules in column)


def rules_do_not_overlap(table: DecisionTable, columns: Mapping[str, Classes]) -> Iterator[Mistake]:
    """No facts satisfy two rules. Two rules overlap when their cells do in every single column."""
    cure = "Let only one of them hold there, or write `hit: first`"
    for j in range(len(table.rules)):
        beside = (1 << j) - 1
        for column in columns.values():
            beside &= reduce(or_, (rules for rules in column if rules >> j & 1), 0)
        for i in range(beside.bit_length()):
            if beside >> i & 1:
                common = [met_by({i, j}, column) for column in columns.values()]
                what = f"Rules {i + 1} and {j + 1} both hold for {witness(table, columns, common)}"
                yield Mistake(("rules", j), what, cure)


def met_by(wanted: Collection[int], column: Classes) -> Point:
    """The first value of one column that satisfies these rules."""
    return next(
        point for rules, point in column.items() if all(rules >> rule & 1 for rule in wanted)
    )


def cases(table: DecisionTable, columns: Mapping[str, Classes]) -> dict[int, tuple[Point, ...]]:
    """Every set of rules that can hold together, with the first facts it was met at."""
    found: dict[int, tuple[Point, ...]] = {(1 << len(table.rules)) - 1: ()}
    for column in columns.values():
        if len(found) * len(column) > MOST_COMBINATIONS:
            raise TooManyCases
        narrower: dict[int, tuple[Point, ...]] = {}
        for rules, facts in found.items():
            for of_column, point in column.items():
                narrower.setdefault(rules & of_column, (*facts, point))
        found = narrower
    return found


def every_case_is_decided(
    table: DecisionTable, columns: Mapping[str, Classes], found: Mapping[int, Sequence[Point]]
) -> Iterator[Mistake]:
    """Some rule holds, whatever the facts."""
    if 0 in found:
        what = f"No rule holds for {witness(table, columns, found[0])}"
        cure = "Add a rule for it, such as a last one without `when`"
        yield Mistake(("rules",), what, cure)


def every_rule_is_reached(
    table: DecisionTable, columns: Mapping[str, Classes], found: Iterable[int]
) -> Iterator[Mistake]:
    """Under `first`, each rule is the first to hold for some facts."""
    reached = {(rules & -rules).bit_length() - 1 for rules in found}
    for i in range(len(table.rules)):
        if i not in reached and all(possible(column, i) for column in columns.values()):
            what = f"Rule {i + 1} never decides: rules before it hold whenever it does"
            yield Mistake(
                ("rules", i), what, "Put it further up, narrow those before, or remove it"
            )


def witness(table: DecisionTable, columns: Mapping[str, Classes], values: Sequence[Point]) -> str:
    """The facts as a person reads them. Inputs that make no difference are left out."""
    facts = {
        name: fact(table, name, value)
        for name, value in zip(columns, values, strict=True)
        if len(columns[name]) > 1
    }
    return shown(facts) or "anything"


def fact(table: DecisionTable, name: str, value: Point) -> Fact:
    """The fact that a value of an input stands for."""
    if isinstance(value, str) or table.inputs[name] == "number":
        return value
    if table.inputs[name] == "date":
        return date.fromordinal(int(value))
    texts = (rule.when.get(name) for rule in table.rules)
    return Money(int(value), next(found for text in texts for found in currencies(text)))
