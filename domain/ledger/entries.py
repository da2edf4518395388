"""Entries and postings as they stand in the book, newest first, in pages."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, select, tuple_

from domain.access.tables import companies
from domain.ledger.entry import EntryKind, JournalEntry, Module, Posting, Voucher
from domain.ledger.sealing.tables import seal_batches, seal_members
from domain.ledger.tables import (
    accounts,
    dimension_sets,
    entry_warnings,
    journal_entries,
    postings,
    voucher_numbers,
)
from domain.refusal import Refusal

REVERSAL = journal_entries.alias("reversal")


@dataclass(frozen=True, slots=True)
class Seal:
    """Where an entry stands in the chain of seals: its batch, and its place in it from 1 on."""

    batch: int
    sequence: int
    sealed_at: datetime


@dataclass(frozen=True, slots=True)
class BookedEntry:
    """An entry in the book: when it was recorded, its voucher number, what it reverses or is by.

    `warnings` tell of soft limits and budgets that it crossed; `seal` is None until it is sealed.
    """

    id: UUID
    number: str | None
    recorded_at: datetime
    effect_key: str
    reverses: UUID | None
    reversed_by: UUID | None
    entry: JournalEntry
    warnings: tuple[str, ...] = ()
    seal: Seal | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of an account's postings ends."""

    entry_date: date
    entry: UUID
    line: int


@dataclass(frozen=True, slots=True)
class AccountPosting:
    """One posting of an account, and what is told of its entry."""

    place: Place
    number: str | None
    narration: str
    process: UUID | None
    posting: Posting


def entry(connection: Connection, entry_id: UUID) -> BookedEntry:
    """One entry with its postings. Raises Refusal `entry_must_exist`."""
    booked = read(connection, heads().where(journal_entries.c.id == entry_id))
    if not booked:
        raise Refusal("entry_must_exist", f"There is no entry {entry_id}.")
    return booked[0]


def entries(
    connection: Connection,
    company: UUID,
    *,
    before: UUID | None = None,
    process: UUID | None = None,
    limit: int = 50,
) -> tuple[BookedEntry, ...]:
    """A page of entries, last recorded first. `before` is the last id of the page before."""
    query = heads().where(journal_entries.c.company_id == company)
    if before is not None:
        query = query.where(journal_entries.c.id < before)
    if process is not None:
        query = query.where(journal_entries.c.process_id == process)
    return read(connection, query.order_by(journal_entries.c.id.desc()).limit(limit))


def of_account(
    connection: Connection,
    account: int,
    *,
    since: date | None = None,
    until: date | None = None,
    before: Place | None = None,
    limit: int = 50,
) -> tuple[AccountPosting, ...]:
    """A page of an account's postings, last entry date first. `before` ends the page before."""
    place = postings.c.entry_date, postings.c.entry_id, postings.c.line
    query = lines(
        journal_entries.c.narration, journal_entries.c.process_id, voucher_numbers.c.number
    )
    query = query.join(journal_entries, journal_entries.c.id == postings.c.entry_id)
    query = query.outerjoin(voucher_numbers, voucher_numbers.c.entry_id == postings.c.entry_id)
    query = query.where(postings.c.account_id == account)
    if since is not None:
        query = query.where(postings.c.entry_date >= since)
    if until is not None:
        query = query.where(postings.c.entry_date <= until)
    if before is not None:
        query = query.where(tuple_(*place) < tuple_(before.entry_date, before.entry, before.line))
    page = query.order_by(*(column.desc() for column in place)).limit(limit)
    return tuple(
        AccountPosting(
            Place(row.entry_date, row.entry_id, row.line),
            row.number,
            row.narration,
            row.process_id,
            posting(row),
        )
        for row in connection.execute(page)
    )


def heads() -> Select[Any]:
    """Entries with number and reversal, without postings."""
    return (
        select(
            journal_entries,
            voucher_numbers.c.number,
            REVERSAL.c.id.label("reversed_by"),
            entry_warnings.c.warnings,
            seal_members.c.batch,
            seal_members.c.place,
            seal_batches.c.head,
        )
        .outerjoin(voucher_numbers, voucher_numbers.c.entry_id == journal_entries.c.id)
        .outerjoin(REVERSAL, REVERSAL.c.reverses == journal_entries.c.id)
        .outerjoin(entry_warnings, entry_warnings.c.entry_id == journal_entries.c.id)
        .outerjoin(seal_members, seal_members.c.entry_id == journal_entries.c.id)
        .outerjoin(seal_batches, seal_batches.c.batch == seal_members.c.batch)
    )


def lines(*more: Any) -> Select[Any]:
    """Postings with what their ids mean."""
    return (
        select(
            postings,
            accounts.c.code,
            companies.c.base_currency,
            dimension_sets.c.dimensions,
            *more,
        )
        .join(accounts, accounts.c.id == postings.c.account_id)
        .join(companies, companies.c.id == accounts.c.company_id)
        .join(dimension_sets, dimension_sets.c.id == postings.c.dimension_set_id)
    )


def read(connection: Connection, query: Select[Any]) -> tuple[BookedEntry, ...]:
    """The entries of a query of heads, each with its postings."""
    rows = connection.execute(query).all()
    found = postings_of(connection, [row.id for row in rows])
    return tuple(booked(row, tuple(found[row.id])) for row in rows)


def postings_of(connection: Connection, ids: Sequence[UUID]) -> Mapping[UUID, list[Posting]]:
    """The postings of entries, in the order they were written."""
    by_entry: defaultdict[UUID, list[Posting]] = defaultdict(list)
    query = lines().where(postings.c.entry_id.in_(ids)).order_by(postings.c.line)
    for row in connection.execute(query):
        by_entry[row.entry_id].append(posting(row))
    return by_entry


def posting(row: Row[Any]) -> Posting:
    """The posting as it was handed in: no base amount when the currencies are one."""
    same = row.currency == row.base_currency
    dimensions = tuple(sorted((name, str(value)) for name, value in row.dimensions.items()))
    base_amount = None if same else row.base_amount
    return Posting(row.code, row.amount, row.currency, base_amount, dimensions)


def booked(row: Row[Any], postings: tuple[Posting, ...]) -> BookedEntry:
    """A head and its postings as one."""
    stated = JournalEntry(
        row.company_id,
        row.entry_date,
        row.narration,
        postings,
        kind=EntryKind(row.kind),
        party=row.party_id,
        due_date=row.due_date,
        process=row.process_id,
        document=row.document_id,
        voucher=Voucher(row.voucher),
        module=Module(row.module),
    )
    return BookedEntry(
        row.id,
        row.number,
        row.recorded_at,
        row.effect_key,
        row.reverses,
        row.reversed_by,
        stated,
        tuple(row.warnings or ()),
        sealed(row),
    )


def sealed(row: Row[Any]) -> Seal | None:
    """The seal of a head; None while it waits for the sealer."""
    if row.head is None:
        return None
    at = datetime.fromisoformat(json.loads(row.head)["sealed_at"])
    return Seal(row.batch, row.place, at)
