"""Parked steps: opened when a step cannot go on by itself, retried or cancelled by a person.

An exception is `open`, then `retrying` once somebody chose a way, and `resolved` when the step's
effect stands (`effect.record` sees to it, in the effect's own transaction). A step that stops again
opens the same exception again. What two people do about one lives in `proposals`.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, text

from domain.access.actor import Actor
from domain.definitions.model import Definition
from domain.identifiers import new_uuid
from domain.processes import proposal_rows, repairs
from domain.processes.arriving import Arrival
from domain.processes.effect import Done, Effect, Move
from domain.processes.repairs import CANCEL, RETRY

# A step that is tried again counts as under way until its effect stands.
STATES: Final = {RETRY: "retrying", CANCEL: "resolved"}

REOPEN = text("""
    UPDATE exceptions SET state = 'open', attempt = :attempt, cause = :cause, message = :message,
        definite = :definite, tries = tries + 1, sequence = :sequence,
        resolution = NULL, reason = NULL, resolved_by = NULL
    WHERE tenant_id = :tenant AND process_id = :process AND kind = 'step' AND state = 'retrying'
      AND step = :step
    RETURNING id
""")
# The process parks at another step, so this one is past.
PASSED = text("""
    UPDATE exceptions SET state = 'resolved', resolved_at = (SELECT business_now()),
        sequence = :sequence
    WHERE tenant_id = :tenant AND process_id = :process AND kind = 'step' AND state = 'retrying'
      AND step <> :step
""")
OPEN = text("""
    INSERT INTO exceptions (tenant_id, id, process_id, step, attempt, cause, message, definite,
        opened_at, sequence)
    VALUES (:tenant, :id, :process, :step, :attempt, :cause, :message, :definite,
        (SELECT business_now()), :sequence)
""")
HELD = text("SELECT 1 FROM exceptions WHERE tenant_id = :tenant AND id = :id FOR NO KEY UPDATE")
CHOOSE = text("""
    UPDATE exceptions SET state = :state, resolution = :resolution, reason = :reason,
        resolved_by = :person, sequence = :sequence,
        resolved_at = CASE WHEN :state = 'resolved' THEN (SELECT business_now()) END
    WHERE tenant_id = :tenant AND id = :id
""")


@dataclass(frozen=True, slots=True)
class Parked:
    """A step that waits for a person. `cause` is a rule's code, or what broke.

    A `definite` one ended with a no, so that nothing was done; of any other nobody knows.
    """

    step: str
    attempt: int
    cause: str
    message: str
    stage: str
    definite: bool = False


@dataclass(frozen=True, slots=True)
class Resolved:
    """How a person resolved an exception, and where the process stands when she left a step out."""

    resolution: str
    by: str
    arrival: Arrival | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The way that somebody chose for an exception, and why."""

    exception: UUID
    way: str
    reason: str | None


def park(connection: Connection, effect: Effect, parked: Parked) -> Done[UUID]:
    """Open an exception, or the step's own again; the process stands still, in its status."""
    values = {"tenant": effect.tenant, "process": effect.process, "sequence": effect.sequence}
    values |= {"step": parked.step, "attempt": parked.attempt, "cause": parked.cause}
    values |= {"message": parked.message, "definite": parked.definite}
    connection.execute(PASSED, values)
    again: UUID | None = connection.execute(REOPEN, values).scalar_one_or_none()
    id = again or new_uuid()
    if again is None:
        connection.execute(OPEN, {**values, "id": id})
    return Done(
        id,
        title=f"Parked: {parked.message}",
        event="exception.reopened" if again else "exception.opened",
        move=Move(parked.stage, "exception", waiting_for="operations", reason=parked.message),
        inputs={"step": parked.step, "attempt": parked.attempt},
        outputs={"cause": parked.cause, "exception": id},
    )


def resolve(
    connection: Connection, effect: Effect, definition: Definition, actor: Actor, choice: Choice
) -> Done[Resolved]:
    """Retry or cancel once, under the exception's lock. A proposal that waits is dropped."""
    hold(connection, effect.tenant, choice.exception)
    row = repairs.check_way(
        connection, definition, choice.exception, actor, way=choice.way, reason=choice.reason
    )
    proposal_rows.drop(connection, effect.tenant, choice.exception)
    state = STATES[choice.way]
    chosen(connection, effect, choice, state=state, person=actor.person)
    return Done(
        Resolved(choice.way, actor.name),
        title=f"{actor.name} chose to {choice.way}: {row.message}",
        event=f"exception.{state}",
        move=Move(row.stage, "running"),
        person=actor.person,
        user=actor.user,
        inputs={"exception": choice.exception, "reason": choice.reason},
        outputs={"resolution": choice.way},
    )


def hold(connection: Connection, tenant: UUID, id: UUID) -> None:
    """Lock the exception's row: of two who choose at once, the second sees what the first did."""
    connection.execute(HELD, {"tenant": tenant, "id": id})


def chosen(
    connection: Connection, effect: Effect, choice: Choice, *, state: str, person: UUID
) -> None:
    """Write down who chose which way."""
    values = {"tenant": effect.tenant, "id": choice.exception, "sequence": effect.sequence}
    values |= {"resolution": choice.way, "reason": choice.reason, "person": person}
    connection.execute(CHOOSE, {**values, "state": state})
