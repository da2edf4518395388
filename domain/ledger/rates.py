"""Exchange rates: set, corrected by new versions, and found for a day. No amounts."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select, text

from domain.canonical import plain
from domain.database import with_json
from domain.ledger.quotation import Leg, Quotation, Rate, Version, written
from domain.ledger.rates_tables import exchange_rates
from domain.money import exponent
from domain.refusal import Refusal

KIND = re.compile(r"[a-z][a-z0-9_]{0,39}")
UNITS = (1, 10, 100, 1_000, 10_000)
DECIMALS = 10
LIMIT = Decimal(10) ** 10

# A rate of Friday still serves after a week of bank holidays; an older one is no rate of the day.
MAX_AGE_DAYS = 7

SET = with_json("SELECT * FROM ledger_set_rate(:stated, :key)", "stated")
NEWEST = """
    (SELECT *, {inverted} AS inverted FROM exchange_rates
     WHERE tenant_id = (SELECT current_tenant())
       AND base_currency = {base} AND quote_currency = {quote} AND kind = :kind
       AND rate_date <= :on AND (company_id IS NULL OR company_id = CAST(:company AS uuid))
       AND (CAST(:known_at AS timestamptz) IS NULL OR recorded_at <= CAST(:known_at AS timestamptz))
     ORDER BY rate_date DESC, company_id, version DESC LIMIT 1)
"""
FIND = text(
    "SELECT * FROM ("
    + NEWEST.format(inverted="false", base=":base", quote=":quote")
    + "UNION ALL"
    + NEWEST.format(inverted="true", base=":quote", quote=":base")
    + ") AS r ORDER BY rate_date DESC, company_id, inverted LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rate is asked for. The pivot is used only when there is no rate of the pair itself."""

    from_currency: str
    to_currency: str
    on: date
    kind: str
    company: UUID | None = None
    known_at: datetime | None = None
    max_age_days: int = MAX_AGE_DAYS
    pivot: str | None = None


def set_rate(
    connection: Connection,
    rate: Rate,
    *,
    key: str,
    person: UUID | None = None,
    reason: str | None = None,
) -> Version:
    """Set a rate once. The same under the same key returns the first; a different one is refused.

    Where the day has a rate of the kind already, this one corrects it as its next version, and the
    person and the reason must be given. Raises the first Refusal of the ladder.
    """
    check(rate)
    stated = {
        "company_id": rate.company,
        "base_currency": rate.base_currency,
        "quote_currency": rate.quote_currency,
        "kind": rate.kind,
        "rate_date": rate.on,
        "units": rate.units,
        "rate": written(rate.rate),
        "source": rate.source.strip(),
        "set_by": person,
        "reason": reason,
    }
    return version(connection.execute(SET, {"stated": plain(stated), "key": key}).one())


def check(rate: Rate) -> None:
    """A rate that can be used and kept as it was stated. Raises the first Refusal."""
    exponent(rate.base_currency)
    exponent(rate.quote_currency)
    if rate.base_currency == rate.quote_currency:
        raise Refusal(
            "currencies_must_differ",
            f"{rate.base_currency} in {rate.quote_currency} is always 1; leave the rate out.",
        )
    if not KIND.fullmatch(rate.kind):
        raise Refusal(
            "rate_kind_must_be_readable",
            f"{rate.kind!r} is no kind of rate. Use small letters, digits and _: closing, customs.",
        )
    if rate.units not in UNITS:
        raise Refusal(
            "rate_units_must_be_a_power_of_ten",
            f"A rate is stated for 1, 10, 100, 1000 or 10000 units, not for {rate.units}.",
        )
    if not rate.rate.is_finite() or not 0 < rate.rate < LIMIT:
        raise Refusal(
            "rate_must_be_positive",
            f"{rate.rate} {rate.quote_currency} for {rate.units} {rate.base_currency} is no rate. "
            f"Give one above zero and below {LIMIT}.",
        )
    if (Fraction(rate.rate) * 10**DECIMALS).denominator != 1:
        raise Refusal(
            "rate_must_be_exact",
            f"A rate has at most ten decimals, not {rate.rate}. State it for more units.",
        )
    if not rate.source.strip():
        raise Refusal("rate_must_name_its_source", "Say who published the rate, such as RBI.")


