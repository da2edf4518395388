"""A decision: taken once under the task's lock, and what follows from it."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import Connection

from domain.access.actor import Actor
from domain.approvals import inbox
from domain.approvals.inbox import Opening, OpenTask, Task, open_task
from domain.approvals.policy import APPROVE, REJECT, SEND_BACK, VERBS, check_decision
from domain.definitions import policy
from domain.definitions.model import Definition
from domain.processes import record
from domain.processes.effect import Done, Effect, Move
from domain.processes.opening import about_task
from domain.processes.record import Facts, arrive

Verdict = Literal["next_level", "approved", "rejected", "sent_back"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a decision led to. `task` is the one that waits next: a level's, or the maker's."""

    verdict: Verdict
    stage: str
    by: str
    task: OpenTask | None


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
    inbox.hold(connection, effect.tenant, choice.task)
    task = inbox.look(connection, choice.task, inbox.approvers(definition))
    check_decision(task.checking, actor, choice.action, seen=choice.seen, reason=choice.reason)
    inbox.decide(
        connection, task.checking, actor, choice.action,
        tenant=effect.tenant, reason=choice.reason, sequence=effect.sequence,
    )  # fmt: skip
    facts = record.facts(connection, effect.process)
    about = about_task(effect, definition, facts.content, facts.content_hash, facts.subject)
    decision, move = follow(
        connection, about, definition=definition, facts=facts, task=task, choice=choice
    )
    return Done(
        Decision(decision.verdict, decision.stage, actor.name, decision.task),
        title=f"{actor.name} chose to {VERBS[choice.action]} {facts.subject}",
        event=f"task.{choice.action}",
        move=move,
        person=actor.person,
        user=actor.user,
        inputs={"task": choice.task, "seen": choice.seen, "reason": choice.reason},
        outputs={"verdict": decision.verdict, "level": task.level, "levels": task.levels},
    )


@dataclass(frozen=True, slots=True)
class Following:
    """The verdict, the stage it leads to, and the task that opens."""

    verdict: Verdict
    stage: str
    task: OpenTask | None = None


def follow(
    connection: Connection,
    about: Opening,
    *,
    definition: Definition,
    facts: Facts,
    task: Task,
    choice: Choice,
) -> tuple[Following, Move]:
    """What a decision leads to: the next level, the end of approval, the maker, or rejection."""
    if choice.action == REJECT:
        reason = choice.reason
        return Following("rejected", "rejected"), arrive(definition, "rejected", reason=reason)
    if choice.action == SEND_BACK:
        opened = open_task(
            connection, about, kind="correction", role="maker", round=task.round, level=1, levels=1
        )
        move = waiting(definition, "correction", opened, reason=choice.reason)
        return Following("sent_back", "correction", opened), move
    assert choice.action == APPROVE
    roles = policy.levels(definition, facts.amount)
    if task.level == len(roles):
        return Following("approved", "posting"), arrive(definition, "posting")
    opened = open_task(
        connection,
        about,
        kind="approval",
        role=roles[task.level],
        round=task.round,
        level=task.level + 1,
        levels=len(roles),
    )
    return Following("next_level", "approval", opened), waiting(definition, "approval", opened)


def waiting(
    definition: Definition, stage: str, task: OpenTask, *, reason: str | None = None
) -> Move:
    """The move to a stage that waits for a task."""
    return arrive(definition, stage, waiting_for=task.role, due_at=task.due_at, reason=reason)


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
