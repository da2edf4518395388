"""Claiming a task: one person has it to herself for a while, so that two do not do one work."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from domain.access.actor import Actor
from domain.approvals.inbox import Task
from domain.approvals.policy import Checking, already_claimed, check_may_decide
from domain.deadlines import calendars
from domain.definitions.model import Approval, Definition
from domain.definitions.policy import CLAIM_FOR
from domain.refusal import Refusal

CLAIM = text("""
    UPDATE tasks SET claimed_by = :person, claimed_at = (SELECT business_now()),
        claimed_until = :until, sequence = :sequence
    WHERE tenant_id = :tenant AND id = :task
""")
RELEASE = text("""
    UPDATE tasks SET claimed_by = NULL, claimed_at = NULL, claimed_until = NULL,
        sequence = :sequence
    WHERE tenant_id = :tenant AND id = :task
""")


def check_claim(task: Checking, actor: Actor) -> None:
    """Whoever may decide may claim; again when it is hers already, which changes its end."""
    check_may_decide(task, actor)


def claim(
    connection: Connection, definition: Definition, task: Task, actor: Actor, values: dict[str, Any]
) -> dict[str, Any]:
    """Sit on the task for as long as its approval says. Answers with what the evidence keeps."""
    approval = definition.approval_at(task.stage)
    until = calendars.due_at(connection, lasts(approval))
    connection.execute(CLAIM, {**values, "person": actor.person, "until": until})
    return {"claimed_until": until}


def lasts(approval: Approval | None) -> str:
    """How long a claim lasts."""
    return (approval.claim_for if approval else None) or CLAIM_FOR


def check_release(definition: Definition, task: Task, actor: Actor) -> None:
    """By who claimed it, or by the role that is asked when it takes too long."""
    claim = task.checking.claim
    if task.checking.state != "open" or claim is None:
        raise Refusal(
            "task_must_be_claimed", f"Nobody has claimed {task.checking.title}; there is no claim."
        )
    approval = definition.approval_at(task.stage)
    head = approval.escalate_to if approval else None
    if claim.person != actor.person and head not in actor.roles_at(task.checking.branch):
        raise already_claimed(task.checking.title, claim)


def release(connection: Connection, values: dict[str, Any], *, claimer: UUID) -> dict[str, Any]:
    """Let the others have it again."""
    connection.execute(RELEASE, values)
    return {"released": claimer}
