"""Checks of the book that were kept: what was found, when, in how much."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from domain.database import with_json
from domain.ledger.integrity import Checked, Integrity

KEEP = with_json("SELECT ledger_keep_check(:company, :result, :key)", "result")
LAST = text("""
    SELECT * FROM ledger_checks
    WHERE tenant_id = (SELECT current_tenant()) AND company_id IS NOT DISTINCT FROM :company
    ORDER BY id DESC LIMIT 1
""")


@dataclass(frozen=True, slots=True)
class KeptCheck:
    """A check as it was kept. Without a company it is one of the tenant's seals."""

    id: UUID
    company: UUID | None
    checked_at: datetime
    milliseconds: int
    found: Integrity


def keep(connection: Connection, company: UUID | None, found: Integrity, *, key: str) -> UUID:
    """Keep what a check found. Again under the same key keeps the first and returns its id."""
    values = {"company": company, "result": found.stated, "key": key}
    kept: UUID = connection.scalar(KEEP, values)
    return kept


def last(connection: Connection, company: UUID | None) -> KeptCheck | None:
    """The last check of a company's book, or of the tenant's seals; None before the first."""
    row = connection.execute(LAST, {"company": company}).one_or_none()
    return kept_check(row) if row else None


def kept_check(row: Row[Any]) -> KeptCheck:
    """A check as it stands in its row."""
    checks = tuple(Checked(**each) for each in row.checks)
    found = Integrity(row.entries, row.postings, row.difference, checks)
    return KeptCheck(row.id, row.company_id, row.checked_at, row.milliseconds, found)
