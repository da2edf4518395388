"""Postings in the order of their dates, as a general ledger and a day book read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, select, tuple_

from domain.ledger.entries import Place
from domain.ledger.figures import Span
from domain.ledger.tables import (
    accounts,
    dimension_sets,
    journal_entries,
    postings,
    voucher_numbers,
)


@dataclass(frozen=True, slots=True)
class JournalLine:
    """A posting with what its entry says. Amounts are debits less credits in minor units."""

    place: Place
    account: int
    number: str | None
    narration: str
    kind: str
    process: UUID | None
    currency: str
    amount: int
    base_amount: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which postings: of one account or of a whole company, in a span, with these dimensions."""

    company: UUID
    span: Span
    account: int | None = None
    dimensions: tuple[tuple[str, str], ...] = ()
    known_at: datetime | None = None


def of_account(
    connection: Connection, wanted: Wanted, *, after: Place | None, limit: int
) -> tuple[JournalLine, ...]:
    """A page of one account's postings, first entry date first."""
    query = restricted(selected(), wanted).where(postings.c.account_id == wanted.account)
    query = within(query, wanted.span, postings.c.entry_date)
    place = postings.c.entry_date, postings.c.entry_id, postings.c.line
    if after is not None:
        query = query.where(tuple_(*place) > tuple_(after.entry_date, after.entry, after.line))
    return tuple(line(row) for row in connection.execute(query.order_by(*place).limit(limit)))


def up_to(connection: Connection, wanted: Wanted, after: Place) -> tuple[int, int]:
    """What the account's postings of one day up to a place come to: debits, and credits below 0."""
    query = restricted(selected(), wanted).where(postings.c.account_id == wanted.account)
    query = query.where(postings.c.entry_date == after.entry_date)
    place = tuple_(postings.c.entry_id, postings.c.line)
    rows = connection.execute(query.where(place <= tuple_(after.entry, after.line))).all()
    amounts = [row.base_amount for row in rows]
    return sum(a for a in amounts if a > 0), sum(a for a in amounts if a < 0)


def of_company(
    connection: Connection, wanted: Wanted, *, after: Place | None, limit: int
) -> tuple[JournalLine, ...]:
    """The postings of a page of entries, by date and then as they were recorded."""
    entry = journal_entries.c.entry_date, journal_entries.c.id
    page: Select[Any] = select(*entry).where(journal_entries.c.company_id == wanted.company)
    page = within(page, wanted.span, journal_entries.c.entry_date)
    if wanted.known_at is not None:
        page = page.where(journal_entries.c.recorded_at <= wanted.known_at)
    if wanted.dimensions:
        carries = select(postings.c.entry_id).join(
            dimension_sets, dimension_sets.c.id == postings.c.dimension_set_id
        )
        named = dimension_sets.c.dimensions.contains(dict(wanted.dimensions))
        page = page.where(carries.where(postings.c.entry_id == entry[1], named).exists())
    if after is not None:
        page = page.where(tuple_(*entry) > tuple_(after.entry_date, after.entry))
    ids = [row.id for row in connection.execute(page.order_by(*entry).limit(limit))]
    return lines_of(connection, ids)


def lines_of(connection: Connection, ids: Sequence[UUID]) -> tuple[JournalLine, ...]:
    """All postings of entries."""
    order = postings.c.entry_date, postings.c.entry_id, postings.c.line
    query = selected().where(postings.c.entry_id.in_(ids)).order_by(*order)
    return tuple(line(row) for row in connection.execute(query))


def selected() -> Select[Any]:
    """Postings with their entries and numbers."""
    return (
        select(
            postings,
            journal_entries.c.narration,
            journal_entries.c.kind,
            journal_entries.c.process_id,
            voucher_numbers.c.number,
        )
        .join(journal_entries, journal_entries.c.id == postings.c.entry_id)
        .join(accounts, accounts.c.id == postings.c.account_id)
        .outerjoin(voucher_numbers, voucher_numbers.c.entry_id == postings.c.entry_id)
    )


def restricted(query: Select[Any], wanted: Wanted) -> Select[Any]:
    """Only what was known and carries the dimensions."""
    if wanted.known_at is not None:
        query = query.where(journal_entries.c.recorded_at <= wanted.known_at)
    if wanted.dimensions:
        query = query.join(
            dimension_sets, dimension_sets.c.id == postings.c.dimension_set_id
        ).where(dimension_sets.c.dimensions.contains(dict(wanted.dimensions)))
    return query


def within(query: Select[Any], span: Span, day: Any) -> Select[Any]:
    """Only the days of a span."""
    if span.since is not None:
        query = query.where(day >= span.since)
    if span.until is not None:
        query = query.where(day <= span.until)
    return query


def line(row: Row[Any]) -> JournalLine:
    """A row as what it means."""
    day: date = row.entry_date
    return JournalLine(
        Place(day, row.entry_id, row.line),
        row.account_id,
        row.number,
        row.narration,
        row.kind,
        row.process_id,
        row.currency,
        row.amount,
        row.base_amount,
    )
