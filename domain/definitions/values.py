"""Reading the values of single fields: each becomes canonical, or its fault is noted."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from pydantic import JsonValue

from domain import money
from domain.currencies import EXPONENTS
from domain.definitions.faults_of_input import OUT_OF_RANGE, FieldError, pointer, shown
from domain.definitions.fields import ChoiceField, QuantityField, TextField
from domain.definitions.patterns import matches

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
QUANTITY = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,20})?")
LARGEST_QUANTITY = 999_999_999
PARTY_CODE = r"[A-Za-z0-9][A-Za-z0-9._/-]{0,31}"
ACCOUNT_CODE = r"[a-z0-9][a-z0-9_]{0,62}"
UPLOAD_ID = "upl_[0-9a-z]{26}"
# What a file is in a document that is stored: which attachment, and what its bytes are.
FILE_KEYS = ("document", "name", "media_type", "size", "sha256")
# Joiners that Indian scripts need; the other format characters reorder or hide text.
JOINERS = "\u200c\u200d"
UNWANTED = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


@dataclass(frozen=True, slots=True)
class Code:
    """How a kind of code is written, and what to call it."""

    pattern: str
    what: str


PARTY = Code(PARTY_CODE, "the code of a party, such as V-001")
ACCOUNT = Code(ACCOUNT_CODE, "the code of an account, such as office_rent")
REFERENCE = Code(PARTY_CODE, "the code of a master or the reference of a process")


@dataclass(slots=True)
class Reading:
    """One pass over an input: the company's currency, the day of a start, the faults so far."""

    currency: str
    starts_on: date | None = None
    errors: list[FieldError] = field(default_factory=list)

    def fault(self, at: str, code: str, detail: str, allowed: tuple[str, ...] = ()) -> None:
        """Note a fault and go on."""
        self.errors.append(FieldError(at, code, detail, allowed))


def amount(reading: Reading, at: str, value: object) -> JsonValue:
    """`{"amount": 118000, "currency": "INR"}`, zero or more, in the company's currency."""
    if not isinstance(value, Mapping):
        detail = (
            f'Give {{"amount": minor units, "currency": "{reading.currency}"}}, not {shown(value)}.'
        )
        reading.fault(at, "money_expected", detail)
        return None
    check_members(reading, at, value, "Money", ("amount", "currency"))
    minor_units = value.get("amount")
    if minor_units is not None:
        check_amount(reading, pointer(at, "amount"), minor_units)
    currency = value.get("currency")
    if currency is not None:
        check_currency(reading, pointer(at, "currency"), currency)
    return {"amount": minor_units, "currency": currency}


def check_members(
    reading: Reading, at: str, value: Mapping[str, object], what: str, names: tuple[str, ...]
) -> None:
    """These members and no others."""
    for name in names:
        if value.get(name) is None:
            reading.fault(pointer(at, name), "field_missing", f"Give the {name}.")
    for name in value:
        if name not in names:
            detail = f"{what} has {' and '.join(names)}, and no {shown(name)}."
            reading.fault(pointer(at, name), "field_unknown", detail, names)


def check_amount(reading: Reading, at: str, value: object) -> None:
    """An integer, neither below zero nor beyond what every JSON reader keeps exact."""
    if type(value) is not int:
        detail = f"Write integer minor units (100 for 1.00), not {shown(value)}."
        reading.fault(at, "amount_must_be_integer", detail)
    elif value < 0:
        reading.fault(at, "amount_must_not_be_negative", f"Write zero or more, not {shown(value)}.")
    elif value > money.LARGEST_AMOUNT:
        detail = f"At most {money.LARGEST_AMOUNT} minor units are allowed, not {shown(value)}."
        reading.fault(at, OUT_OF_RANGE, detail)


def check_currency(reading: Reading, at: str, value: object) -> None:
    """A currency we know, and the company's."""
    if not isinstance(value, str) or value not in EXPONENTS:
        detail = f"{shown(value)} is no currency we know. Write it as {reading.currency}."
        reading.fault(at, "currency_must_be_known", detail, (reading.currency,))
    elif value != reading.currency:
        detail = f"The company keeps its book in {reading.currency}, not in {value}."
        allowed = (reading.currency,)
        reading.fault(at, "currency_must_be_company_currency", detail, allowed)


def text(reading: Reading, at: str, kind: TextField, value: object) -> JsonValue:
    """One line of text or several, composed and without outer spaces."""
    if not isinstance(value, str):
        reading.fault(at, "text_expected", f"Write text, not {shown(value)}.")
        return None
    # Composing may lengthen a text threefold and reading it takes time, so length comes first.
    if len(value) > 4 * kind.max_length:
        too_long(reading, at, kind, len(value))
        return None
    plain = unicodedata.normalize("NFC", value).strip(" ")
    if kind.lines:
        plain = plain.replace("\r\n", "\n").strip(" \n")
    if any(is_unwanted(c, lines=kind.lines) for c in plain):
        detail = f"{shown(plain)} has characters that cannot be seen. Write plain lines."
        if kind.lines:
            reading.fault(at, "text_must_be_plain_lines", detail)
        else:
            detail = detail.replace("plain lines", "one plain line")
            reading.fault(at, "text_must_be_one_line", detail)
    elif not plain.strip():
        reading.fault(at, "text_must_not_be_blank", f"Write the {kind.label}.")
    elif len(plain) > kind.max_length:
        too_long(reading, at, kind, len(plain))
    elif kind.pattern and not matches(kind.pattern, plain):
        detail = f"{shown(plain)} is not written as {kind.label} is. It must match {kind.pattern}."
        reading.fault(at, "text_must_match_pattern", detail)
    return plain


