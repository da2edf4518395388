"""Seals: what was sealed of the tenant is still what stands in the book."""

from uuid import UUID

from sqlalchemy import Connection

from domain.ledger.comparisons.comparison import Compared, Comparison
from domain.ledger.sealing import verification


def verify(connection: Connection, company: UUID) -> Compared:
    """The chain of the whole tenant, in which the company's entries stand among the others."""
    verdict = verification.verify(connection)
    return Compared(verdict.entries, verdict.difference)


COMPARISONS = (Comparison("seals_hold", "Sealed entries are what was sealed", verify),)
