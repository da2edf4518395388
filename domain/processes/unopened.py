"""Starts that the engine does not get past, so that no process was opened: kept until they move.

Like what is stuck in a process they are what the watcher saw and no effects. They have no process
that an exception could be about; the key under which somebody started it says that it was.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, text

from domain.listing import Page, paged
from domain.processes.rounds import Suspect, turn
from domain.processes.stuck import Stuck
from domain.processes.tables import unopened_processes

STARTS = "SELECT process_id AS id, workflow_id FROM starts_without_process()"
KNOWN = """
    SELECT process_id AS id, workflow_id FROM unopened_processes
    WHERE tenant_id = (SELECT current_tenant()) AND moved_at IS NULL
"""
# One that was opened in this very moment is the other watcher's.
NOTE = text("""
    INSERT INTO unopened_processes AS u
        (tenant_id, process_id, workflow_id, step, attempt, cause, message, started_at)
    SELECT :tenant, s.process_id, s.workflow_id, :step, :attempt, :cause, :message, s.started_at
    FROM starts_without_process() s WHERE s.process_id = :process
    ON CONFLICT (tenant_id, process_id) DO UPDATE
        SET step = excluded.step, attempt = excluded.attempt, cause = excluded.cause,
            message = excluded.message, moved_at = NULL
""")
CLOSE = text("""
    UPDATE unopened_processes u SET moved_at = clock_timestamp()
    WHERE u.tenant_id = :tenant AND u.process_id = :process AND u.moved_at IS NULL
      AND (NOT :found OR EXISTS (SELECT FROM processes p
                                 WHERE p.tenant_id = u.tenant_id AND p.id = u.process_id))
""")


@dataclass(frozen=True, slots=True)
class Unopened:
    """A start without a process: what the engine tries, how often, and when it moved again."""

    process: UUID
    workflow_id: str
    step: str
    attempt: int
    cause: str
    message: str
    started_at: datetime
    seen_at: datetime
    moved_at: datetime | None

    @property
    def type(self) -> str:
        """The type that was started: it stands in the workflow's id."""
        return self.workflow_id.split("/")[1]


def suspects(connection: Connection, tenant: UUID, *, limit: int) -> list[Suspect]:
    """The starts to look at now: a turn of a round past all, known ones too."""
    return turn(connection, tenant, "starts", f"{STARTS} UNION {KNOWN}", limit=limit)


def keep(connection: Connection, tenant: UUID, process: UUID, found: list[Stuck]) -> None:
    """Keep what the start is stuck in, or that it moved. Again changes nothing."""
    place = {"tenant": tenant, "process": process}
    for each in found[:1]:
        values = {"step": each.step, "attempt": each.attempt, "cause": each.cause}
        connection.execute(NOTE, {**place, **values, "message": each.message})
    connection.execute(CLOSE, {**place, "found": bool(found)})


def listed(connection: Connection, page: Page) -> list[Unopened]:
    """A page of those that have not moved yet, and one more when there is another."""
    at, id = unopened_processes.c.seen_at, unopened_processes.c.process_id
    query = select(unopened_processes).where(unopened_processes.c.moved_at.is_(None))
    return [unopened(row) for row in connection.execute(paged(query, at, id, page))]


def unopened(row: Any) -> Unopened:
    """A row as what it means."""
    return Unopened(
        row.process_id, row.workflow_id, row.step, row.attempt, row.cause, row.message,
        row.started_at, row.seen_at, row.moved_at,
    )  # fmt: skip