def is_unwanted(character: str, *, lines: bool) -> bool:
    """Whether it cannot be seen, or reorders what can; ends of lines are wanted where there are."""
    if character in JOINERS or (lines and character == "\n"):
        return False
    return unicodedata.category(character) in UNWANTED


def too_long(reading: Reading, at: str, kind: TextField, length: int) -> None:
    """Notes that a text exceeds its field."""
    detail = f"{kind.label} has {length} characters; at most {kind.max_length} are allowed."
    reading.fault(at, "text_must_not_be_too_long", detail)


def day(reading: Reading, at: str, value: object) -> JsonValue:
    """A day as ISO 8601 writes it, within three centuries."""
    try:
        found = (
            date.fromisoformat(value) if isinstance(value, str) and DAY.fullmatch(value) else None
        )
    except ValueError:
        found = None
    if found is None:
        reading.fault(at, "date_expected", f"Write a day as 2026-07-16, not {shown(value)}.")
    elif not FIRST_DAY <= found <= LAST_DAY:
        detail = f"{value} is not between {FIRST_DAY} and {LAST_DAY}."
        reading.fault(at, "date_out_of_range", detail)
    return found.isoformat() if found else None


def quantity(reading: Reading, at: str, kind: QuantityField, value: object) -> JsonValue:
    """A decimal, with its unit where there are several: `{"quantity": "1.5", "unit": "KGS"}`."""
    if not kind.units:
        return decimal(reading, at, kind, value)
    if not isinstance(value, Mapping):
        detail = f'Give {{"quantity": "1.5", "unit": "{kind.units[0]}"}}, not {shown(value)}.'
        reading.fault(at, "quantity_with_unit_expected", detail, kind.units)
        return None
    check_members(reading, at, value, "A quantity", ("quantity", "unit"))
    found, unit = value.get("quantity"), value.get("unit")
    if found is not None:
        found = decimal(reading, pointer(at, "quantity"), kind, found)
    if unit is not None and unit not in kind.units:
        detail = f"{shown(unit)} is no unit of {kind.label}. Use {' or '.join(kind.units)}."
        reading.fault(pointer(at, "unit"), "unit_must_be_listed", detail, kind.units)
    return {"quantity": found, "unit": unit}


def decimal(reading: Reading, at: str, kind: QuantityField, value: object) -> JsonValue:
    """A decimal above zero as text (`"1.5"`), or a JSON integer."""
    if type(value) is int:
        value = str(value) if value.bit_length() <= 128 else "9" * 40
    if not isinstance(value, str) or not QUANTITY.fullmatch(value):
        detail = f'Write a decimal as text, such as "1.5", not {shown(value)}.'
        reading.fault(at, "quantity_expected", detail)
        return None
    whole, _, digits = value.partition(".")
    digits = digits.rstrip("0")
    if len(digits) > kind.decimals:
        detail = f"{value} has {len(digits)} digits after the point; {kind.decimals} are allowed."
        reading.fault(at, "quantity_must_fit_decimals", detail)
    elif Decimal(value) <= 0:
        reading.fault(at, "quantity_must_be_above_zero", f"Write more than zero, not {value}.")
    elif int(whole) > LARGEST_QUANTITY:
        detail = f"At most {LARGEST_QUANTITY} is allowed, not {shown(value)}."
        reading.fault(at, "quantity_out_of_range", detail)
    return f"{int(whole)}.{digits}" if digits else str(int(whole))


def choice(reading: Reading, at: str, kind: ChoiceField, value: object) -> JsonValue:
    """One of the texts that the definition lists."""
    if not isinstance(value, str):
        reading.fault(at, "text_expected", f"Write text, not {shown(value)}.", kind.choices)
        return None
    if value not in kind.choices:
        detail = f"{shown(value)} is none of the choices for {kind.label}."
        reading.fault(at, "choice_must_be_listed", detail, kind.choices)
    return value


def code(reading: Reading, at: str, value: object, form: Code) -> JsonValue:
    """A short text without spaces. That it names something is known to the database alone."""
    if not isinstance(value, str):
        reading.fault(at, "text_expected", f"Write {form.what}, not {shown(value)}.")
        return None
    if not re.fullmatch(form.pattern, value):
        detail = f"{shown(value)} cannot be {form.what}."
        reading.fault(at, "text_must_match_pattern", detail)
    return value


def file(reading: Reading, at: str, value: object) -> JsonValue:
    """The id of a file that was sent, or a file of the document as it was read.

    Whose it is and what it holds is known to the database alone.
    """
    if isinstance(value, str):
        if not re.fullmatch(UPLOAD_ID, value):
            detail = f"{shown(value)} is no upload. Send the file to /v1/uploads and give its id."
            reading.fault(at, "upload_must_exist", detail)
        return value
    if not isinstance(value, Mapping) or set(value) != {*FILE_KEYS}:
        detail = f"Send the file to /v1/uploads and give its id, not {shown(value)}."
        reading.fault(at, "file_expected", detail)
        return None
    return {name: value[name] for name in FILE_KEYS}
