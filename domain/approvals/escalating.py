"""Escalating by hand: who may decide asks the role at once that the deadline would have asked."""

from typing import Any

from sqlalchemy import Connection

from domain.access.actor import Actor
from domain.approvals import inbox
from domain.approvals.inbox import Task
from domain.approvals.policy import check_may_check
from domain.definitions.model import Definition
from domain.refusal import Refusal


def check_escalation(definition: Definition, task: Task, actor: Actor, reason: str | None) -> str:
    """Whoever may check, also when another claimed it. Answers with the role that is asked."""
    check_may_check(task.checking, actor)
    approval = definition.approval_at(task.stage)
    to = approval.escalate_to if approval else None
    if to is None:
        raise Refusal(
            "escalation_must_be_defined",
            f"{definition.title} names nobody to escalate to. Ask {task.checking.role} yourself.",
        )
    if task.checking.escalated_to == to:
        raise Refusal("already_escalated", f"{to} was asked to check {task.checking.title} before.")
    if not (reason or "").strip():
        raise Refusal("reason_must_be_given", f"Say why {to} should check {task.checking.title}.")
    return to


def escalate(connection: Connection, values: dict[str, Any], *, to: str) -> dict[str, Any]:
    """Ask the role as well; whoever sat on the task no longer does."""
    inbox.escalate(connection, values["tenant"], values["task"], sequence=values["sequence"], to=to)
    return {"escalated_to": to}
