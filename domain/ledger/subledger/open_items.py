"""Open items to read: what a posting on a control account still asks for. Not how it is settled.

Amounts are signed as in the book: a debit above zero, a credit below, in minor units.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, or_, select, text, tuple_

from domain.access.tables import parties
from domain.ledger.subledger.tables import open_items
from domain.ledger.tables import (
    accounts,
    dimension_sets,
    journal_entries,
    postings,
    voucher_numbers,
)
from domain.refusal import Refusal

IS_OPEN = or_(open_items.c.open_amount != 0, open_items.c.open_base_amount != 0)
LINE = (postings.c.entry_id == open_items.c.entry_id) & (postings.c.line == open_items.c.line)
PLACE = open_items.c.due_date, open_items.c.entry_id, open_items.c.line

DIFFERENCES = text("""
    WITH item AS (
        SELECT o.*, o.amount - o.open_amount AS settled,
               o.base_amount - o.open_base_amount AS base_settled
        FROM open_items o WHERE o.company_id = :company
    ), line AS (
        SELECT debit_entry_id AS entry_id, debit_line AS line, amount, base_amount
        FROM allocation_lines
        UNION ALL
        SELECT credit_entry_id, credit_line, -amount, -base_amount FROM allocation_lines
    ), settled AS (
        SELECT entry_id, line, sum(amount) AS amount, sum(base_amount) AS base_amount
        FROM line GROUP BY entry_id, line
    )
    SELECT format('Line %s of entry %s has %s (%s) settled, its allocations %s (%s).',
                  i.line, i.entry_id, i.settled, i.base_settled, s.amount, s.base_amount)
    FROM item i LEFT JOIN settled s USING (entry_id, line)
    WHERE (i.settled, i.base_settled) <> (coalesce(s.amount, 0), coalesce(s.base_amount, 0))
    UNION ALL
    SELECT format('Line %s of entry %s is %s (%s), its item %s (%s).',
                  p.line, p.entry_id, p.amount, p.base_amount, i.amount, i.base_amount)
    FROM postings p
    JOIN accounts a ON a.id = p.account_id AND a.control IS NOT NULL AND a.company_id = :company
    JOIN journal_entries e ON e.id = p.entry_id AND e.party_id IS NOT NULL
    LEFT JOIN item i ON i.entry_id = p.entry_id AND i.line = p.line
    WHERE (i.amount, i.base_amount, i.account_id, i.party_id, i.currency)
        IS DISTINCT FROM (p.amount, p.base_amount, p.account_id, e.party_id, p.currency)
    ORDER BY 1 LIMIT 1
""")


@dataclass(frozen=True, slots=True)
class ItemId:
    """A posting, as an item: its entry and its line, counted from 1."""

    entry: UUID
    line: int


@dataclass(frozen=True, slots=True)
class OpenItem:
    """What was posted, and what of it is still open. `number` is the voucher's."""

    id: ItemId
    company: UUID
    account: str
    control: str
    party: UUID
    party_code: str
    number: str | None
    narration: str
    dimensions: tuple[tuple[str, str], ...]
    entry_date: date
    due_date: date
    currency: str
    amount: int
    base_amount: int
    open_amount: int
    open_base_amount: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of items ends."""

    due_date: date
    id: ItemId


def get(connection: Connection, item: ItemId) -> OpenItem:
    """One item, settled or not. Raises Refusal `item_must_exist`."""
    wanted = open_items.c.entry_id == item.entry, open_items.c.line == item.line
    row = connection.execute(found().where(*wanted)).one_or_none()
    if row is None:
        raise Refusal(
            "item_must_exist",
            f"Line {item.line} of entry {item.entry} is no receivable or payable of a party.",
        )
    return read(row)


def of_entry(connection: Connection, entry: UUID) -> tuple[OpenItem, ...]:
    """The items that an entry opened, by line."""
    query = found().where(open_items.c.entry_id == entry).order_by(open_items.c.line)
    return tuple(read(row) for row in connection.execute(query))


def of_company(
    connection: Connection,
    company: UUID,
    *,
    account: str | None = None,
    party: UUID | None = None,
    control: str | None = None,
    after: Place | None = None,
    limit: int = 50,
) -> tuple[OpenItem, ...]:
    """A page of what is open now, first due first. `after` is the last place of the page before."""
    query = found().where(open_items.c.company_id == company, IS_OPEN)
    if account is not None:
        query = query.where(accounts.c.code == account)
    if party is not None:
        query = query.where(open_items.c.party_id == party)
    if control is not None:
        query = query.where(accounts.c.control == control)
    if after is not None:
        query = query.where(tuple_(*PLACE) > tuple_(after.due_date, after.id.entry, after.id.line))
    page = query.order_by(*PLACE).limit(limit)
    return tuple(read(row) for row in connection.execute(page))


def difference(connection: Connection, company: UUID) -> str | None:
    """The first way in which items, postings and allocations disagree, in words; None when none.

    Recomputed from all of them: costs grow with their number.
    """
    said: str | None = connection.scalar(DIFFERENCES, {"company": company})
    return said


def found(*more: Any) -> Select[Any]:
    """Items with what their ids mean."""
    return (
        select(
            open_items,
            accounts.c.code.label("account"),
            accounts.c.control,
            parties.c.code.label("party_code"),
            voucher_numbers.c.number,
            journal_entries.c.narration,
            dimension_sets.c.dimensions,
            *more,
        )
        .join(postings, LINE)
        .join(dimension_sets, dimension_sets.c.id == postings.c.dimension_set_id)
        .join(accounts, accounts.c.id == open_items.c.account_id)
        .join(parties, parties.c.id == open_items.c.party_id)
        .join(journal_entries, journal_entries.c.id == open_items.c.entry_id)
        .outerjoin(voucher_numbers, voucher_numbers.c.entry_id == open_items.c.entry_id)
    )


def read(row: Row[Any]) -> OpenItem:
    """A row as what it means."""
    return OpenItem(
        ItemId(row.entry_id, row.line),
        row.company_id,
        row.account,
        row.control,
        row.party_id,
        row.party_code,
        row.number,
        row.narration,
        tuple(sorted((name, str(value)) for name, value in row.dimensions.items())),
        row.entry_date,
        row.due_date,
        row.currency,
        row.amount,
        row.base_amount,
        row.open_amount,
        row.open_base_amount,
    )
