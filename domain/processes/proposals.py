"""What one person proposes to do about a parked step and another confirms: a fix, or to skip it.

The second person confirms a hash of what she saw; what was proposed anew is looked at anew. Who
proposed a document that is confirmed is one of its makers from then on.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row

from domain.access.actor import Actor
from domain.canonical import digest
from domain.definitions.model import Definition
from domain.processes import action, exceptions, fixes, proposal_rows, record, repairs
from domain.processes.action import Input
from domain.processes.arriving import About, arrive
from domain.processes.differences import changes
from domain.processes.effect import Done, Effect, Move
from domain.processes.exceptions import Choice, Resolved
from domain.processes.record import Facts
from domain.processes.repairs import CONFIRM, FIX, SKIP
from domain.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Proposed:
    """A way out of an exception that needs a second person; a fix comes with the document."""

    exception: UUID
    way: str
    reason: str | None
    input: Any = None


@dataclass(frozen=True, slots=True)
class Confirmed:
    """That what is proposed, as it was seen, is to be done."""

    exception: UUID
    seen: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits to be confirmed: the hash that confirms it."""

    exception: UUID
    way: str
    hash: str


def content(proposed: Proposed) -> dict[str, Any]:
    """What the API signs of a proposal."""
    return {"reason": proposed.reason, "input": proposed.input}


def check(
    connection: Connection, definition: Definition, actor: Actor, proposed: Proposed
) -> tuple[Row[Any], Facts, Input | None]:
    """Climb the ladder of a proposal. The document is None where it stays as it is."""
    if proposed.way not in (FIX, SKIP):
        raise Refusal("resolution_must_be_known", f"Propose one of: {FIX}, {SKIP}.")
    row = repairs.check_way(
        connection, definition, proposed.exception, actor,
        way=proposed.way, reason=proposed.reason,
    )  # fmt: skip
    facts = record.facts(connection, row.process_id)
    fixed = None
    if proposed.way == FIX:
        fixed = fixes.accepted(connection, definition, facts, row, proposed.input)
    elif proposed.input is not None:
        raise Refusal("input_must_be_wanted", "A step that is skipped changes no field.")
    return row, facts, fixed


def propose(
    connection: Connection,
    effect: Effect,
    definition: Definition,
    actor: Actor,
    proposed: Proposed,
) -> Done[Waiting]:
    """Put a proposal before a second person. The process stands where it stood."""
    exceptions.hold(connection, effect.tenant, proposed.exception)
    row, facts, fixed = check(connection, definition, actor, proposed)
    hash = digest(
        [proposed.exception, proposed.way, proposed.reason, facts.content_hash, fixed, actor.person]
    )
    proposal_rows.put(
        connection, effect.tenant, proposed.exception,
        way=proposed.way, content=fixed, hash=hash, reason=proposed.reason, person=actor.person,
    )  # fmt: skip
    differences = [] if fixed is None else list(changes(facts.content, fixed))
    return Done(
        Waiting(proposed.exception, proposed.way, hash),
        title=f"{actor.name} proposes to {proposed.way}: {row.message}",
        event="exception.proposed",
        person=actor.person,
        user=actor.user,
        inputs={
            "exception": proposed.exception,
            "reason": proposed.reason,
            "changes": differences,
        },
        outputs={"way": proposed.way, "hash": hash},
    )


def check_confirmed(
    connection: Connection, definition: Definition, id: UUID, actor: Actor, *, seen: str | None
) -> Row[Any]:
    """Climb the ladder of a confirmation. `seen` is the hash of what the person looked at."""
    row = repairs.check_way(connection, definition, id, actor, way=CONFIRM, reason=None)
    if seen is not None and seen != row.hash:
        raise Refusal(
            "subject_changed",
            f"What is proposed for {row.reference} changed after you looked. Look again.",
            current=row.hash,
            seen=seen,
        )
    return row


def confirm(
    connection: Connection,
    effect: Effect,
    definition: Definition,
    actor: Actor,
    *,
    id: UUID,
    seen: str,
) -> Done[Resolved]:
    """Do what was proposed: correct the document and let the step be tried, or pass the step."""
    exceptions.hold(connection, effect.tenant, id)
    row = check_confirmed(connection, definition, id, actor, seen=seen)
    facts = record.facts(connection, row.process_id)
    choice = Choice(id, row.way, row.proposed_because)
    if row.way == FIX:
        done = fixed(connection, effect, definition, actor, row)
    else:
        to = str(definition.stages[row.stage].then)
        arrival, move = arrive(connection, About.of(effect, definition, facts), to)
        title = f"{row.proposer} and {actor.name} left out: {row.message}"
        done = Done(Resolved(SKIP, actor.name, arrival), title, "exception.skipped", move)
    state = "retrying" if row.way == FIX else "resolved"
    exceptions.chosen(connection, effect, choice, state=state, person=actor.person)
    proposal_rows.confirm(connection, effect.tenant, id, person=actor.person)
    inputs = {"exception": id, "reason": row.proposed_because, "proposed_by": row.proposed_by}
    return Done(
        done.result,
        title=done.title,
        event=done.event,
        move=done.move,
        person=actor.person,
        user=actor.user,
        inputs={**inputs, **done.inputs},
        outputs={"resolution": row.way, **done.outputs},
    )


def fixed(
    connection: Connection, effect: Effect, definition: Definition, actor: Actor, row: Row[Any]
) -> Done[Resolved]:
    """Put the proposed document in place, held against every rule once more."""
    facts = record.facts(connection, row.process_id)
    content = fixes.accepted(connection, definition, facts, row, row.content)
    document = action.amend(
        connection, effect, definition, facts, content,
        person=row.proposed_by, posted=tuple(fixes.standing(definition, row)),
    )  # fmt: skip
    return Done(
        Resolved(FIX, actor.name),
        title=f"{row.proposer} corrected, {actor.name} confirmed: {row.message}",
        event="exception.fixed",
        move=Move(row.stage, "running"),
        inputs={"before": facts.content, "after": content},
        outputs={"document_hash": document.content_hash},
    )
