"""Tasks: opened, looked at under a lock, decided once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from domain.access.actor import Actor
from domain.approvals.policy import Checking, Decided
from domain.definitions.model import Definition
from domain.identifiers import new_uuid
from domain.refusal import Refusal

OPEN = text("""
    INSERT INTO tasks (tenant_id, id, process_id, kind, round, level, levels, role, title, amount,
        currency, subject_hash, opened_at, due_at, sequence)
    SELECT :tenant, :id, :process, :kind, :round, :level, :levels, :role, :title, :amount,
        :currency, :subject_hash, at, at + :deadline, :sequence
    FROM (SELECT business_now() AS at) AS now
    RETURNING due_at
""")
LOOK = """
    SELECT t.id, t.process_id, t.kind, t.title, t.role, t.escalated_to, t.subject_hash, t.state,
        t.round, t.level, t.levels, p.created_by, p.definition_hash, d.action, d.person_id,
        d.decided_at, w.name,
        ARRAY(SELECT e.person_id FROM decisions e JOIN tasks o
              ON o.tenant_id = e.tenant_id AND o.id = e.task_id
              WHERE o.tenant_id = t.tenant_id AND o.process_id = t.process_id
                AND o.round = t.round AND o.level < t.level) AS earlier_checkers
    FROM tasks t
    JOIN processes p ON p.tenant_id = t.tenant_id AND p.id = t.process_id
    LEFT JOIN decisions d ON d.tenant_id = t.tenant_id AND d.task_id = t.id
    LEFT JOIN persons w ON w.tenant_id = d.tenant_id AND w.id = d.person_id
    WHERE t.tenant_id = (SELECT current_tenant()) AND t.id = :task
"""
LOOKED = text(LOOK)
HELD = text("SELECT 1 FROM tasks WHERE tenant_id = :tenant AND id = :task FOR UPDATE")
DECIDE = text("""
    WITH decision AS (
        INSERT INTO decisions (tenant_id, task_id, process_id, action, person_id, user_id, reason,
            subject_hash, decided_at)
        VALUES (:tenant, :task, :process, :action, :person, :user, :reason, :subject_hash,
            (SELECT business_now()))
    )
    UPDATE tasks SET state = 'decided', closed_at = (SELECT business_now()), sequence = :sequence
    WHERE tenant_id = :tenant AND id = :task
""")
CLOSE = text("""
    UPDATE tasks SET state = 'decided', closed_at = (SELECT business_now()), sequence = :sequence
    WHERE tenant_id = :tenant AND process_id = :process AND kind = :kind AND state = 'open'
""")
REMIND = text("""
    UPDATE tasks SET reminders = reminders + 1, sequence = :sequence,
        escalated_to = coalesce(:escalate_to, escalated_to)
    WHERE tenant_id = :tenant AND id = :task AND state = 'open'
""")


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task that waits for somebody with the role."""

    id: UUID
    kind: str
    round: int
    level: int
    levels: int
    role: str
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """What a task is opened about. Amounts in minor units; `deadline` from now."""

    tenant: UUID
    process: UUID
    sequence: int
    title: str
    amount: int
    currency: str
    subject_hash: str
    deadline: timedelta | None


def open_task(
    connection: Connection,
    opening: Opening,
    *,
    kind: str,
    role: str,
    round: int,
    level: int,
    levels: int,
) -> OpenTask:
    """Put a task into the inbox of everybody with the role."""
    values = {name: getattr(opening, name) for name in Opening.__dataclass_fields__}
    values |= {"id": new_uuid(), "kind": kind, "role": role}
    values |= {"round": round, "level": level, "levels": levels}
    due_at = connection.execute(OPEN, values).scalar_one()
    return OpenTask(values["id"], kind, round, level, levels, role, due_at)


@dataclass(frozen=True, slots=True)
class Task:
    """A task with what the ladder looks at, and where it stands in its round."""

    checking: Checking
    definition_hash: str
    round: int
    level: int
    levels: int


def look(connection: Connection, task: UUID, approver_roles: Any = ()) -> Task:
    """The task as it is now. Refuses one that is not there: `task_must_exist`."""
    row = connection.execute(LOOKED, {"task": task}).one_or_none()
    if row is None:
        raise Refusal("task_must_exist", "There is no such task.")
    decided = row.action and Decided(row.action, row.person_id, row.name, row.decided_at)
    checking = Checking(
        row.id, row.process_id, row.kind, row.title, row.role, row.escalated_to, row.subject_hash,
        row.state, row.created_by, decided or None, frozenset(row.earlier_checkers), approver_roles,
    )  # fmt: skip
    return Task(checking, row.definition_hash, row.round, row.level, row.levels)


def hold(connection: Connection, tenant: UUID, task: UUID) -> None:
    """Lock the task's row until commit: decisions on it wait for each other."""
    connection.execute(HELD, {"tenant": tenant, "task": task})


def approvers(definition: Definition) -> frozenset[str]:
    """Every role that approves at some level of this type."""
    bands = definition.approval.bands if definition.approval else ()
    return frozenset(role for band in bands for role in band.levels)


def decide(
    connection: Connection,
    task: Checking,
    actor: Actor,
    action: str,
    *,
    tenant: UUID,
    reason: str | None,
    sequence: int,
) -> None:
    """Write the decision and close the task. The ladder was climbed under the task's lock."""
    connection.execute(
        DECIDE,
        {
            "tenant": tenant,
            "task": task.task,
            "process": task.process,
            "action": action,
            "person": actor.person,
            "user": actor.user,
            "reason": reason,
            "subject_hash": task.subject_hash,
            "sequence": sequence,
        },
    )


def close(connection: Connection, tenant: UUID, process: UUID, *, kind: str, sequence: int) -> None:
    """Close the open task of a kind: what it waited for was done."""
    values = {"tenant": tenant, "process": process, "kind": kind, "sequence": sequence}
    connection.execute(CLOSE, values)


def remind(
    connection: Connection, tenant: UUID, task: UUID, *, sequence: int, escalate_to: str | None
) -> bool:
    """Count a reminder and widen the task to another role. False when it no longer waits."""
    values = {"tenant": tenant, "task": task, "sequence": sequence, "escalate_to": escalate_to}
    return connection.execute(REMIND, values).rowcount == 1
