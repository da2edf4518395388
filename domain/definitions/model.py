"""What a definition file may say. That it holds together is proven in `proof`."""

import hashlib
import json
from functools import cached_property
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field

from domain import identifiers
from domain.definitions.fields import AnyField, Name, RowsField, Strict, Words
from domain.ledger import notation

CONFIGURATION = "cfg"


def postings_of(value: object) -> object:
    """A block of posting lines as one normal line each, so that alignment is not content."""
    if not isinstance(value, str):
        return value
    return tuple(" ".join(line.split()) for _, line in notation.meaningful_lines(value))


class Unique(Strict):
    """No two processes of this type may have the same values in these fields."""

    name: Name
    fields: Annotated[tuple[Name, ...], Field(min_length=1)]


class Stage(Strict):
    """Where a process stands. `ends` is the status of a process that has come to rest here."""

    title: Words
    to: tuple[Name, ...] = ()
    ends: Literal["completed", "cancelled", "compensated"] | None = None


class Action(Strict):
    """What a person may do: which roles, in which stages (all, when none is named)."""

    title: Words
    by: Annotated[tuple[Name, ...], Field(min_length=1)]
    from_: Annotated[tuple[Name, ...], Field(alias="from")] = ()
    not_the_maker: bool = False


class Band(Strict):
    """One role per level for amounts up to and including `up_to` (`50000.00 INR`)."""

    up_to: str | None = None
    levels: Annotated[tuple[Name, ...], Field(min_length=1)]


class Approval(Strict):
    """Bands by amount, and how long a checker may take. Durations are `3d`, `12h`, `30m`, `5s`."""

    bands: Annotated[tuple[Band, ...], Field(min_length=1)]
    remind_every: str | None = None
    deadline: str | None = None
    escalate_to: Name | None = None


class Number(Strict):
    """The series a voucher number is drawn from at posting, and how it is written."""

    series: Name
    pattern: Words


class JournalTemplate(Strict):
    """One journal entry in journal notation, with names where amounts will stand."""

    narration: Words
    date: Name
    due: Name | None = None
    numbered: bool = False
    postings: Annotated[tuple[str, ...], BeforeValidator(postings_of), Field(min_length=2)]


class Definition(Strict):
    """Everything a process type is, apart from the arithmetic and rules that it names.

    The order of fields and stages has a meaning (forms follow the one, a process starts in the
    first of the other), so the canonical text keeps it: store it as text, not as jsonb.
    """

    process: Name
    title: Words
    summary: Words
    workflow: str | None = None
    reference_prefix: Annotated[str, Field(pattern="^[A-Z]{2,8}$")]
    fields: Annotated[dict[Name, AnyField], Field(min_length=1)]
    example: dict[Name, str | tuple[dict[Name, str], ...]] = {}
    subject: Words
    amount: Name | None = None
    unique: tuple[Unique, ...] = ()
    checks: tuple[Name, ...] = ()
    stages: Annotated[dict[Name, Stage], Field(min_length=1)]
    actions: Annotated[dict[Name, Action], Field(min_length=1)]
    approval: Approval | None = None
    totals: dict[Name, Annotated[tuple[str, ...], Field(min_length=1)]] = {}
    pay_at: str | None = None
    number: Number | None = None
    journals: dict[Name, JournalTemplate] = {}

    @staticmethod
    def from_canonical(text: str) -> "Definition":
        """The definition that `canonical` wrote. It was proven when it was released."""
        return Definition.model_validate_json(text)

    def canonical(self) -> str:
        """JSON with one spelling per meaning; defaults are left out, so new ones change no hash."""
        plain = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))

    @cached_property
    def hash(self) -> str:
        """`cfg_` and 26 letters: the first 128 bits of the SHA-256 of the canonical text."""
        digest = hashlib.sha256(self.canonical().encode()).digest()
        return identifiers.written(CONFIGURATION, UUID(bytes=digest[:16]))

    @property
    def first_stage(self) -> str:
        """Where a process starts."""
        return next(iter(self.stages))

    def fields_by_path(self) -> dict[str, AnyField]:
        """Every field, those of rows as `lines.net`."""
        found: dict[str, AnyField] = {}
        for name, field in self.fields.items():
            found[name] = field
            if isinstance(field, RowsField):
                found |= {f"{name}.{inner}": part for inner, part in field.fields.items()}
        return found
