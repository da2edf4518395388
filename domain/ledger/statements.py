"""What the book says: trial balance, balances as of a date, entries and an account's postings.

Sums come from balances and day movements, never from postings, so they cost the same at any size.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from domain.ledger.tables import accounts, balances, day_movements


@dataclass(frozen=True, slots=True)
class Sums:
    """Debits and credits in minor units of `currency`, and the same in the base currency."""

    currency: str
    debit: int
    credit: int
    base_debit: int
    base_credit: int

    @property
    def amount(self) -> int:
        """Debits less credits."""
        return self.debit - self.credit

    @property
    def base_amount(self) -> int:
        """Debits less credits in the base currency."""
        return self.base_debit - self.base_credit


@dataclass(frozen=True, slots=True)
class Line:
    """One account in one currency."""

    account: int
    code: str
    title: str
    kind: str
    sums: Sums


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """Every account that was ever posted to, by code. `as_of` None means all that is posted."""

    company: UUID
    as_of: date | None
    lines: tuple[Line, ...]

    @property
    def base_debit(self) -> int:
        """The sum of the accounts that stand on the debit side, in the base currency."""
        return sum(max(line.sums.base_amount, 0) for line in self.lines)

    @property
    def base_credit(self) -> int:
        """The sum of the accounts that stand on the credit side, in the base currency."""
        return sum(max(-line.sums.base_amount, 0) for line in self.lines)


def trial_balance(
    connection: Connection, company: UUID, *, as_of: date | None = None
) -> TrialBalance:
    """All accounts of the company, at the end of the day `as_of` by entry date."""
    source = summed(as_of)
    of_company = source.c.company_id == company
    totals = totalled(as_of, source.c.account_id).where(of_company).group_by(source.c.account_id)
    total = totals.subquery()
    query = (
        select(accounts.c.id, accounts.c.code, accounts.c.title, accounts.c.kind, *total.c[1:])
        .join(total, accounts.c.id == total.c.account_id)
        .order_by(accounts.c.code, total.c.currency)
    )
    lines = (Line(r.id, r.code, r.title, r.kind, sums(r)) for r in connection.execute(query))
    return TrialBalance(company, as_of, tuple(lines))


def balance(connection: Connection, account: int, *, as_of: date | None = None) -> tuple[Sums, ...]:
    """What one account holds in each currency at the end of the day `as_of`; empty when unused."""
    query = totalled(as_of).where(summed(as_of).c.account_id == account)
    return tuple(sums(row) for row in connection.execute(query.order_by("currency")))


def totalled(as_of: date | None, *key: ColumnElement[Any]) -> Select[Any]:
    """Sums over slots and dimensions, by currency."""
    source = summed(as_of)
    parts = (source.c.debit, source.c.credit, source.c.base_debit, source.c.base_credit)
    query = select(*key, source.c.currency, *(func.sum(part).label(part.name) for part in parts))
    if as_of is not None:
        query = query.where(day_movements.c.entry_date <= as_of)
    return query.group_by(source.c.currency)


def summed(as_of: date | None) -> Any:
    """The table that answers: running balances for now, movements by day for a date."""
    return balances if as_of is None else day_movements


def sums(row: Row[Any]) -> Sums:
    """PostgreSQL sums integers to decimals; ours are whole."""
    figures = (row.debit, row.credit, row.base_debit, row.base_credit)
    return Sums(row.currency, *(int(figure) for figure in figures))
