"""Fiscal years: what must hold before one is closed, closing it, reopening it, what it opens with.

Closing moves every income and expense balance to retained earnings, so that both open the next year
at zero; balance-sheet accounts go on. Income statements tell the year as it was before: their
figures leave out entries of kind closing and the reversals of those (`figures.Question`).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, func, select, text

from domain.ledger.tables import accounts, day_movements, periods
from domain.ledger.years_tables import (
    closing_entries,
    period_balances,
    year_closings,
    year_reopenings,
)
from domain.refusal import Refusal

CLEARING = "exchange_clearing"

CHECKS = text("SELECT name, holds, cure FROM ledger_year_checks(:company, :fiscal_year)")
CLOSE = text(
    "SELECT ledger_close_year("
    ":company, :year, :retained, :clearing, :person, :reason, :key, :process)"
)
REOPEN = text(
    "SELECT ledger_reopen_year(:company, :year, :maker, :checker, :reason, :key, :process)"
)


@dataclass(frozen=True, slots=True)
class Check:
    """A line of the closing checklist, and what to do when it does not hold."""

    name: str
    holds: bool
    what_to_do: str | None


@dataclass(frozen=True, slots=True)
class Closing:
    """A closing of a year; each further one of the same year has the next version.

    It stands until it is reopened; then `reopened_at` and who made and checked that are known.
    """

    id: UUID
    company: UUID
    fiscal_year: str
    version: int
    starts_on: date
    ends_on: date
    retained_earnings: int
    closed_at: datetime
    closed_by: UUID
    reason: str
    entries: tuple[UUID, ...]
    reopened_at: datetime | None
    maker: UUID | None
    checker: UUID | None


@dataclass(frozen=True, slots=True)
class OpeningBalance:
    """Debits less credits of an account before a year, in minor units of `currency` and in base."""

    account: int
    code: str
    currency: str
    dimension_set: int
    amount: int
    base_amount: int


@dataclass(frozen=True, slots=True)
class Openings:
    """What a year opens with: balance-sheet accounts alone, since income and expense open at zero.

    `unclosed_result` is what earlier years left on income and expense accounts (debits less
    credits in base currency) because they are not closed yet: with it the balances sum to zero.
    """

    balances: tuple[OpeningBalance, ...]
    unclosed_result: int


def checklist(connection: Connection, company: UUID, fiscal_year: str) -> tuple[Check, ...]:
    """What must hold before a year is closed. Recomputed from the postings of the year.

    Raises Refusal `year_must_exist`.
    """
    values = {"company": company, "fiscal_year": fiscal_year}
    return tuple(
        Check(row.name, row.holds, None if row.holds else row.cure)
        for row in connection.execute(CHECKS, values)
    )


def close(
    connection: Connection,
    company: UUID,
    fiscal_year: str,
    *,
    retained_earnings: str,
    person: UUID,
    reason: str,
    key: str,
    process: UUID | None = None,
    exchange_clearing: str = CLEARING,
) -> Closing:
    """Close a year, once: post its closing entries, keep what accounts hold, close its periods.

    One entry for each dimension set, dated the last day, moves income and expense to the account
    of code `retained_earnings`; foreign balances cross at their base amounts through
    `exchange_clearing`. Raises Refusal: `company_must_exist`, `effect_key_must_have_one_content`,
    `year_must_exist`, `reason_must_be_given`, `person_must_exist`, `account_must_exist`,
    `retained_earnings_must_be_equity`, `year_must_be_open`, `year_must_be_ready_to_close` (each
    check that fails is among its facts), or what refuses an entry.
    """
    values = {
        "company": company, "year": fiscal_year, "retained": retained_earnings,
        "clearing": exchange_clearing, "person": person, "reason": reason, "key": key,
        "process": process,
    }  # fmt: skip
    return get(connection, connection.execute(CLOSE, values).scalar_one())


def reopen(
    connection: Connection,
    company: UUID,
    fiscal_year: str,
    *,
    maker: UUID,
    checker: UUID,
    reason: str,
    key: str,
    process: UUID | None = None,
) -> Closing:
    """Reopen a closed year, once: reverse its closing entries and leave its periods locked.

    Raises Refusal: `company_must_exist`, `effect_key_must_have_one_content`, `year_must_exist`,
    `reason_must_be_given`, `checker_must_differ_from_maker`, `person_must_exist`,
    `year_must_be_closed`, `later_year_must_be_open`.
    """
    values = {
        "company": company, "year": fiscal_year, "maker": maker, "checker": checker,
        "reason": reason, "key": key, "process": process,
    }  # fmt: skip
    return get(connection, connection.execute(REOPEN, values).scalar_one())


def get(connection: Connection, closing_id: UUID) -> Closing:
    """One closing. Raises Refusal `closing_must_exist`."""
    row = connection.execute(closings().where(year_closings.c.id == closing_id)).one_or_none()
    if row is None:
        raise Refusal("closing_must_exist", f"There is no closing {closing_id} of a year.")
    return closing(row)


def listed(connection: Connection, company: UUID) -> tuple[Closing, ...]:
    """Every closing of the company's years, those that no longer stand too, oldest year first."""
    place = year_closings.c.starts_on, year_closings.c.version
    query = closings().where(year_closings.c.company_id == company).order_by(*place)
    return tuple(closing(row) for row in connection.execute(query))


