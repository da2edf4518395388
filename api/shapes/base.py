"""What every resource carries, money, people, and the page of a list."""

from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, Field, PlainSerializer

from domain.identifiers import PERSON, written
from domain.money import Money as Amount

Item = TypeVar("Item")


def in_utc(value: datetime) -> str:
    """RFC 3339 in UTC."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def is_nothing(value: object) -> bool:
    """Whether a member was not asked for."""
    return value is None


Time = Annotated[datetime, PlainSerializer(in_utc, return_type=str)]


class Money(BaseModel):
    """Integer minor units of a currency; `display` as people write it, when asked for."""

    amount: int
    currency: str
    display: str | None = Field(default=None, exclude_if=is_nothing)


class Person(BaseModel):
    """A human."""

    id: str
    name: str


class Resource(BaseModel):
    """Every object says whose it is."""

    tenant: str
    livemode: bool


class Listing(BaseModel, Generic[Item]):
    """A page of a list."""

    data: list[Item]
    next_cursor: str | None
    next_url: str | None
    as_of: Time
    count: int | None = Field(default=None, exclude_if=is_nothing)


def money(amount: Amount, *, display: bool = False) -> Money:
    """Money as it goes over the wire."""
    shown = str(amount) if display else None
    return Money(amount=amount.amount, currency=amount.currency, display=shown)


def person(id: UUID, name: str) -> Person:
    """A person as she goes over the wire."""
    return Person(id=written(PERSON, id), name=name)
