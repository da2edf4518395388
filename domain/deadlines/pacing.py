"""How long a process that waits may sleep: until its date, its next reminder or its deadline."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from domain.deadlines import calendars
from domain.definitions.model import Definition

STANDS = text("""
    SELECT stage, due_at FROM processes
    WHERE tenant_id = (SELECT current_tenant()) AND id = :process
""")
WAITING = text("""
    SELECT kind, opened_at, reminded_at, due_at, escalated_to FROM tasks
    WHERE tenant_id = (SELECT current_tenant()) AND process_id = :process AND state = 'open'
""")


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds until something is to be done, None for nothing; and whether it is to escalate."""

    seconds: int | None = None
    escalates: bool = False


def pace(connection: Connection, definition: Definition, process: UUID) -> Pace:
    """What the tenant's clock and calendar say now. Asking changes nothing."""
    stands: Any = connection.execute(STANDS, {"process": process}).one()
    moment = calendars.now(connection)
    if definition.stages[stands.stage].until:
        return Pace(seconds(stands.due_at - moment))
    tasks = connection.execute(WAITING, {"process": process}).all()
    awaited = [each for task in tasks for each in awaited_by(connection, definition, stands, task)]
    if not awaited:
        return Pace()
    at = max(moment, min(at for at, _ in awaited))
    return Pace(seconds(at - moment), any(widens and due <= at for due, widens in awaited))


def awaited_by(
    connection: Connection, definition: Definition, stands: Any, task: Any
) -> Iterator[tuple[datetime, bool]]:
    """The next reminder of a task, and the moment at which others are asked as well."""
    approval = definition.approval_at(stands.stage)
    every = approval.remind_every if approval else definition.stages[stands.stage].remind_every
    deadline = approval.deadline if approval else None
    if every or deadline:
        last = task.reminded_at or task.opened_at
        yield calendars.reminder_after(connection, last, str(every or deadline)), False
    if approval and approval.escalate_to and task.due_at and task.escalated_to is None:
        yield task.due_at, True


def seconds(left: timedelta) -> int:
    """Whole seconds, rounded up, none below zero."""
    return max(0, ceil(left.total_seconds()))
