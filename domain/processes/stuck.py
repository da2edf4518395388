"""What the engine does not get past: kept as exceptions that close themselves when it moves again.

They are no effects of a process but what a watcher saw of it: a workflow task that fails again and
again, an activity that is tried for long. A process that waits for a person is neither.
"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import Connection, text

from domain.identifiers import new_uuid

Kind = Literal["workflow_task", "activity"]

# Those that ought to be moving and are not come first, and those that were stuck when last seen;
# of the others some, so that in time each is looked at.
SUSPECTS = text("""
    SELECT p.id, p.workflow_id FROM processes p
    LEFT JOIN LATERAL (
        SELECT true AS found FROM exceptions e
        WHERE e.tenant_id = p.tenant_id AND e.process_id = p.id AND e.kind <> 'step'
          AND e.state <> 'resolved' LIMIT 1
    ) AS seen ON true
    WHERE p.tenant_id = (SELECT current_tenant()) AND (p.closed_at IS NULL OR seen.found)
    ORDER BY coalesce(seen.found, false) DESC,
        (p.status = 'running' AND p.updated_at < business_now() - interval '5 seconds') DESC,
        random()
    LIMIT :limit
""")
NOTE = text("""
    INSERT INTO exceptions AS e (tenant_id, id, process_id, kind, step, attempt, cause, message,
        opened_at, sequence)
    VALUES (:tenant, :id, :process, :kind, :step, :attempt, :cause, :message,
        (SELECT business_now()), 0)
    ON CONFLICT (tenant_id, process_id, kind) WHERE state <> 'resolved' DO UPDATE
        SET step = excluded.step, attempt = excluded.attempt, cause = excluded.cause,
            message = excluded.message
""")
CLOSE = text("""
    UPDATE exceptions SET state = 'resolved', resolution = 'moved',
        resolved_at = (SELECT business_now())
    WHERE tenant_id = :tenant AND process_id = :process AND kind = ANY(:kinds) AND state = 'open'
""")
KINDS: tuple[Kind, ...] = ("workflow_task", "activity")


@dataclass(frozen=True, slots=True)
class Suspect:
    """A process to look at in the engine."""

    process: UUID
    workflow_id: str


@dataclass(frozen=True, slots=True)
class Stuck:
    """What is tried again and again, how often, and what broke."""

    kind: Kind
    step: str
    attempt: int
    cause: str
    message: str


def suspects(connection: Connection, *, limit: int) -> list[Suspect]:
    """Whom to look at now."""
    return [Suspect(*row) for row in connection.execute(SUSPECTS, {"limit": limit})]


def keep(connection: Connection, tenant: UUID, process: UUID, found: list[Stuck]) -> None:
    """Keep what is stuck, one exception of a kind, and close what moved. Again changes nothing."""
    place = {"tenant": tenant, "process": process}
    for each in found:
        values = {"id": new_uuid(), "kind": each.kind, "step": each.step, "attempt": each.attempt}
        values |= {"cause": each.cause, "message": each.message}
        connection.execute(NOTE, place | values)
    moved = [kind for kind in KINDS if kind not in {each.kind for each in found}]
    connection.execute(CLOSE, {**place, "kinds": moved})
