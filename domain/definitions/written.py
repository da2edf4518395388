"""Values as people write them in examples, defaults and scenarios, and as they go over the wire."""

import re
from datetime import date, timedelta

from pydantic import JsonValue

from domain import money
from domain.definitions.fields import AnyField, DateField, MoneyField, QuantityField, RowsField

Text = str | tuple[dict[str, str], ...]
DAY = re.compile(r"today(?:([+-])([0-9]{1,4}))?")


def on_the_wire(field: AnyField | None, given: Text) -> JsonValue:
    """The JSON of a value that stands as text: `1180.00 INR` becomes its minor units."""
    if isinstance(given, tuple):
        inner = field.fields if isinstance(field, RowsField) else {}
        return [{n: on_the_wire(inner.get(n), text) for n, text in row.items()} for row in given]
    if isinstance(field, MoneyField):
        amount = money.parse(given)
        return {"amount": amount.amount, "currency": amount.currency}
    if isinstance(field, QuantityField) and field.units:
        quantity, _, unit = given.partition(" ")
        return {"quantity": quantity, "unit": unit.strip()}
    return given


def default_of(field: AnyField, today: date) -> JsonValue:
    """What a start has on that day where the field is left out; None when it has no default."""
    written = getattr(field, "default", None)
    if written is None:
        return None
    return on_the_wire(field, dated(written, today) if isinstance(field, DateField) else written)


def dated(text: str, today: date) -> str:
    """`today+30` as the day it means. Any other text is left as it is."""
    match = DAY.fullmatch(text)
    if match is None:
        return text
    return (today + timedelta(days=int(f"{match[1]}{match[2]}") if match[1] else 0)).isoformat()
