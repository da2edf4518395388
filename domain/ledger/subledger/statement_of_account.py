"""What a party is sent: opening, what was posted, what it was settled with, and the closing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from domain.ledger.subledger.ageing import Control
from domain.ledger.subledger.open_items import ItemId

OPENING = text("""
    SELECT a.code AS account, o.currency, sum(o.amount)::bigint AS amount,
           sum(o.base_amount)::bigint AS base_amount
    FROM open_items AS o JOIN accounts AS a ON a.id = o.account_id
    WHERE o.party_id = :party AND o.company_id = :company AND a.control = :control
        AND o.entry_date < :since
    GROUP BY a.code, o.currency
""")
LINES = text("""
    SELECT a.code AS account, o.currency, o.entry_id, o.line, o.entry_date, o.due_date, e.voucher,
           n.number, e.narration, o.amount, o.base_amount
    FROM open_items AS o
    JOIN accounts AS a ON a.id = o.account_id
    JOIN journal_entries AS e ON e.id = o.entry_id
    LEFT JOIN voucher_numbers AS n ON n.entry_id = o.entry_id
    WHERE o.party_id = :party AND o.company_id = :company AND a.control = :control
        AND o.entry_date BETWEEN :since AND :until
    ORDER BY a.code, o.currency, o.entry_date, o.entry_id, o.line
""")
# Both sides of each line, as far as they belong to the party's items of the range.
SETTLED = text("""
    SELECT o.entry_id, o.line, l.on_date, l.other_entry, l.other_line, n.number, e.narration,
           l.amount, l.base_amount
    FROM open_items AS o
    JOIN accounts AS a ON a.id = o.account_id
    CROSS JOIN LATERAL (
        SELECT allocation_id, line, on_date, credit_entry_id AS other_entry,
               credit_line AS other_line, -amount AS amount, -base_amount AS base_amount
        FROM allocation_lines WHERE debit_entry_id = o.entry_id AND debit_line = o.line
        UNION ALL
        SELECT allocation_id, line, on_date, debit_entry_id, debit_line, amount, base_amount
        FROM allocation_lines WHERE credit_entry_id = o.entry_id AND credit_line = o.line
    ) AS l
    JOIN journal_entries AS e ON e.id = l.other_entry
    LEFT JOIN voucher_numbers AS n ON n.entry_id = l.other_entry
    WHERE o.party_id = :party AND o.company_id = :company AND a.control = :control
        AND o.entry_date BETWEEN :since AND :until AND l.on_date <= :until
    ORDER BY l.on_date, l.allocation_id, l.line
""")


@dataclass(frozen=True, slots=True)
class SettledWith:
    """What an item was settled with on a day; the amount has the sign of what settled it."""

    on_date: date
    other: ItemId
    number: str | None
    narration: str
    amount: int
    base_amount: int


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One item, the balance after it, and what of it was open at the end of the range."""

    item: ItemId
    entry_date: date
    due_date: date
    voucher: str
    number: str | None
    narration: str
    amount: int
    base_amount: int
    balance: int
    base_balance: int
    settled_with: tuple[SettledWith, ...]

    @property
    def open_amount(self) -> int:
        """What was open of it at the end of the range."""
        return self.amount + sum(each.amount for each in self.settled_with)


@dataclass(frozen=True, slots=True)
class AccountStatement:
    """One account in one currency, in minor units and in those of the base currency."""

    account: str
    currency: str
    opening: int
    base_opening: int
    lines: tuple[StatementLine, ...]

    @property
    def closing(self) -> int:
        """The balance at the end of the range."""
        return self.lines[-1].balance if self.lines else self.opening

    @property
    def base_closing(self) -> int:
        """The same in the base currency."""
        return self.lines[-1].base_balance if self.lines else self.base_opening


@dataclass(frozen=True, slots=True)
class StatementOfAccount:
    """A party's account over a range of days, both included."""

    company: UUID
    party: UUID
    control: Control
    since: date
    until: date
    accounts: tuple[AccountStatement, ...]


def statement_of_account(
    connection: Connection,
    company: UUID,
    party: UUID,
    *,
    since: date,
    until: date,
    control: Control = Control.RECEIVABLE,
) -> StatementOfAccount:
    """The whole statement, whole accounts by code and currency; empty when nothing was posted."""
    asked = {
        "company": company, "party": party, "control": control, "since": since, "until": until,
    }  # fmt: skip
    settled: defaultdict[ItemId, list[SettledWith]] = defaultdict(list)
    for row in connection.execute(SETTLED, asked):
        settled[ItemId(row.entry_id, row.line)].append(settled_with(row))
    openings = {(row.account, row.currency): row for row in connection.execute(OPENING, asked)}
    by_account: defaultdict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in connection.execute(LINES, asked):
        by_account[row.account, row.currency].append(row)
    accounts = []
    for account, currency in sorted({*openings, *by_account}):
        opening = openings.get((account, currency))
        amounts = (opening.amount, opening.base_amount) if opening else (0, 0)
        lines = tuple(running(amounts, by_account[account, currency], settled))
        accounts.append(AccountStatement(account, currency, amounts[0], amounts[1], lines))
    return StatementOfAccount(company, party, control, since, until, tuple(accounts))


def running(
    opening: tuple[int, int], rows: Iterable[Any], settled: Mapping[ItemId, list[SettledWith]]
) -> Iterable[StatementLine]:
    """Lines with the balance after each."""
    balance, base_balance = opening
    for row in rows:
        balance, base_balance = balance + row.amount, base_balance + row.base_amount
        item = ItemId(row.entry_id, row.line)
        yield StatementLine(
            item,
            row.entry_date,
            row.due_date,
            row.voucher,
            row.number,
            row.narration,
            row.amount,
            row.base_amount,
            balance,
            base_balance,
            tuple(settled.get(item, ())),
        )


def settled_with(row: Any) -> SettledWith:
    """A row as what it means."""
    return SettledWith(
        row.on_date,
        ItemId(row.other_entry, row.other_line),
        row.number,
        row.narration,
        row.amount,
        row.base_amount,
    )
