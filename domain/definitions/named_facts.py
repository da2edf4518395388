"""What decision tables and limits may ask about a document: its fields and totals, by name."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from domain.definitions import content as reading
from domain.definitions import journal
from domain.definitions.content import Content
from domain.definitions.decision_table import Fact
from domain.definitions.decision_table_cell import Kind
from domain.definitions.fields import (
    AnyField,
    ChoiceField,
    DateField,
    FileField,
    MoneyField,
    QuantityField,
    RowsField,
)
from domain.definitions.model import Definition

NamedFacts = Mapping[str, Fact]


def named_facts(definition: Definition, content: Content) -> NamedFacts:
    """Every fact that the content has. What was left out is none, nor what cannot be compared."""
    found = {
        name: fact(field, content, name)
        for name, field in definition.fields.items()
        if is_comparable(field) and content.get(name) is not None
    }
    if not journal.is_without_money(definition, content):
        found |= {name: journal.total(definition, name, content) for name in definition.totals}
    return found


def is_comparable(field: AnyField) -> bool:
    """Whether one value can be held against another: no rows, no files, no units side by side."""
    return not (
        isinstance(field, RowsField | FileField)
        or (isinstance(field, QuantityField) and field.units)
    )


def fact(field: AnyField, content: Content, name: str) -> Fact:
    """A value as tables compare it."""
    match field:
        case MoneyField():
            return reading.given_money(content, name)
        case QuantityField():
            return Decimal(reading.text(content, name))
        case DateField():
            return date.fromisoformat(reading.text(content, name))
        case _:
            return reading.text(content, name)


def kinds(definition: Definition) -> dict[str, Kind]:
    """The facts that every document has, with their kind."""
    found: dict[str, Kind] = {
        name: kind_of(field)
        for name, field in definition.fields.items()
        if field.required and is_comparable(field)
    }
    return found | dict.fromkeys(definition.totals, "money")


def kind_of(field: AnyField) -> Kind:
    """How a field's values are compared."""
    match field:
        case MoneyField():
            return "money"
        case QuantityField():
            return "number"
        case DateField():
            return "date"
        case ChoiceField():
            return "choice"
        case _:
            return "text"
