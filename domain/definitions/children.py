"""What a definition says of the processes that its stages start, and what each of them is given."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from domain.definitions import journal
from domain.definitions.content import Content, rows
from domain.definitions.fields import AnyField, MoneyField, RowsField
from domain.definitions.model import Definition, Starts
from domain.definitions.written import on_the_wire

FIRST = 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """A process to be started: the name in the stage, the row from 1, and its input."""

    name: str
    item: int
    process: str
    input: dict[str, JsonValue]


def wanted(
    definition: Definition, stage: str, content: Content, types: Mapping[str, Definition]
) -> Iterator[Wanted]:
    """Every process that the stage starts for such a document, in the order they are started."""
    for name, starts in definition.stages[stage].starts.items():
        fields = types[starts.process].fields
        fixed = {key: on_the_wire(fields.get(key), text) for key, text in starts.fixed.items()}
        places = rows(content, starts.each) if starts.each else [{}]
        for item, row in enumerate(places, FIRST):
            given = {
                key: value_of(definition, source, content, row)
                for key, source in starts.given.items()
            }
            yield Wanted(
                name, item, starts.process,
                {key: value for key, value in (given | fixed).items() if value is not None},
            )  # fmt: skip


def value_of(definition: Definition, source: str, content: Content, row: Content) -> JsonValue:
    """What a source names: a field of the document or of the row, or a total."""
    rows_field, _, name = source.rpartition(".")
    if rows_field:
        return row.get(name)
    if source in definition.totals:
        total = journal.total(definition, source, content)
        return {"amount": total.amount, "currency": total.currency}
    return content.get(source)


def kind_of_given(definition: Definition, starts: Starts, source: str) -> AnyField | None:
    """The field that a source names, a total as money; None when it names nothing."""
    return givable(definition, starts).get(source)


def givable(definition: Definition, starts: Starts) -> dict[str, AnyField]:
    """Whatever a child may be given: fields, totals, and the fields of the row it is for."""
    found: dict[str, AnyField] = dict(definition.fields)
    for name in definition.totals:
        found[name] = MoneyField(type="money", label=name, required=True)
    each = definition.fields.get(starts.each or "")
    if isinstance(each, RowsField):
        found |= {f"{starts.each}.{name}": field for name, field in each.fields.items()}
    return found


def descended(process_type: str, types: Mapping[str, Definition]) -> set[str]:
    """A type, with every type that it starts, and that those start in their turn."""
    found: set[str] = set()
    waiting = [process_type]
    while waiting:
        name = waiting.pop()
        if name in found or name not in types:
            continue
        found.add(name)
        stages = types[name].stages.values()
        waiting += [starts.process for stage in stages for starts in stage.starts.values()]
    return found


def without_actions(definition: Definition, stage: str) -> set[str]:
    """A stage, and all that may follow it without an action of somebody."""
    found: set[str] = set()
    waiting = [stage]
    while waiting:
        here = waiting.pop()
        if here in found or here not in definition.stages:
            continue
        found.add(here)
        ways = definition.leads_to(here).items()
        waiting += [to for way, to in ways if way not in definition.actions]
    return found
