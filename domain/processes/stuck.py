"""What the engine does not get past: kept as exceptions that close themselves when it moves again.

They are no effects of a process but what a watcher saw of it: a workflow task that fails again and
again, an activity that is tried for long. A process that waits for a person is neither.
"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import Connection, text

from domain.identifiers import new_uuid
from domain.processes.rounds import Suspect, turn

Kind = Literal["workflow_task", "activity"]

OPEN = """
    SELECT p.id, p.workflow_id FROM processes p
    WHERE p.tenant_id = (SELECT current_tenant()) AND p.closed_at IS NULL
"""
SEEN = """
    SELECT p.id, p.workflow_id FROM exceptions e
    JOIN processes p ON p.tenant_id = e.tenant_id AND p.id = e.process_id
    WHERE e.tenant_id = (SELECT current_tenant()) AND e.kind <> 'step' AND e.state <> 'resolved'
"""
# Those that were stuck when last seen, and those that ought to be moving and are not.
URGENT = text(f"""
    SELECT id, workflow_id FROM (
        {SEEN} UNION
        {OPEN} AND p.status = 'running' AND p.updated_at < business_now() - interval '5 seconds'
    ) AS urgent ORDER BY random() LIMIT :limit
""")
EVERY = f"{OPEN} UNION {SEEN}"
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
class Stuck:
    """What is tried again and again, how often, and what broke."""

    kind: Kind
    step: str
    attempt: int
    cause: str
    message: str


def suspects(connection: Connection, tenant: UUID, *, limit: int) -> list[Suspect]:
    """Whom to look at now: half of them urgent, the others the next of a round past all."""
    urgent = [Suspect(*row) for row in connection.execute(URGENT, {"limit": limit // 2})]
    others = turn(connection, tenant, "processes", EVERY, limit=limit - len(urgent))
    return list(dict.fromkeys(urgent + others))


def keep(connection: Connection, tenant: UUID, process: UUID, found: list[Stuck]) -> None:
    """Keep what is stuck, one exception of a kind, and close what moved. Again changes nothing."""
    place = {"tenant": tenant, "process": process}
    for each in found:
        values = {"id": new_uuid(), "kind": each.kind, "step": each.step, "attempt": each.attempt}
        values |= {"cause": each.cause, "message": each.message}
        connection.execute(NOTE, place | values)
    moved = [kind for kind in KINDS if kind not in {each.kind for each in found}]
    connection.execute(CLOSE, {**place, "kinds": moved})
