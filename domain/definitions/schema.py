"""The JSON Schema of a process type's input, and an example of it."""

from collections.abc import Mapping

from pydantic import JsonValue

from domain import money
from domain.definitions.fields import (
    AccountField,
    AnyField,
    ChoiceField,
    DateField,
    FileField,
    MoneyField,
    PartyField,
    QuantityField,
    ReferenceField,
    RowsField,
    TextField,
)
from domain.definitions.input import Document
from domain.definitions.model import Definition
from domain.definitions.units import UNITS
from domain.definitions.values import (
    ACCOUNT_CODE,
    FILE_KEYS,
    LARGEST_QUANTITY,
    PARTY_CODE,
    UPLOAD_ID,
)
from domain.definitions.written import DAY, Text, on_the_wire

Schema = dict[str, JsonValue]
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
        "required": [name for name, field in fields.items() if must_be_given(field)],
        "additionalProperties": False,
    }


def must_be_given(field: AnyField) -> bool:
    """Whether a start without it is refused."""
    return field.required and getattr(field, "default", None) is None


def field_schema(field: AnyField, currency: str) -> Schema:
    """What one field accepts."""
    shape = shape_of(field, currency)
    if not must_be_given(field):
        shape = {"anyOf": [shape, {"type": "null"}]}
    return {"title": field.label, **shape, **default_schema(field)}


def default_schema(field: AnyField) -> Schema:
    """What is taken where the field is left out; of a day that moves only how it is reckoned."""
    default = getattr(field, "default", None)
    if default is None:
        return {}
    if isinstance(field, DateField) and DAY.fullmatch(default):
        return {"description": f"When left out: {default}."}
    return {"default": on_the_wire(field, default)}


def shape_of(field: AnyField, currency: str) -> Schema:
    """The schema of a kind of field."""
    match field:
        case PartyField() | ReferenceField():
            return {"type": "string", "pattern": whole(PARTY_CODE)}
        case FileField():
            return file_schema()
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
    decimal: Schema = {"anyOf": [{"type": "string", "pattern": f"^[0-9]+{digits}$"}, number]}
    if not field.units:
        return decimal if field.unit is None else {**decimal, "description": UNITS[field.unit]}
    return {
        "type": "object",
        "properties": {
            "quantity": decimal,
            "unit": {"type": "string", "enum": list(field.units)},
        },
        "required": ["quantity", "unit"],
        "additionalProperties": False,
    }


def file_schema() -> Schema:
    """The id of a file that was sent; or, in a document that is changed, what stands there."""
    sent: Schema = {
        "type": "string",
        "pattern": whole(UPLOAD_ID),
        "description": "The id of a file that was sent to /v1/uploads.",
    }
    stands: Schema = {
        "type": "object",
        "description": "A file of the document, sent back as it was read.",
        "required": list(FILE_KEYS),
    }
    return {"anyOf": [sent, stands]}


def example(definition: Definition, *, currency: str = "INR") -> Document:
    """The definition's own example, or one made of its required fields."""
    given: Mapping[str, Text] = definition.example or samples(definition.fields, currency)
    return {name: on_the_wire(definition.fields.get(name), text) for name, text in given.items()}


def samples(fields: Mapping[str, AnyField], currency: str) -> dict[str, Text]:
    """A value as text for each field that must be given."""
    return {name: sample(field, currency) for name, field in fields.items() if must_be_given(field)}


def sample(field: AnyField, currency: str) -> Text:
    """A value as text. A field with a pattern of its own shows its label; give an `example`."""
    match field:
        case PartyField() | ReferenceField():
            return "V-001"
        case FileField():
            return f"upl_{'0' * 26}"
        case AccountField():
            return "office_rent"
        case DateField():
            return "2026-07-16"
        case MoneyField():
            return f"{money.plain(100_000, currency)} {currency}"
        case QuantityField():
            return f"1 {field.units[0]}" if field.units else "1"
        case ChoiceField():
            return field.choices[0]
        case TextField():
            return field.label[: field.max_length].strip()
        case RowsField():
            row = {n: sample(f, currency) for n, f in field.fields.items() if f.required}
            return ({n: text for n, text in row.items() if isinstance(text, str)},)
