"""What the book says of now or a day: the trial balance, and what one account holds.

Sums come from balances and day movements, never from postings, so they cost the same at any size.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, select

from domain.database import by_driver
from domain.ledger import figures
from domain.ledger.figures import Question, Span, Sums
from domain.ledger.tables import accounts

__all__ = ["Line", "Sums", "TrialBalance", "balance", "trial_balance"]


# What is asked most, in one statement that yields the lines as they are told. Joined before it is
# added up, so that it is read by keys even in a book that has just grown and was not analysed yet.
NOW = """
    SELECT a.id, a.code, a.title, a.kind, b.currency, total(b.debit), total(b.credit),
           total(b.base_debit), total(b.base_credit)
    FROM balances AS b JOIN accounts AS a ON a.tenant_id = b.tenant_id AND a.id = b.account_id
    WHERE b.company_id = %(company)s AND a.company_id = %(company)s
    GROUP BY a.tenant_id, a.id, b.currency ORDER BY a.code, b.currency
"""


class Line(NamedTuple):
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
    connection: Connection,
    company: UUID,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> TrialBalance:
    """All accounts of the company at the end of the day `as_of` by entry date.

    With `known_at` what was recorded later is left out, however early it is dated.
    """
    if as_of is None and known_at is None:
        return TrialBalance(company, None, standing(connection, company))
    chart = select(accounts.c.id, accounts.c.code, accounts.c.title, accounts.c.kind)
    named = {
        row.id: row for row in connection.execute(chart.where(accounts.c.company_id == company))
    }
    question = Question(company, (Span(None, as_of),), known_at=known_at)
    lines = [
        Line(*named[figure.account], figure.sums[0])
        for figure in figures.ask(connection, question)
        if is_used(figure.sums[0])
    ]
    ordered = sorted(lines, key=lambda line: (line.code, line.sums.currency))
    return TrialBalance(company, as_of, tuple(ordered))


def standing(connection: Connection, company: UUID) -> tuple[Line, ...]:
    """What every account holds now. The driver's own rows: a thousand of them are half the time."""
    rows = by_driver(connection, NOW, {"company": company}).fetchall()
    return tuple(
        Line(account, code, title, kind, Sums(currency, debit, credit, base_debit, base_credit))
        for account, code, title, kind, currency, debit, credit, base_debit, base_credit in rows
    )


def balance(
    connection: Connection,
    account: int,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> tuple[Sums, ...]:
    """What one account holds in each currency at the end of the day `as_of`; empty when unused."""
    company = connection.scalar(select(accounts.c.company_id).where(accounts.c.id == account))
    if company is None:
        return ()
    question = Question(company, (Span(None, as_of),), known_at=known_at, only=account)
    sums = [figure.sums[0] for figure in figures.ask(connection, question)]
    used = [held for held in sums if is_used(held)]
    return tuple(sorted(used, key=lambda held: held.currency))


def is_used(sums: Sums) -> bool:
    """Whether anything was posted that counts."""
    return any((sums.debit, sums.credit, sums.base_debit, sums.base_credit))
