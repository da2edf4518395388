"""What happened that somebody is told of, read off the events in the order of their commits.

Every event stands in the transaction of the step that made it, so no cause is lost and none is
there twice. One that commits late is waited for: nothing younger than the oldest transaction that
still writes is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, text

from domain.definitions.model import Definition
from domain.definitions.notification import BUILT_IN, Notification, completed

# Nobody is told of what is longer ago: it is in the record, and her inbox shows what still waits.
OLDEST = "3 days"
START: Final = "0", UUID(int=0)
# Of two who read at once the second finds nothing to do. A lock that writes no row, since whoever
# looks every second finds nothing most of the time.
HOLD = text("""
    SELECT pg_try_advisory_xact_lock(hashtextextended('notifications of ' || current_tenant(), 0))
""")
PLACE = text("""
    SELECT CAST(transaction_id AS text) AS transaction_id, event_id FROM notification_places
    WHERE tenant_id = (SELECT current_tenant())
""")
MOVE = text("""
    INSERT INTO notification_places (tenant_id, transaction_id, event_id)
    VALUES ((SELECT current_tenant()), CAST(CAST(:transaction AS text) AS xid8), :event)
    ON CONFLICT (tenant_id) DO UPDATE
    SET transaction_id = excluded.transaction_id, event_id = excluded.event_id
""")
EVENTS = text("""
    WITH next AS (
        SELECT e.* FROM events e
        WHERE e.tenant_id = (SELECT current_tenant())
          AND (e.transaction_id, e.id) > (CAST(CAST(:transaction AS text) AS xid8), :event)
          AND e.transaction_id < pg_snapshot_xmin(pg_current_snapshot())
        ORDER BY e.transaction_id, e.id LIMIT :most
    )
    SELECT e.id, CAST(e.transaction_id AS text) AS transaction_id, e.process_id, e.type, e.payload,
        e.recorded_at < now() - CAST(:oldest AS interval) AS is_old,
        p.definition_hash, p.created_by, v.person_id, w.name AS person,
        v.inputs->>'reason' AS reason, CAST(v.inputs->>'task' AS uuid) AS task,
        ARRAY(SELECT t.id FROM tasks t WHERE t.tenant_id = e.tenant_id
              AND t.process_id = e.process_id AND t.opened_sequence = e.sequence
              AND t.state = 'open' ORDER BY t.seat) AS opened,
        (SELECT b.payload->>'stage' FROM events b WHERE b.tenant_id = e.tenant_id
         AND b.process_id = e.process_id AND b.sequence < e.sequence AND b.payload ? 'stage'
         ORDER BY b.sequence DESC LIMIT 1) AS stage_before
    FROM next e
    JOIN processes p ON p.tenant_id = e.tenant_id AND p.id = e.process_id
    LEFT JOIN evidence v ON v.tenant_id = e.tenant_id AND v.process_id = e.process_id
        AND v.sequence = e.sequence AND v.title = e.payload->>'title'
    LEFT JOIN persons w ON w.tenant_id = v.tenant_id AND w.id = v.person_id
    ORDER BY e.transaction_id, e.id
""")
REMINDED = {"task.reminded": "reminder", "task.escalated": "escalation"}


@dataclass(frozen=True, slots=True)
class Happened:
    """An event, with what it takes to tell somebody of it."""

    event: UUID
    transaction: str
    process: UUID
    definition_hash: str
    type: str
    title: str
    payload: dict[str, Any]
    maker: UUID
    person: UUID | None
    by: str
    reason: str
    task: UUID | None
    opened: tuple[UUID, ...]
    stage: str | None
    is_old: bool


@dataclass(frozen=True, slots=True)
class Cause:
    """A notification of the definition that an event causes, and the task that it is about."""

    name: str
    notification: Notification
    task: UUID | None = None


def next_events(connection: Connection, *, most: int) -> list[Happened]:
    """The next events of the tenant, oldest first; none while another is reading them."""
    if not connection.scalar(HOLD):
        return []
    transaction, event = connection.execute(PLACE).one_or_none() or START
    values = {"transaction": transaction, "event": event, "most": most, "oldest": OLDEST}
    rows = connection.execute(EVENTS, values)
    # More than one piece of evidence may bear the title of an event.
    return list({row.id: happened(row) for row in rows}.values())


def happened(row: Row[Any]) -> Happened:
    """A row as what happened."""
    stage = row.payload.get("stage")
    return Happened(
        row.id, row.transaction_id, row.process_id, row.definition_hash, row.type,
        row.payload["title"], row.payload, row.created_by, row.person_id, row.person or "",
        row.reason or "", row.task, tuple(row.opened), stage if stage != row.stage_before else None,
        row.is_old,
    )  # fmt: skip


def read_up_to(connection: Connection, last: Happened) -> None:
    """Events up to this one are told."""
    connection.execute(MOVE, {"transaction": last.transaction, "event": last.event})


def notifications_of(definition: Definition) -> dict[str, Notification]:
    """What the type tells: the built-in ones, under what it writes itself."""
    written = {name: completed(name, each) for name, each in definition.notifications.items()}
    return {name: each for name, each in ({**BUILT_IN} | written).items() if not each.off}


def causes(definition: Definition, what: Happened) -> Iterator[Cause]:
    """Every notification that an event causes."""
    words = dict(causing_words(definition, what))
    for name, each in notifications_of(definition).items():
        if each.stage and each.stage == what.stage:
            yield Cause(name, each)
        elif each.when in words:
            for task in words[each.when]:
                yield Cause(name, each, task)


def causing_words(
    definition: Definition, what: Happened
) -> Iterator[tuple[str, tuple[UUID | None, ...]]]:
    """The words of `when` that fit an event, each with the tasks that it is about."""
    verdict = what.payload.get("verdict")
    # A task to correct says no more than that it was sent back, and why.
    if what.opened and verdict != "sent_back":
        yield "task", what.opened
    if what.type in REMINDED and what.payload.get("still_waiting"):
        yield REMINDED[what.type], (what.task,)
    if what.type == "task.escalate":
        yield "escalation", (what.task,)
    if verdict in ("approved", "rejected", "sent_back"):
        yield verdict, (None,)
    if what.type in ("exception.opened", "exception.reopened"):
        yield "exception", (None,)
    if what.stage in definition.stages and definition.stages[what.stage].ends:
        yield "ends", (None,)
