"""Histories of closed processes: which are missing here, and where they are kept."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, Engine, text

UNARCHIVED = text("""
    SELECT p.id, p.workflow_id FROM processes p
    WHERE p.tenant_id = (SELECT current_tenant()) AND p.closed_at IS NOT NULL
      AND NOT EXISTS (SELECT FROM archived_histories a
                      WHERE a.tenant_id = p.tenant_id AND a.process_id = p.id)
    ORDER BY p.closed_at LIMIT :limit
""")
KEEP = text("""
    INSERT INTO archived_histories (tenant_id, process_id, run_id, event_count, history)
    VALUES (:tenant, :process, :run, :count, :history) ON CONFLICT DO NOTHING
""")


@dataclass(frozen=True, slots=True)
class Unarchived:
    """A closed process whose history is only in the engine."""

    process: UUID
    workflow_id: str


def tenants(engine: Engine) -> list[UUID]:
    """Every tenant, for those who work tenant by tenant."""
    with engine.begin() as connection:
        return list(connection.scalars(text("SELECT tenant_ids()")))


def unarchived(connection: Connection, *, limit: int) -> list[Unarchived]:
    """The longest closed first."""
    rows = connection.execute(UNARCHIVED, {"limit": limit})
    return [Unarchived(row.id, row.workflow_id) for row in rows]


def keep(
    connection: Connection, *, tenant: UUID, process: UUID, run: str, count: int, history: bytes
) -> None:
    """Keep a history. The same run again changes nothing."""
    values = {"tenant": tenant, "process": process, "run": run, "count": count}
    connection.execute(KEEP, {**values, "history": history})
