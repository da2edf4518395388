"""What a rate, its versions and a quotation are: exact fractions, with where they come from.

A rate is stated as its source states it: so many units of the quote currency for 1, 100 or another
number of units of the base currency. How rates are kept and found is in `rates`.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Rate:
    """`rate` units of the quote currency for `units` of the base currency on one day.

    `kind` is spot, average, closing, buying, selling, customs or another word; `source` says who
    published it. Without `company` it holds for every company of the tenant.
    """

    base_currency: str
    quote_currency: str
    on: date
    kind: str
    rate: Decimal
    source: str
    units: int = 1
    company: UUID | None = None

    def __str__(self) -> str:
        return (
            f"{self.units} {self.base_currency} = {written(self.rate)} {self.quote_currency} "
            f"({self.kind} of {self.on}, {self.source})"
        )


@dataclass(frozen=True, slots=True)
class Version:
    """A rate as it was set: version 1, or a correction that says who made it and why."""

    id: UUID
    rate: Rate
    version: int
    set_by: UUID | None
    reason: str | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Leg:
    """A stored rate on the way from one currency to another, used as it is or inverted."""

    version: Version
    is_inverted: bool

    @property
    def factor(self) -> Fraction:
        """What one unit of the currency it comes from is worth, exactly."""
        factor = Fraction(self.version.rate.rate) / self.version.rate.units
        return 1 / factor if self.is_inverted else factor

    @property
    def path(self) -> tuple[str, str]:
        """The currency it comes from and the one it goes to."""
        rate = self.version.rate
        pair = rate.base_currency, rate.quote_currency
        return pair[::-1] if self.is_inverted else pair


@dataclass(frozen=True, slots=True)
class Quotation:
    """What one unit of a currency is worth in another, and the one or two rates that say so."""

    from_currency: str
    to_currency: str
    on: date
    kind: str
    legs: tuple[Leg, ...]

    @property
    def factor(self) -> Fraction:
        """Units of `to_currency` for one of `from_currency`, exactly; 1 when they are one."""
        return reduce(lambda product, leg: product * leg.factor, self.legs, Fraction(1))

    @property
    def path(self) -> tuple[str, ...]:
        """The currencies on the way: `("JPY", "USD", "INR")`."""
        return (self.from_currency, *(leg.path[1] for leg in self.legs))

    def __str__(self) -> str:
        return f"{' to '.join(self.path)}: {'; '.join(str(leg.version.rate) for leg in self.legs)}"


def written(rate: Decimal) -> str:
    """The decimal in plain digits, without zeros that say nothing: `83.1`."""
    return format(rate.normalize(), "f")
