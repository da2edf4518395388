"""Tending a process while it waits: claim, release, put off, escalate, comment, attach.

None of it moves the process. `check` is the ladder that the API climbs to explain, and the activity
under the lock to decide.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection

from domain.access.actor import Actor
from domain.approvals import claims, escalating, inbox, snoozing
from domain.approvals.inbox import Task
from domain.definitions.model import Definition
from domain.definitions.vocabulary import Role
from domain.documents import attachments
from domain.processes import comments, involvement
from domain.processes.effect import Done, Effect
from domain.refusal import Refusal

STEP: Final = "tend_process"

CLAIM: Final = "claim"
RELEASE: Final = "release"
SNOOZE: Final = "snooze"
ESCALATE: Final = "escalate"
COMMENT: Final = "comment"
ATTACH: Final = "attach"
ABOUT_TASKS = (CLAIM, RELEASE, SNOOZE, ESCALATE)
SAID = {
    CLAIM: "claimed", RELEASE: "released", SNOOZE: "put off", ESCALATE: "escalated",
    COMMENT: "commented on", ATTACH: "attached a file to",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks for: `words` are the comment, the reason, or a file's title."""

    verb: str
    task: UUID | None = None
    words: str | None = None
    until: str | None = None
    upload: UUID | None = None


def content(wish: Wish) -> dict[str, Any]:
    """What the API signs of a wish."""
    return {"words": wish.words, "until": wish.until, "upload": wish.upload}


@dataclass(frozen=True, slots=True)
class Tended:
    """What was done, by whom, and the id of what was made: a comment, an attachment."""

    verb: str
    by: str
    made: UUID | None = None


@dataclass(frozen=True, slots=True)
class Tending:
    """A wish about a process, with what says whether it is granted."""

    process: UUID
    definition: Definition
    roles: Mapping[str, Role]
    wish: Wish


def check(connection: Connection, tending: Tending, actor: Actor) -> None:
    """Climb the ladder of a wish. Raises the first Refusal."""
    wish, definition = tending.wish, tending.definition
    task = task_of(connection, tending)
    match wish.verb, task:
        case "claim", Task():
            claims.check_claim(task.checking, actor)
        case "release", Task():
            claims.check_release(definition, task, actor)
        case "snooze", Task():
            snoozing.check_snooze(connection, task.checking, actor, wish.until)
        case "escalate", Task():
            escalating.check_escalation(definition, task, actor, wish.words)
        case "comment", _:
            comments.check_comment(connection, tending.roles, tending.process, actor, wish.words)
        case "attach", None:
            involvement.check_involved(connection, tending.roles, tending.process, actor)
            involvement.check_open(connection, tending.process)
        case _:
            raise Refusal("action_must_exist", f"There is no {wish.verb!r} here.")


def task_of(connection: Connection, tending: Tending) -> Task | None:
    """The task that a wish is about, which is one of the process."""
    if tending.wish.task is None:
        return None
    task = inbox.look(connection, tending.wish.task)
    if task.checking.process != tending.process:
        raise Refusal("task_must_exist", "There is no such task.")
    return replace(task, checking=task.checking_by(tending.definition))


def tended(stored: Mapping[str, Any]) -> Tended:
    """What was done, as the effect keeps it."""
    made = stored["made"]
    return Tended(stored["verb"], stored["by"], UUID(made) if made else None)


def tend(connection: Connection, effect: Effect, tending: Tending, actor: Actor) -> Done[Tended]:
    """Lock what it is about, climb the ladder with the rights of now, and do it."""
    wish = tending.wish
    if wish.verb in ABOUT_TASKS and wish.task is not None:
        inbox.hold(connection, effect.tenant, wish.task)
    else:
        involvement.hold(connection, effect.tenant, tending.process)
    check(connection, tending, actor)
    values: dict[str, Any] = {"tenant": effect.tenant, "process": effect.process, "task": wish.task}
    values |= {"sequence": effect.sequence}
    made, outputs = done(connection, tending, actor, values)
    return Done(
        Tended(wish.verb, actor.name, made),
        title=title(connection, tending, actor),
        event=f"{'task' if wish.task else 'process'}.{wish.verb}",
        person=actor.person,
        user=actor.user,
        inputs={"task": wish.task, "reason": wish.words if wish.verb == ESCALATE else None},
        outputs=outputs,
    )


def done(
    connection: Connection, tending: Tending, actor: Actor, values: dict[str, Any]
) -> tuple[UUID | None, dict[str, Any]]:
    """The id of what was made, and what the evidence keeps."""
    wish, definition = tending.wish, tending.definition
    if wish.verb == COMMENT:
        return comments.comment(connection, actor, values, str(wish.words))
    if wish.verb == ATTACH:
        assert wish.upload is not None
        return attachments.attach(
            connection, actor, values, upload=wish.upload, title=wish.words or ""
        )
    task = task_of(connection, tending)
    assert task is not None
    match wish.verb:
        case "claim":
            return None, claims.claim(connection, definition, task, actor, values)
        case "release":
            assert task.checking.claim is not None
            claimer = task.checking.claim.person
            return None, claims.release(connection, values, claimer=claimer)
        case "snooze":
            until = snoozing.check_snooze(connection, task.checking, actor, wish.until)
            return None, snoozing.snooze(connection, actor, values, until=until)
    to = escalating.check_escalation(definition, task, actor, wish.words)
    return None, escalating.escalate(connection, values, to=to)


def title(connection: Connection, tending: Tending, actor: Actor) -> str:
    """The line of the timeline."""
    task = task_of(connection, tending)
    what = task.checking.title if task else tending.definition.title
    why = f": {tending.wish.words}" if tending.wish.verb == ESCALATE else ""
    return f"{actor.name} {SAID[tending.wish.verb]} {what}{why}"


def ways(definition: Definition, task: Task, actor: Actor) -> list[str]:
    """What the ladders of a task would let this person do with it now, beside deciding it."""
    tries = {
        CLAIM: lambda: claims.check_claim(task.checking, actor),
        RELEASE: lambda: claims.check_release(definition, task, actor),
        SNOOZE: lambda: snoozing.check_waits_for_her(task.checking, actor),
        ESCALATE: lambda: escalating.check_escalation(definition, task, actor, "-"),
    }
    return [verb for verb, climb in tries.items() if is_granted(climb)]


def is_granted(climb: Any) -> bool:
    """Whether a ladder can be climbed."""
    try:
        climb()
    except Refusal:
        return False
    return True
