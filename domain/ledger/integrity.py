"""Does the book agree with itself? Recomputed from raw postings; costs grow with their number."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from domain.ledger.comparisons import entries, items, numbers, sealed, sums
from domain.ledger.comparisons.comparison import Comparison

# The registry: a comparison that is named here is made wherever the book is checked.
BOOK: tuple[Comparison, ...] = (
    *entries.COMPARISONS,
    *sums.COMPARISONS,
    *numbers.COMPARISONS,
    *items.COMPARISONS,
)
COMPARISONS = (*BOOK, *sealed.COMPARISONS)

COUNTS = text("""
    SELECT count(DISTINCT e.id) AS entries, count(p.line) AS postings
    FROM journal_entries e LEFT JOIN postings p ON p.entry_id = e.id
    WHERE e.company_id = :company
""")
EXISTS = text(
    "SELECT bool_and(to_regclass(name) IS NOT NULL) FROM unnest(CAST(:names AS text[])) AS name"
)


@dataclass(frozen=True, slots=True)
class Checked:
    """One comparison: how many it compared, its time, and the first difference in words."""

    name: str
    compared: int
    milliseconds: int = field(compare=False)
    difference: str | None


@dataclass(frozen=True, slots=True)
class Integrity:
    """How much was recomputed, and the first difference in words; None when there is none."""

    entries: int
    postings: int
    difference: str | None
    checks: tuple[Checked, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the book agrees with itself."""
        return self.difference is None

    @property
    def stated(self) -> dict[str, Any]:
        """As it is kept."""
        return {**asdict(self), "milliseconds": sum(check.milliseconds for check in self.checks)}


def check(
    connection: Connection, company: UUID, comparisons: Sequence[Comparison] = COMPARISONS
) -> Integrity:
    """Recompute everything that is kept of one company's book, and compare.

    All of it sees one state of the book only in a `snapshot` (domain/database.py) or while nobody
    posts. Every comparison is made; the difference is that of the first that finds one.
    """
    counts = connection.execute(COUNTS, {"company": company}).one()
    checks = tuple(
        compare(connection, company, comparison)
        for comparison in comparisons
        if is_at_hand(connection, comparison)
    )
    difference = next((each.difference for each in checks if each.difference), None)
    return Integrity(counts.entries, counts.postings, difference, checks)


def compare(connection: Connection, company: UUID, comparison: Comparison) -> Checked:
    """Make one comparison."""
    started = time.monotonic_ns()
    found = comparison.make(connection, company)
    milliseconds = (time.monotonic_ns() - started) // 1_000_000
    return Checked(comparison.name, found.compared, milliseconds, found.difference)


def is_at_hand(connection: Connection, comparison: Comparison) -> bool:
    """Whether the tables that it needs exist."""
    return not comparison.needs or bool(
        connection.scalar(EXISTS, {"names": list(comparison.needs)})
    )
