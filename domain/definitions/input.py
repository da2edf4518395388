"""Accepting an input: JSON from outside becomes canonical content, or every fault is named at once.

Canonical: money as integer minor units, dates as ISO text, quantities without superfluous zeros,
texts in Unicode's composed form without outer spaces, optional fields that are null left out. How
single values are read is in `domain.definitions.values`.
"""

from collections.abc import Mapping
from datetime import date

from pydantic import JsonValue

from domain.definitions import values
from domain.definitions.faults_of_input import InputErrors, pointer, shown
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
from domain.definitions.model import Definition
from domain.definitions.values import ACCOUNT, PARTY, REFERENCE, Reading
from domain.definitions.written import default_of

Document = dict[str, JsonValue]


def accept(
    definition: Definition, given: object, *, currency: str, starts_on: date | None = None
) -> Document:
    """The canonical content of an input. Raises InputErrors with every fault, and nothing else.

    What starts a process says on which day: then what is left out has its default.
    """
    reading = Reading(currency, starts_on)
    content = members(reading, "", definition.fields, given)
    if reading.errors:
        raise InputErrors(reading.errors)
    return content


def members(
    reading: Reading, at: str, fields: Mapping[str, AnyField], given: object
) -> dict[str, JsonValue]:
    """The fields of an object, in the order of the definition."""
    if not isinstance(given, Mapping):
        detail = f"Give an object with {', '.join(fields)}; {shown(given)} stands here."
        reading.fault(at, "object_expected", detail)
        return {}
    for name in given:
        if name not in fields:
            detail = f"There is no field {shown(name)} here. Remove it or use a listed one."
            reading.fault(pointer(at, name), "field_unknown", detail, tuple(fields))
    content: dict[str, JsonValue] = {}
    for name, kind in fields.items():
        value = given.get(name)
        if value is None and reading.starts_on is not None:
            value = default_of(kind, reading.starts_on)
        if value is not None:
            content[name] = read(reading, pointer(at, name), kind, value)
        elif kind.required:
            reading.fault(pointer(at, name), "field_missing", f"Give {name} ({kind.label}).")
    return content


def read(reading: Reading, at: str, kind: AnyField, value: object) -> JsonValue:
    """One value by its kind. What comes back for a faulty value is never used."""
    match kind:
        case PartyField():
            return values.code(reading, at, value, PARTY)
        case AccountField():
            return values.code(reading, at, value, ACCOUNT)
        case ReferenceField():
            return values.code(reading, at, value, REFERENCE)
        case TextField():
            return values.text(reading, at, kind, value)
        case DateField():
            return values.day(reading, at, value)
        case MoneyField():
            return values.amount(reading, at, value)
        case QuantityField():
            return values.quantity(reading, at, kind, value)
        case ChoiceField():
            return values.choice(reading, at, kind, value)
        case FileField():
            return values.file(reading, at, value)
        case RowsField():
            return rows(reading, at, kind, value)


def rows(reading: Reading, at: str, kind: RowsField, value: object) -> JsonValue:
    """A list of objects: one or more when required, never more than the definition allows."""
    if not isinstance(value, list | tuple):
        reading.fault(at, "rows_expected", f"Give a list of rows; {shown(value)} stands here.")
        return None
    if not value and kind.required:
        reading.fault(at, "rows_must_not_be_empty", "Give at least one row.")
    if len(value) > kind.max_rows:
        detail = f"There are {len(value)} rows; at most {kind.max_rows} are allowed. Split them up."
        reading.fault(at, "rows_must_not_be_too_many", detail)
        return None
    return [members(reading, pointer(at, i), kind.fields, row) for i, row in enumerate(value)]
