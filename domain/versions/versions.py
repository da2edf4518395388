"""A tenant's versions of definitions: which there are, which is newest, which are in force.

In force is the newest whose day has come and that was not rolled back; where there is none, what is
shipped. Nothing of a version changes but that it is rolled back, and a running process keeps the
hash it started with.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, text

from domain.identifiers import read
from domain.refusal import Refusal

VERSION: Final = "ver"

COLUMNS = """
    v.id, v.type, v.number, v.hash, v.source, v.draft_id AS draft, v.active_from,
    v.made_by AS maker, m.name AS maker_name, v.approved_by AS approver, a.name AS approver_name,
    v.process_id AS process, v.activated_at, v.rolled_back_at, v.rolled_back_by,
    CASE WHEN v.rolled_back_at IS NOT NULL THEN 'rolled_back'
         WHEN v.active_from > business_today() THEN 'scheduled'
         WHEN EXISTS (SELECT FROM definition_versions n
            WHERE n.tenant_id = v.tenant_id AND n.type = v.type AND n.number > v.number
              AND n.rolled_back_at IS NULL AND n.active_from <= business_today())
         THEN 'superseded' ELSE 'active' END AS state
"""
VERSIONS = f"""
    SELECT {COLUMNS} FROM definition_versions v
    JOIN persons m ON m.tenant_id = v.tenant_id AND m.id = v.made_by
    JOIN persons a ON a.tenant_id = v.tenant_id AND a.id = v.approved_by
    WHERE v.tenant_id = (SELECT current_tenant())
"""
ONE = text(f"{VERSIONS} AND v.id = :id")
ALL = text(f"""
    {VERSIONS} AND (CAST(:type AS text) IS NULL OR v.type = :type) ORDER BY v.type, v.number DESC
""")
NEWEST = text(
    f"{VERSIONS} AND v.type = :type AND v.rolled_back_at IS NULL ORDER BY v.number DESC LIMIT 1"
)
IN_FORCE = text("""
    SELECT DISTINCT ON (type) type, hash FROM definition_versions
    WHERE tenant_id = (SELECT current_tenant()) AND rolled_back_at IS NULL
      AND active_from <= business_today()
    ORDER BY type, number DESC
""")


@dataclass(frozen=True, slots=True)
class Version:
    """A definition that was approved. `state` is active, scheduled, superseded or rolled_back."""

    id: UUID
    type: str
    number: int
    hash: str
    source: str
    draft: UUID
    active_from: date
    maker: UUID
    maker_name: str
    approver: UUID
    approver_name: str
    process: UUID
    activated_at: datetime
    rolled_back_at: datetime | None
    rolled_back_by: UUID | None
    state: str


def get(connection: Connection, id: str) -> Version:
    """A version by its id. Refuses one that is not there: `version_must_exist`."""
    row = None
    if id.startswith(f"{VERSION}_"):
        row = connection.execute(ONE, {"id": read(VERSION, id)}).one_or_none()
    if row is None:
        raise Refusal("version_must_exist", "There is no such version.")
    return version_of(row)


def listed(connection: Connection, process_type: str | None = None) -> Sequence[Version]:
    """Every version that the tenant had, of one type or of all, the newest of each first."""
    return [version_of(row) for row in connection.execute(ALL, {"type": process_type})]


def newest(connection: Connection, process_type: str) -> Version | None:
    """The newest that was not rolled back, in force or still to come; the next one follows it."""
    row = connection.execute(NEWEST, {"type": process_type}).one_or_none()
    return version_of(row) if row else None


def in_force(connection: Connection) -> Sequence[str]:
    """The hashes of the tenant's own versions that new processes start with today."""
    return [row.hash for row in connection.execute(IN_FORCE)]


def version_of(row: Row[Any]) -> Version:
    """A row as what it means."""
    return Version(**row._mapping)


def check_newest(connection: Connection, version: Version) -> None:
    """Refuse a version that another followed, or that was rolled back already."""
    last = newest(connection, version.type)
    if last is None or last.id != version.id:
        shown = f"version {last.number}" if last else "what is shipped"
        raise Refusal(
            "version_must_be_the_newest",
            f"Version {version.number} of {version.type} is {version.state.replace('_', ' ')}; "
            f"the newest is {shown}. Only the newest is rolled back.",
        )
