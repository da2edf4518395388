"""Exchange rates over the wire."""

from datetime import date

from pydantic import BaseModel, Field

from api.shapes.base import Time
from domain.identifiers import COMPANY, PERSON, written
from domain.ledger.quotation import Version
from domain.ledger.quotation import written as in_digits


class RateBody(BaseModel):
    """`units` of one currency are `rate` of the other, exactly as the source states it."""

    from_currency: str = Field(examples=["USD"])
    to_currency: str = Field(examples=["INR"])
    units: int = Field(examples=[1])
    rate: str = Field(examples=["83.1025"], description="An exact decimal, as text.")
    kind: str = Field(examples=["closing"])
    date: date
    source: str = Field(examples=["RBI"])
    company: str | None = Field(description="Null when it holds for every company.")
    version: int = Field(description="Above 1 for a correction.")
    set_by: str | None
    reason: str | None
    recorded_at: Time


class Rates(BaseModel):
    """Of each pair and kind the rate that serves on the day."""

    on: date
    data: list[RateBody]


def rate(found: Version) -> RateBody:
    """A rate with its version."""
    stated = found.rate
    return RateBody(
        from_currency=stated.base_currency,
        to_currency=stated.quote_currency,
        units=stated.units,
        rate=in_digits(stated.rate),
        kind=stated.kind,
        date=stated.on,
        source=stated.source,
        company=written(COMPANY, stated.company) if stated.company else None,
        version=found.version,
        set_by=written(PERSON, found.set_by) if found.set_by else None,
        reason=found.reason,
        recorded_at=found.recorded_at,
    )
