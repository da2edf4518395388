"""A decision: taken once under the task's lock, and what follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import Connection

from domain.access.actor import Actor
from domain.access.delegator import Delegator
from domain.approvals import inbox
from domain.approvals.authority import check_authority
from domain.approvals.inbox import Task
from domain.approvals.policy import APPROVE, VERBS, acting_for, check_decision
from domain.approvals.splitting import may_be_split
from domain.definitions import policy
from domain.definitions.model import Definition
from domain.definitions.policy import VERDICTS, Verdict
from domain.processes import record
from domain.processes.arriving import About, Arrival, Level, arrive, asked, waiting
from domain.processes.effect import Done, Effect, Move

NEXT_LEVEL: Final = "next_level"
SEATS_LEFT: Final = "seats_left"
What = Verdict | Literal["next_level", "seats_left"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a decision led to, and where the process stands now."""

    verdict: What
    arrival: Arrival
    by: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose on a task. `seen` is the hash of what she looked at."""

    task: UUID
    action: str
    reason: str | None
    seen: str


def content(choice: Choice) -> dict[str, str | None]:
    """What the API signs of a choice."""
    return {"reason": choice.reason, "seen": choice.seen}


def decide(
    connection: Connection, effect: Effect, definition: Definition, choice: Choice, actor: Actor
) -> Done[Decision]:
    """Lock the task, climb the ladder with the rights of now, decide, and open what comes next."""
    task = inbox.look_under_lock(connection, effect.tenant, choice.task)
    checking = task.checking_by(definition)
    check_decision(checking, actor, choice.action, seen=choice.seen, reason=choice.reason)
    split = may_be_split(connection, definition, task.stage, checking)
    standing = check_authority(connection, checking, actor, choice.action, holds=True)
    inbox.decide(
        connection, checking, actor, choice.action, tenant=effect.tenant, reason=choice.reason,
        sequence=effect.sequence, stands_in_for=standing,
    )  # fmt: skip
    who = acting_for(actor.name, standing.name if standing else None)
    facts = record.facts(connection, effect.process)
    about = About.of(effect, definition, facts)
    verdict, arrival, move = follow(connection, about, task, choice)
    return Done(
        Decision(verdict, arrival, who),
        title=f"{who} chose to {VERBS[choice.action]} {facts.subject}",
        event=f"task.{choice.action}",
        move=move,
        person=actor.person,
        user=actor.user,
        inputs={"task": choice.task, "seen": choice.seen, "reason": choice.reason},
        outputs={"verdict": verdict, "level": task.level, "levels": task.levels}
        | used(standing)
        | warned(split),
    )


def used(standing: Delegator | None) -> dict[str, UUID]:
    """Whose authority was used under which delegation, when it was not her own."""
    if standing is None:
        return {}
    return {"on_behalf_of": standing.person, "delegation": standing.delegation}


def warned(split: Sequence[str]) -> dict[str, Sequence[str]]:
    """What she was warned of: the documents with which this one may be one."""
    return {"may_be_split": split} if split else {}


def follow(
    connection: Connection, about: About, task: Task, choice: Choice
) -> tuple[What, Arrival, Move]:
    """What a decision leads to: other seats, the next level, or what the definition names."""
    leads = about.definition.stages[task.stage].leads
    if choice.action == APPROVE:
        others = inbox.beside(connection, choice.task)
        if others:
            return SEATS_LEFT, *waiting(about, task.stage, others)
        levels = policy.levels(about.definition, task.stage, about.facts)
        if task.level < len(levels):
            level = Level(task.stage, task.round, task.level + 1, levels)
            return NEXT_LEVEL, *asked(connection, about, level)
    verdict = VERDICTS[choice.action]
    return verdict, *arrive(connection, about, leads[verdict], reason=choice.reason)


def remind(
    connection: Connection, effect: Effect, task: UUID, *, escalate_to: str | None
) -> Done[bool]:
    """Remind whoever may decide; at the deadline also ask another role."""
    waits = inbox.remind(
        connection, effect.tenant, task, sequence=effect.sequence, escalate_to=escalate_to
    )
    title = f"Escalated to {escalate_to}" if escalate_to else "Reminded the checkers"
    return Done(
        waits,
        title=title,
        event="task.escalated" if escalate_to else "task.reminded",
        inputs={"task": task},
        outputs={"still_waiting": waits, "escalated_to": escalate_to},
    )
