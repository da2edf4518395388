"""The JSON Schema of a process type's input, and an example of it."""

from collections.abc import Mapping

from pydantic import JsonValue

from domain import money
from domain.definitions.fields import (
    AccountField,
    AnyField,
    ChoiceField,
    DateField,
    MoneyField,
    PartyField,
    QuantityField,
    RowsField,
    TextField,
)
from domain.definitions.input import ACCOUNT_CODE, LARGEST_QUANTITY, PARTY_CODE, Document
from domain.definitions.model import Definition

Schema = dict[str, JsonValue]
Text = str | tuple[dict[str, str], ...]
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(definition: Definition, *, currency: str = "INR") -> Schema:
    """JSON Schema 2020-12 of the input. What a schema cannot say, `accept` refuses all the same."""
    return {
        "$schema": DIALECT,
        "title": definition.title,
        "description": definition.summary,
        **object_schema(definition.fields, currency),
        "examples": [example(definition, currency=currency)],
    }


def object_schema(fields: Mapping[str, AnyField], currency: str) -> Schema:
    """An object with these fields and no others."""
    return {
        "type": "object",
        "properties": {name: field_schema(field, currency) for name, field in fields.items()},
        "required": [name for name, field in fields.items() if field.required],
        "additionalProperties": False,
    }


def field_schema(field: AnyField, currency: str) -> Schema:
    """What one field accepts."""
    shape = shape_of(field, currency)
    if not field.required:
        shape = {"anyOf": [shape, {"type": "null"}]}
    return {"title": field.label, **shape}


def shape_of(field: AnyField, currency: str) -> Schema:
    """The schema of a kind of field."""
    match field:
        case PartyField():
            return {"type": "string", "pattern": whole(PARTY_CODE)}
        case AccountField():
            return {"type": "string", "pattern": whole(ACCOUNT_CODE)}
        case DateField():
            return {"type": "string", "format": "date"}
        case ChoiceField():
            return {"type": "string", "enum": list(field.choices)}
        case MoneyField():
            return money_schema(currency)
        case QuantityField():
            return quantity_schema(field)
        case TextField():
            pattern: Schema = {"pattern": whole(field.pattern)} if field.pattern else {}
            return {"type": "string", "minLength": 1, "maxLength": field.max_length, **pattern}
        case RowsField():
            least = 1 if field.required else 0
            items = object_schema(field.fields, currency)
            return {"type": "array", "minItems": least, "maxItems": field.max_rows, "items": items}


def whole(pattern: str) -> str:
    """The pattern for the whole of a text; JSON Schema's search for it anywhere."""
    return f"^(?:{pattern})$"


def money_schema(currency: str) -> Schema:
    """Integer minor units with a currency."""
    amount: Schema = {"type": "integer", "minimum": 0, "maximum": money.LARGEST_AMOUNT}
    return {
        "type": "object",
        "description": "Integer minor units: 100 is 1.00.",
        "properties": {"amount": amount, "currency": {"type": "string", "const": currency}},
        "required": ["amount", "currency"],
        "additionalProperties": False,
    }


def quantity_schema(field: QuantityField) -> Schema:
    """A decimal as text, or a whole number."""
    digits = rf"(\.[0-9]{{1,{field.decimals}}}0*)?" if field.decimals else r"(\.0+)?"
    number: Schema = {"type": "integer", "minimum": 1, "maximum": LARGEST_QUANTITY}
    return {"anyOf": [{"type": "string", "pattern": f"^[0-9]+{digits}$"}, number]}


def example(definition: Definition, *, currency: str = "INR") -> Document:
    """The definition's own example, or one made of its required fields."""
    given: Mapping[str, Text] = definition.example or samples(definition.fields, currency)
    return {name: on_the_wire(definition.fields.get(name), text) for name, text in given.items()}


def on_the_wire(field: AnyField | None, given: Text) -> JsonValue:
    """The JSON of a value that stands as text: `1180.00 INR` becomes its minor units."""
    if isinstance(given, tuple):
        inner = field.fields if isinstance(field, RowsField) else {}
        return [{n: on_the_wire(inner.get(n), text) for n, text in row.items()} for row in given]
    if isinstance(field, MoneyField):
        amount = money.parse(given)
        return {"amount": amount.amount, "currency": amount.currency}
    return given


def samples(fields: Mapping[str, AnyField], currency: str) -> dict[str, Text]:
    """A value as text for each required field."""
    return {name: sample(field, currency) for name, field in fields.items() if field.required}


def sample(field: AnyField, currency: str) -> Text:
    """A value as text. A field with a pattern of its own shows its label; give an `example`."""
    match field:
        case PartyField():
            return "V-001"
        case AccountField():
            return "office_rent"
        case DateField():
            return "2026-07-16"
        case MoneyField():
            return f"{money.plain(100_000, currency)} {currency}"
        case QuantityField():
            return "1"
        case ChoiceField():
            return field.choices[0]
        case TextField():
            return field.label[: field.max_length].strip()
        case RowsField():
            row = {n: sample(f, currency) for n, f in field.fields.items() if f.required}
            return ({n: text for n, text in row.items() if isinstance(text, str)},)
