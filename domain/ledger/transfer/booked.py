"""A whole book in the order in which it was recorded, page by page, with what its numbers are."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, select

from domain.access.tables import companies, parties
from domain.ledger import entries
from domain.ledger.entries import BookedEntry
from domain.ledger.tables import journal_entries, voucher_numbers
from domain.refusal import Refusal

PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Company:
    """Whose book it is."""

    id: UUID
    code: str
    name: str
    base_currency: str


@dataclass(frozen=True, slots=True)
class Number:
    """A voucher number and its place in its series."""

    series: str
    fiscal_year: str
    sequence: int
    number: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry of the book, with its number and its party's code."""

    booked: BookedEntry
    number: Number | None
    party: str | None


def company(connection: Connection, company_id: UUID) -> Company:
    """A company. Raises Refusal `company_must_exist`."""
    row = connection.execute(select(companies).where(companies.c.id == company_id)).one_or_none()
    if row is None:
        raise Refusal("company_must_exist", f"There is no company {company_id}.")
    return Company(row.id, row.code, row.name, row.base_currency)


def in_order(connection: Connection, company_id: UUID) -> Iterator[Recorded]:
    """Every entry, as it was recorded. One state of the book only under REPEATABLE READ."""
    codes = {row.id: row.code for row in connection.execute(select(parties.c.id, parties.c.code))}
    last = UUID(int=0)
    while page := read(connection, company_id, last):
        numbers = numbers_of(connection, [one.id for one in page])
        for one in page:
            party = codes[one.entry.party] if one.entry.party else None
            yield Recorded(one, numbers.get(one.id), party)
        last = page[-1].id


def read(connection: Connection, company_id: UUID, after: UUID) -> tuple[BookedEntry, ...]:
    """The page after an entry. Ids follow the order of recording."""
    query = entries.heads().where(journal_entries.c.company_id == company_id)
    query = query.where(journal_entries.c.id > after).order_by(journal_entries.c.id).limit(PAGE)
    return entries.read(connection, query)


def numbers_of(connection: Connection, ids: list[UUID]) -> dict[UUID, Number]:
    """The voucher numbers of entries."""
    query = select(voucher_numbers).where(voucher_numbers.c.entry_id.in_(ids))
    return {
        row.entry_id: Number(row.series, row.fiscal_year, row.sequence, row.number)
        for row in connection.execute(query)
    }
