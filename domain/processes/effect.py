"""What one activity leaves behind in its one transaction, exactly once under its effect key."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, text

from domain.canonical import digest, plain
from domain.database import by_driver, rows_at_once, rows_by_driver
from domain.documents import store
from domain.identifiers import new_uuid
from domain.refusal import Refusal

Result = TypeVar("Result")

CLAIM = """
    SELECT pg_advisory_xact_lock(hashtextextended(%(key)s, 0))
"""
EARLIER = """
    SELECT content_hash, result, recorded_at FROM effects
    WHERE tenant_id = (SELECT current_tenant()) AND effect_key = %(key)s
"""
RECORD = """
    WITH effect AS (
        INSERT INTO effects (tenant_id, effect_key, content_hash, result)
        VALUES (%(tenant)s, %(key)s, %(content_hash)s, %(result)s)
    ), proof AS (
        INSERT INTO evidence (tenant_id, id, process_id, sequence, step, title, effect_key,
            person_id, user_id, inputs, outputs, digest, business_at)
        VALUES (%(tenant)s, %(evidence_id)s, %(process)s, %(sequence)s, %(step)s, %(title)s,
            %(key)s, %(person)s, %(user)s, %(inputs)s, %(outputs)s, %(digest)s,
            (SELECT business_now()))
    ), happened AS (
        INSERT INTO events (tenant_id, id, process_id, sequence, type, payload)
        VALUES (%(tenant)s, %(event_id)s, %(process)s, %(sequence)s, %(event)s, %(payload)s)
    ), repaired AS (
        UPDATE exceptions SET state = 'resolved', resolved_at = (SELECT business_now()),
            sequence = %(sequence)s
        WHERE tenant_id = %(tenant)s AND process_id = %(process)s AND kind = 'step'
            AND state = 'retrying' AND step = %(step)s AND sequence < %(sequence)s AND %(stands)s
    )
"""
MOVE = """
    UPDATE processes SET
        stage_since = CASE WHEN stage = %(stage)s THEN stage_since ELSE now.at END,
        stage = %(stage)s, status = %(status)s, waiting_for = %(waiting_for)s, due_at = %(due_at)s,
        reason = coalesce(%(reason)s, reason), sequence = %(sequence)s, updated_at = now.at,
        closed_at = CASE WHEN %(closed)s THEN now.at END
    FROM (SELECT business_now() AS at) AS now
    WHERE tenant_id = %(tenant)s AND id = %(process)s AND sequence < %(sequence)s
"""
JSON = ("result", "inputs", "outputs", "payload")
RECORD_ALONE = f"{RECORD} SELECT 1"
RECORD_AND_MOVE = f"{RECORD} {MOVE}"
# The same for an effect that was recorded before; an older delivery leaves a later retry alone.
REPAIRED = text("""
    UPDATE exceptions SET state = 'resolved', resolved_at = (SELECT business_now()),
        sequence = :sequence
    WHERE tenant_id = :tenant AND process_id = :process AND kind = 'step'
        AND state = 'retrying' AND step = :step AND sequence < :sequence
""")
WITHDRAW = text("""
    UPDATE tasks SET state = 'withdrawn', closed_at = (SELECT business_now()), sequence = :sequence
    WHERE tenant_id = :tenant AND process_id = :process AND state = 'open'
""")


@dataclass(frozen=True, slots=True)
class Effect:
    """Names one effect for ever: workflow id / step / item / business attempt.

    `sequence` grows with every step of the process, so a late retry cannot move it backwards.
    """

    tenant: UUID
    process: UUID
    workflow_id: str
    step: str
    item: str
    attempt: int
    sequence: int

    @property
    def key(self) -> str:
        """The effect key. Never the run id, never the engine's attempt."""
        return f"{self.workflow_id}/{self.step}/{self.item}/{self.attempt}"


@dataclass(frozen=True, slots=True)
class Move:
    """Where the process stands after the effect. `ends` closes it; a good end keeps its keys."""

    stage: str
    status: str
    waiting_for: str | None = None
    due_at: datetime | None = None
    reason: str | None = None
    ends: bool = False
    keeps_keys: bool = True


@dataclass(frozen=True, slots=True)
class Done(Generic[Result]):
    """The result of an effect and what it leaves behind: evidence, event, the process moved.

    It `stands` unless it is a refusal on record: only what stands resolves the step's exception.
    """

    result: Result
    title: str
    event: str
    move: Move | None = None
    person: UUID | None = None
    user: UUID | None = None
    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    stands: bool = True


def claim(connection: Connection, effect: Effect, content_hash: str) -> Any | None:
    """Hold the key until commit. Returns the first result, or None when this is the first time.

    Refuses other content under a key that was used before.
    """
    key = {"key": effect.key}
    _, found = rows_at_once(connection, (CLAIM, key), (EARLIER, key))
    if not found:
        return None
    first = found[0]
    if first.content_hash != content_hash:
        raise Refusal(
            "effect_key_must_have_one_content",
            f"{effect.key} was first used at {first.recorded_at} with other content.",
        )
    return first.result


def repaired(connection: Connection, effect: Effect) -> None:
    """Resolve the exception of a step whose effect stood already when it was tried again."""
    values = {"tenant": effect.tenant, "process": effect.process, "sequence": effect.sequence}
    connection.execute(REPAIRED, {**values, "step": effect.step})


def earlier(connection: Connection, effect: Effect) -> Any | None:
    """The effect that stands under the key, or None."""
    found = rows_by_driver(connection, EARLIER, {"key": effect.key})
    return found[0] if found else None


def record(connection: Connection, effect: Effect, content_hash: str, done: Done[Any]) -> None:
    """Write effect, evidence and event and move the process, all in one statement.

    A process that is already further stays there. Ending withdraws tasks that are open.
    """
    inputs, outputs = plain(done.inputs), plain(done.outputs)
    place = {"tenant": effect.tenant, "process": effect.process, "sequence": effect.sequence}
    values = {
        **place,
        "key": effect.key,
        "content_hash": content_hash,
        "result": plain(done.result),
        "evidence_id": new_uuid(),
        "event_id": new_uuid(),
        "step": effect.step,
        "title": done.title,
        "person": done.person,
        "user": done.user,
        "inputs": inputs,
        "outputs": outputs,
        "digest": digest([effect.key, done.title, done.person, done.user, inputs, outputs]),
        "event": done.event,
        "stands": done.stands,
        # Whoever reads events in order sees from it when a stage is reached.
        "payload": {"title": done.title, **outputs} | stood_at(done.move),
    }
    values |= {name: Jsonb(values[name]) for name in JSON}
    if done.move is None:
        by_driver(connection, RECORD_ALONE, values)
        return
    by_driver(connection, RECORD_AND_MOVE, {**values, **destination(done.move)})
    if done.move.ends:
        connection.execute(WITHDRAW, place)
        if not done.move.keeps_keys:
            store.release_keys(connection, effect.tenant, effect.process)


def stood_at(move: Move | None) -> dict[str, str]:
    """Where the process stands after an event that moved it."""
    return {"stage": move.stage} if move else {}


def destination(move: Move) -> dict[str, Any]:
    """A move as the statement takes it."""
    return {
        "stage": move.stage,
        "status": move.status,
        "waiting_for": move.waiting_for,
        "due_at": move.due_at,
        "reason": move.reason,
        "closed": move.ends,
    }
