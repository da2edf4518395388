"""The book as tests compare it: journal notation, entry by entry."""

from uuid import UUID

from sqlalchemy import Connection

from domain.ledger import notation
from domain.ledger.entries import entries

EVERYTHING = 1_000_000


def assert_book(connection: Connection, company: UUID, expected: str) -> None:
    """The company's whole book is these entries, in the order in which they were recorded."""
    booked = entries(connection, company, limit=EVERYTHING)
    found = [one.entry for one in reversed(booked)]
    assert notation.write(found) == notation.write(notation.parse(expected))