def rate(
    connection: Connection,
    from_currency: str,
    to_currency: str,
    on: date,
    kind: str,
    *,
    company: UUID | None = None,
    known_at: datetime | None = None,
    max_age_days: int = MAX_AGE_DAYS,
    pivot: str | None = None,
) -> Quotation:
    """The newest rate of the kind that is of the day or at most `max_age_days` older.

    Of one day's rates the company's own goes before the tenant's, and the pair as asked before the
    inverse. Where the pair has none, two rates through `pivot` serve, if one is stated. `known_at`
    reads as of a time: corrections recorded later are not seen. Raises Refusal `rate_must_exist`.
    """
    pair = from_currency, to_currency
    wanted = Wanted(*pair, on, kind, company, known_at, max_age_days, pivot)
    found = look_up(connection, wanted)
    if found is None:
        raise Refusal("rate_must_exist", missing(connection, wanted))
    return found


def look_up(connection: Connection, wanted: Wanted) -> Quotation | None:
    """The quotation, or None when there is no rate or only an older one."""
    pair = wanted.from_currency, wanted.to_currency
    for currency in {*pair, wanted.pivot or pair[0]}:
        exponent(currency)
    if pair[0] == pair[1]:
        return Quotation(*pair, wanted.on, wanted.kind, ())
    legs = fresh_legs(connection, wanted, pair)
    if legs is None and wanted.pivot is not None and wanted.pivot not in pair:
        legs = fresh_legs(connection, wanted, (pair[0], wanted.pivot, pair[1]))
    return None if legs is None else Quotation(*pair, wanted.on, wanted.kind, legs)


def fresh_legs(
    connection: Connection, wanted: Wanted, path: tuple[str, ...]
) -> tuple[Leg, ...] | None:
    """A leg for each step of the path, or None when one is missing or too old."""
    legs = [newest(connection, wanted, *step) for step in pairwise(path)]
    fresh = tuple(
        leg
        for leg in legs
        if leg is not None and (wanted.on - leg.version.rate.on).days <= wanted.max_age_days
    )
    return fresh if len(fresh) == len(legs) else None


def newest(connection: Connection, wanted: Wanted, base: str, quote: str) -> Leg | None:
    """The last rate of a pair up to the day, at any age."""
    values = {
        "base": base, "quote": quote, "kind": wanted.kind, "on": wanted.on,
        "company": wanted.company, "known_at": wanted.known_at,
    }  # fmt: skip
    row = connection.execute(FIND, values).one_or_none()
    return None if row is None else Leg(version(row), row.inverted)


def missing(connection: Connection, wanted: Wanted) -> str:
    """What to say to the person who must set the rate, with the last one there was."""
    pair = f"{wanted.from_currency} in {wanted.to_currency}"
    through = f", nor through {wanted.pivot}" if wanted.pivot else ""
    last = newest(connection, wanted, wanted.from_currency, wanted.to_currency)
    found = f"the last is {last.version.rate}" if last else "there never was one"
    return (
        f"There is no {wanted.kind} rate of {pair} for {wanted.on}, or at most "
        f"{wanted.max_age_days} days older{through}: {found}. Set the rate of the day."
    )


def history(connection: Connection, rate: Rate) -> tuple[Version, ...]:
    """Every version of the rate of this pair, day, kind and company, the first one first."""
    c = exchange_rates.c
    query = select(exchange_rates).where(
        c.base_currency == rate.base_currency,
        c.quote_currency == rate.quote_currency,
        c.kind == rate.kind,
        c.rate_date == rate.on,
        c.company_id.is_not_distinct_from(rate.company),
    )
    return tuple(version(row) for row in connection.execute(query.order_by(c.version)))


def version(row: Row[Any]) -> Version:
    """A row of the table as what it means."""
    stated = Rate(
        row.base_currency,
        row.quote_currency,
        row.rate_date,
        row.kind,
        Decimal(written(row.rate)),
        row.source,
        row.units,
        row.company_id,
    )
    return Version(row.id, stated, row.version, row.set_by, row.reason, row.recorded_at)
