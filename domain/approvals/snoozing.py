"""Putting a task off: one person does not see it in her inbox for a while; all others do."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from domain.access.actor import Actor
from domain.approvals.policy import Checking, check_may_check
from domain.calendar import moment
from domain.deadlines import calendars
from domain.refusal import Refusal

SNOOZE = text("""
    INSERT INTO task_snoozes (tenant_id, task_id, person_id, until)
    VALUES (:tenant, :task, :person, :until)
    ON CONFLICT (tenant_id, task_id, person_id) DO UPDATE SET until = excluded.until
""")


def check_snooze(
    connection: Connection, task: Checking, actor: Actor, until: str | None
) -> datetime:
    """It is in her inbox, and comes back later than now. Answers with when."""
    check_waits_for_her(task, actor)
    try:
        at = moment(datetime.fromisoformat(until or ""))
    except ValueError as fault:
        message = f"{until!r} is no time. Write it as 2026-07-16T10:00:00+05:30."
        raise Refusal("time_must_be_readable", message) from fault
    if at <= calendars.now(connection):
        raise Refusal("snooze_must_end_later", f"{until} is past. Put it off until a later time.")
    return at


def check_waits_for_her(task: Checking, actor: Actor) -> None:
    """An approval that she may check, a correction of her own, or what her role has to do."""
    if task.kind == "approval":
        check_may_check(task, actor)
        return
    if task.state != "open":
        raise Refusal("task_must_be_open", f"{task.title} is no longer waiting.")
    if task.kind == "correction" and actor.person != task.maker:
        raise Refusal("maker_must_correct", "It waits for the person who entered it.")
    if task.kind == "action" and task.role not in actor.roles_at(task.branch):
        message = f"{task.title} waits for {task.role}, which you do not hold."
        raise Refusal("role_must_allow_action", message, role=task.role)


def snooze(
    connection: Connection, actor: Actor, values: dict[str, Any], *, until: datetime
) -> dict[str, Any]:
    """Hide it until then. Again changes the time."""
    connection.execute(SNOOZE, {**values, "person": actor.person, "until": until})
    return {"until": until}
