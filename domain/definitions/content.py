"""Reading accepted content: the values of a document as money, dates, text and rows.

Content is what `input.accept` returns, so a value of another shape is a programmer's mistake.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from pydantic import JsonValue

from domain.money import Money

Content = Mapping[str, JsonValue]


def money(content: Content, name: str) -> Money | None:
    """The amount of a money field; None when it was left out."""
    value = content.get(name)
    if value is None:
        return None
    assert isinstance(value, dict), f"{name} is {value!r}, not money"
    amount, currency = value["amount"], value["currency"]
    assert isinstance(amount, int), f"{name} is {value!r}"
    assert isinstance(currency, str), f"{name} is {value!r}"
    return Money(amount, currency)


def given_money(content: Content, name: str) -> Money:
    """The amount of a required money field."""
    found = money(content, name)
    assert found is not None, f"{name} is required"
    return found


def text(content: Content, name: str) -> str:
    """A text, choice, account or party's code; empty when it was left out."""
    value = content.get(name)
    if value is None:
        return ""
    assert isinstance(value, str), f"{name} is {value!r}, not text"
    return value


def day(content: Content, name: str) -> date:
    """A required date."""
    return date.fromisoformat(text(content, name))


def quantity(content: Content, name: str) -> Decimal:
    """A required quantity, whatever it counts in."""
    value = content.get(name)
    if isinstance(value, dict):
        return Decimal(str(value["quantity"]))
    return Decimal(text(content, name))


def shown(content: Content, name: str) -> str:
    """A value of one field for people: as money, with its unit, a file by its name."""
    value = content.get(name)
    if isinstance(value, dict) and "unit" in value:
        return f"{value['quantity']} {value['unit']}"
    if isinstance(value, dict) and "sha256" in value:
        return str(value["name"])
    if isinstance(value, dict):
        return str(given_money(content, name))
    return text(content, name)


def rows(content: Content, name: str) -> Sequence[Content]:
    """The rows of a field; none when it was left out."""
    value = content.get(name)
    if value is None:
        return ()
    assert isinstance(value, list), f"{name} is {value!r}, not rows"
    found = [row for row in value if isinstance(row, dict)]
    assert len(found) == len(value), f"{name} has a row that is no mapping"
    return found
