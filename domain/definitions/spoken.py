"""Values as the words of a message: money as people in India write it, days by language."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from pydantic import JsonValue

from domain import money
from domain.definitions import journal
from domain.definitions.fields import AnyField, DateField, MoneyField, RowsField
from domain.definitions.model import Definition
from domain.money import Money

HIDDEN: Final = "•••"
MONTHS: Final = {
    "hi": (
        "जनवरी", "फ़रवरी", "मार्च", "अप्रैल", "मई", "जून", "जुलाई", "अगस्त", "सितंबर", "अक्तूबर",
        "नवंबर", "दिसंबर",
    ),
}  # fmt: skip


def said_money(amount: Money) -> str:
    """`₹1,18,000.00`; other currencies with their code, `EUR 1,234.00`."""
    written = money.grouped(abs(amount.amount), amount.currency)
    sign = "-" if amount.amount < 0 else ""
    mark = "₹" if amount.currency == "INR" else f"{amount.currency} "
    return f"{sign}{mark}{written}"


def said_day(day: date, language: str) -> str:
    """`21 November 2026`, `21 नवंबर 2026`."""
    months = MONTHS.get(language)
    return f"{day.day} {months[day.month - 1] if months else format(day, '%B')} {day.year}"


def said_moment(moment: datetime, language: str) -> str:
    """A day and a time of day."""
    return f"{said_day(moment.date(), language)}, {moment:%H:%M}"


def said_fields(
    definition: Definition, content: Mapping[str, Any], hidden: frozenset[str], language: str
) -> dict[str, Any]:
    """Every field of a document by name: empty when it was left out, dots when it is hidden."""
    return {
        name: said_field(name, field, content.get(name), hidden, language)
        for name, field in definition.fields.items()
    }


def said_field(
    path: str, field: AnyField, value: Any, hidden: frozenset[str], language: str
) -> str | list[dict[str, Any]]:
    """One field, or its rows."""
    if isinstance(field, RowsField):
        if path in hidden:
            return []
        return [
            {
                inner: said_field(f"{path}.{inner}", part, row.get(inner), hidden, language)
                for inner, part in field.fields.items()
            }
            for row in value or ()
        ]
    return HIDDEN if path in hidden else said(field, value, language)


def said(field: AnyField, value: JsonValue, language: str) -> str:
    """A value in words; nothing for what was left out."""
    if value is None:
        return ""
    if isinstance(field, MoneyField) and isinstance(value, dict):
        return said_money(Money(int(str(value["amount"])), str(value["currency"])))
    if isinstance(field, DateField):
        return said_day(date.fromisoformat(str(value)), language)
    return str(value)


def said_totals(
    definition: Definition, content: Mapping[str, Any], hidden: frozenset[str]
) -> dict[str, str]:
    """Every total by name; dots when a part of it is hidden."""
    if journal.is_without_money(definition, content):
        return dict.fromkeys(definition.totals, "")
    return {
        name: HIDDEN
        if hidden & leaves(definition, name)
        else said_money(journal.total(definition, name, content))
        for name in definition.totals
    }


def leaves(definition: Definition, name: str) -> set[str]:
    """The fields that a total adds up, through the totals that are parts of it."""
    if name not in definition.totals:
        return {name}
    return {leaf for part in definition.totals[name] for leaf in leaves(definition, part)}
