"""Parked steps: opened when a step cannot go on by itself, resolved by a person."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, text

from domain.access.actor import Actor
from domain.definitions.model import Definition
from domain.identifiers import new_uuid
from domain.processes.effect import Done, Effect, Move
from domain.processes.opening import check_role
from domain.refusal import Refusal

RETRY: Final = "retry"
CANCEL: Final = "cancel"
RESOLUTIONS = (RETRY, CANCEL)

OPEN = text("""
    INSERT INTO exceptions (tenant_id, id, process_id, step, attempt, cause, message, opened_at,
        sequence)
    VALUES (:tenant, :id, :process, :step, :attempt, :cause, :message, (SELECT business_now()),
        :sequence)
""")
LOOK = text("""
    SELECT e.id, e.process_id, e.step, e.attempt, e.cause, e.message, e.state, e.resolution,
        w.name AS resolver, p.makers, p.reference, p.stage, p.definition_hash
    FROM exceptions e
    JOIN processes p ON p.tenant_id = e.tenant_id AND p.id = e.process_id
    LEFT JOIN persons w ON w.tenant_id = e.tenant_id AND w.id = e.resolved_by
    WHERE e.tenant_id = (SELECT current_tenant()) AND e.id = :id
""")
HELD = text("SELECT 1 FROM exceptions WHERE tenant_id = :tenant AND id = :id FOR UPDATE")
RESOLVE = text("""
    UPDATE exceptions SET state = 'resolved', resolution = :resolution, reason = :reason,
        resolved_by = :person, resolved_at = (SELECT business_now()), sequence = :sequence
    WHERE tenant_id = :tenant AND id = :id
""")
UNCERTAIN = text("""
    SELECT partner, operation FROM partner_calls
    WHERE tenant_id = (SELECT current_tenant()) AND process_id = :process
      AND state IN ('sending', 'unknown', 'done')
""")


@dataclass(frozen=True, slots=True)
class Parked:
    """A step that waits for a person. `cause` is a rule's code, or what broke."""

    step: str
    attempt: int
    cause: str
    message: str
    stage: str


@dataclass(frozen=True, slots=True)
class Resolved:
    """How a person resolved an exception."""

    resolution: str
    by: str


def park(connection: Connection, effect: Effect, parked: Parked) -> Done[UUID]:
    """Open an exception; the process stands where it stood, in status `exception`."""
    id = new_uuid()
    values = {"tenant": effect.tenant, "process": effect.process, "sequence": effect.sequence}
    values |= {"step": parked.step, "attempt": parked.attempt, "cause": parked.cause}
    connection.execute(OPEN, {**values, "id": id, "message": parked.message})
    return Done(
        id,
        title=f"Parked: {parked.message}",
        event="exception.opened",
        move=Move(parked.stage, "exception", waiting_for="operations", reason=parked.message),
        inputs={"step": parked.step, "attempt": parked.attempt},
        outputs={"cause": parked.cause, "exception": id},
    )


def look(connection: Connection, id: UUID) -> Any:
    """The exception as it is now. Refuses one that is not there: `exception_must_exist`."""
    row = connection.execute(LOOK, {"id": id}).one_or_none()
    if row is None:
        raise Refusal("exception_must_exist", "There is no such exception.")
    return row


def check_resolution(
    connection: Connection,
    definition: Definition,
    id: UUID,
    actor: Actor,
    *,
    resolution: str,
    reason: str | None,
) -> Any:
    """Climb the ladder of a repair. While an outcome is unknown, only asking again is allowed."""
    row = look(connection, id)
    if row.state != "open":
        raise Refusal(
            "already_resolved",
            f"{row.resolver} already chose to {row.resolution}.",
            person=row.resolver,
            action=row.resolution,
        )
    check_role(definition, "repair", actor)
    if resolution not in RESOLUTIONS:
        raise Refusal("resolution_must_be_known", f"Choose one of: {', '.join(RESOLUTIONS)}.")
    if resolution == CANCEL:
        check_cancel(connection, definition, row, actor, reason)
    return row


def check_cancel(
    connection: Connection, definition: Definition, row: Any, actor: Actor, reason: str | None
) -> None:
    """Money that may have moved is not written off; what was paid is not cancelled."""
    if row.step.startswith("reverse_entry"):
        raise Refusal(
            "compensation_must_finish",
            f"{row.reference} is being cancelled already. Mend the cause and retry.",
        )
    must_finish = definition.stages[row.stage].must_finish
    if must_finish:
        raise Refusal(
            "not_cancellable_after_payment",
            f"{row.reference}: {must_finish}. Mend the cause and retry, so that the book follows.",
        )
    if actor.person in row.makers:
        raise Refusal(
            "checker_must_differ_from_maker",
            f"You entered {row.reference}, so somebody else has to cancel it.",
        )
    if not (reason or "").strip():
        raise Refusal("reason_must_be_given", f"Say why {row.reference} is cancelled.")
    uncertain = connection.execute(UNCERTAIN, {"process": row.process_id}).first()
    if uncertain is not None:
        raise Refusal(
            "outcome_must_be_known",
            f"The {uncertain.partner} may have done the {uncertain.operation} of {row.reference}. "
            "Retry: it is asked first, and nothing is done twice.",
        )


def resolve(
    connection: Connection,
    effect: Effect,
    definition: Definition,
    actor: Actor,
    *,
    id: UUID,
    resolution: str,
    reason: str | None,
) -> Done[Resolved]:
    """Resolve an exception once, under its lock."""
    connection.execute(HELD, {"tenant": effect.tenant, "id": id})
    row = check_resolution(connection, definition, id, actor, resolution=resolution, reason=reason)
    values = {"tenant": effect.tenant, "id": id, "sequence": effect.sequence}
    values |= {"resolution": resolution, "reason": reason, "person": actor.person}
    connection.execute(RESOLVE, values)
    return Done(
        Resolved(resolution, actor.name),
        title=f"{actor.name} chose to {resolution}: {row.message}",
        event="exception.resolved",
        move=Move(row.stage, "running"),
        person=actor.person,
        user=actor.user,
        inputs={"exception": id, "reason": reason},
        outputs={"resolution": resolution},
    )