def opening_balances(connection: Connection, company: UUID, fiscal_year: str) -> Openings:
    """What each account holds on the morning of a year's first day, without empty ones.

    Read from what the closing of the year before kept, or while that is open from the movements of
    all days before. Raises Refusal `year_must_exist`.
    """
    of_year = periods.c.company_id == company, periods.c.fiscal_year == fiscal_year
    first_day = connection.scalar(select(func.min(periods.c.starts_on)).where(*of_year))
    if first_day is None:
        raise Refusal("year_must_exist", f"There is no fiscal year {fiscal_year!r}. Open it first.")
    before = [closing for closing in listed(connection, company) if closing.reopened_at is None]
    kept = [closing.id for closing in before if (first_day - closing.ends_on).days == 1]
    rows = connection.execute(held(company, first_day, kept[0] if kept else None)).all()
    lasting = (row for row in rows if row.kind not in ("income", "expense"))
    return Openings(
        tuple(
            OpeningBalance(
                row.account_id, row.code, row.currency, row.dimension_set_id,
                int(row.amount), int(row.base_amount),
            )
            for row in lasting
        ),
        sum(int(row.base_amount) for row in rows if row.kind in ("income", "expense")),
    )  # fmt: skip


def closings() -> Any:
    """Closings with their entries and, where they no longer stand, their reopening."""
    mine = closing_entries.c.closing_id == year_closings.c.id
    entries = select(func.array_agg(closing_entries.c.entry_id)).where(mine).scalar_subquery()
    reopening = year_reopenings.c.reopened_at, year_reopenings.c.maker, year_reopenings.c.checker
    return select(year_closings, entries.label("entries"), *reopening).outerjoin(
        year_reopenings, year_reopenings.c.closing_id == year_closings.c.id
    )


def closing(row: Row[Any]) -> Closing:
    """A row of closings as what it means."""
    return Closing(
        row.id,
        row.company_id,
        row.fiscal_year,
        row.version,
        row.starts_on,
        row.ends_on,
        row.retained_earnings_id,
        row.closed_at,
        row.closed_by,
        row.reason,
        tuple(sorted(row.entries or ())),
        row.reopened_at,
        row.maker,
        row.checker,
    )


def held(company: UUID, first_day: date, kept: UUID | None) -> Any:
    """Debits less credits before a day, from what a closing kept or from the movements."""
    source = day_movements if kept is None else period_balances
    amount = func.sum(source.c.debit) - func.sum(source.c.credit)
    base_amount = func.sum(source.c.base_debit) - func.sum(source.c.base_credit)
    key = source.c.account_id, accounts.c.code, accounts.c.kind, source.c.currency
    query = select(
        *key, source.c.dimension_set_id, amount.label("amount"), base_amount.label("base_amount")
    ).join(accounts, accounts.c.id == source.c.account_id)
    if kept is None:
        query = query.where(
            day_movements.c.company_id == company, day_movements.c.entry_date < first_day
        )
    else:
        query = query.where(period_balances.c.closing_id == kept)
    grouped = query.group_by(*key, source.c.dimension_set_id)
    return grouped.having((amount != 0) | (base_amount != 0)).order_by(
        accounts.c.code, source.c.currency, source.c.dimension_set_id
    )
