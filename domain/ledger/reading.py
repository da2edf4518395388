"""Reading entries: one, lists, an account's postings, and the entries of a process."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, and_, select

from domain.ledger.tables import (
    accounts,
    dimension_sets,
    journal_entries,
    postings,
    voucher_numbers,
)
from domain.listing import Condition, Page, paged, where
from domain.money import Money
from domain.refusal import Refusal

FILTERS = {name: journal_entries.c[name] for name in ("entry_date", "kind", "recorded_at")} | {
    "process": journal_entries.c.process_id
}


@dataclass(frozen=True, slots=True)
class PostingRecord:
    """One side of an entry. Positive is a debit."""

    line: int
    account: str
    account_title: str
    amount: Money
    base_amount: int
    dimensions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """A journal entry with its postings, and its links to what reverses it or what it reverses."""

    id: UUID
    company: UUID
    number: str | None
    entry_date: date
    recorded_at: datetime
    kind: str
    narration: str
    reverses: UUID | None
    reversed_by: UUID | None
    process: UUID | None
    postings: tuple[PostingRecord, ...]


def query() -> Select[Any]:
    """Entries with their number and their reversal."""
    reversal = journal_entries.alias("reversal")
    return (
        select(
            journal_entries,
            voucher_numbers.c.number,
            reversal.c.id.label("reversed_by"),
        )
        .outerjoin(
            voucher_numbers,
            and_(
                voucher_numbers.c.tenant_id == journal_entries.c.tenant_id,
                voucher_numbers.c.entry_id == journal_entries.c.id,
            ),
        )
        .outerjoin(
            reversal,
            and_(
                reversal.c.tenant_id == journal_entries.c.tenant_id,
                reversal.c.reverses == journal_entries.c.id,
            ),
        )
    )


def get(connection: Connection, entry: UUID) -> EntryRecord:
    """One entry. Refuses an id that is not there: `entry_must_exist`."""
    row = connection.execute(query().where(journal_entries.c.id == entry)).one_or_none()
    if row is None:
        raise Refusal("entry_must_exist", "There is no such entry.")
    return with_postings(connection, [row])[0]


def with_number(connection: Connection, number: str) -> EntryRecord:
    """The entry of a voucher number. Refuses one that is not there: `entry_must_exist`."""
    row = connection.execute(query().where(voucher_numbers.c.number == number)).first()
    if row is None:
        raise Refusal("entry_must_exist", "There is no such entry.")
    return with_postings(connection, [row])[0]


def of_process(connection: Connection, process: UUID) -> list[EntryRecord]:
    """The entries of a process, in the order they were posted."""
    found = query().where(journal_entries.c.process_id == process)
    ordered = found.order_by(journal_entries.c.recorded_at, journal_entries.c.id)
    return with_postings(connection, connection.execute(ordered).all())


def listed(
    connection: Connection, conditions: Sequence[Condition], page: Page
) -> list[EntryRecord]:
    """One page by the time of recording, and one row more when there is another."""
    found = where(query(), FILTERS, conditions)
    ordered = paged(found, journal_entries.c.recorded_at, journal_entries.c.id, page)
    return with_postings(connection, connection.execute(ordered).all())


def of_account(connection: Connection, account: int, page: Page) -> list[EntryRecord]:
    """The entries that touch an account, each with its postings on that account alone."""
    touching = select(postings.c.entry_id).where(postings.c.account_id == account)
    found = query().where(journal_entries.c.id.in_(touching))
    ordered = paged(found, journal_entries.c.recorded_at, journal_entries.c.id, page)
    return with_postings(connection, connection.execute(ordered).all(), only=account)


def with_postings(
    connection: Connection, rows: Sequence[Row[Any]], *, only: int | None = None
) -> list[EntryRecord]:
    """Entries with their postings, read in one query for all."""
    by_entry = postings_of(connection, (row.id for row in rows), only=only)
    return [
        EntryRecord(
            row.id, row.company_id, row.number, row.entry_date, row.recorded_at, row.kind,
            row.narration, row.reverses, row.reversed_by, row.process_id, tuple(by_entry[row.id]),
        )
        for row in rows
    ]  # fmt: skip


def postings_of(
    connection: Connection, entries: Iterable[UUID], *, only: int | None
) -> Mapping[UUID, list[PostingRecord]]:
    """The postings of entries, by entry."""
    wanted = (
        select(postings, accounts.c.code, accounts.c.title, dimension_sets.c.dimensions)
        .join(
            accounts,
            and_(
                accounts.c.tenant_id == postings.c.tenant_id,
                accounts.c.id == postings.c.account_id,
            ),
        )
        .join(
            dimension_sets,
            and_(
                dimension_sets.c.tenant_id == postings.c.tenant_id,
                dimension_sets.c.id == postings.c.dimension_set_id,
            ),
        )
        .where(postings.c.entry_id.in_(list(entries)))
        .order_by(postings.c.entry_id, postings.c.line)
    )
    if only is not None:
        wanted = wanted.where(postings.c.account_id == only)
    found: dict[UUID, list[PostingRecord]] = defaultdict(list)
    for row in connection.execute(wanted):
        amount = Money(row.amount, row.currency)
        found[row.entry_id].append(
            PostingRecord(row.line, row.code, row.title, amount, row.base_amount, row.dimensions)
        )
    return found
