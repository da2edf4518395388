"""Tasks: opened, looked at under a lock, decided once; reminded of and escalated."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from domain import money
from domain.access.actor import Actor
from domain.access.delegator import Delegator
from domain.approvals.policy import Checking, Claim, Decided
from domain.database import by_driver, rows_at_once, rows_by_driver
from domain.definitions import policy
from domain.definitions.model import Definition
from domain.identifiers import new_uuid
from domain.refusal import Refusal

OPEN = text("""
    INSERT INTO tasks (tenant_id, id, process_id, kind, stage, round, level, levels, seat, role,
        title, amount, currency, subject_hash, opened_at, due_at, sequence, opened_sequence)
    SELECT :tenant, :id, :process, :kind, :stage, :round, :level, :levels, :seat, :role,
        :title, :amount,
        :currency, :subject_hash, at, coalesce(:due_at, at + :deadline), :sequence,
        :sequence
    FROM (SELECT business_now() AS at) AS now
    RETURNING due_at
""")
LOOKED = """
    SELECT t.id, t.process_id, t.kind, t.title, t.role, t.escalated_to, t.subject_hash, t.state,
        t.stage, t.round, t.level, t.levels, t.amount, t.currency, p.created_by, p.makers,
        p.concerned, p.type, p.company_id, p.branch, p.definition_hash, d.action,
        d.person_id, d.decided_at, d.on_behalf_of, w.name, f.name AS stood_in_for_name,
        t.claimed_by, t.claimed_at, t.claimed_until, s.name AS claimer,
        ARRAY(SELECT c.person FROM decisions e JOIN tasks o
              ON o.tenant_id = e.tenant_id AND o.id = e.task_id
              CROSS JOIN unnest(ARRAY[e.person_id, e.on_behalf_of]) AS c (person)
              WHERE o.tenant_id = t.tenant_id AND o.process_id = t.process_id
                AND o.round = t.round AND o.id <> t.id AND c.person IS NOT NULL) AS earlier_checkers
    FROM tasks t
    JOIN processes p ON p.tenant_id = t.tenant_id AND p.id = t.process_id
    LEFT JOIN decisions d ON d.tenant_id = t.tenant_id AND d.task_id = t.id
    LEFT JOIN persons w ON w.tenant_id = d.tenant_id AND w.id = d.person_id
    LEFT JOIN persons f ON f.tenant_id = d.tenant_id AND f.id = d.on_behalf_of
    LEFT JOIN persons s ON s.tenant_id = t.tenant_id AND s.id = t.claimed_by
        AND t.claimed_until > (SELECT business_now())
    WHERE t.tenant_id = (SELECT current_tenant()) AND t.id = %(task)s
"""
# Whoever only names the task, as a notification does, does not wait for it.
HELD = "SELECT 1 FROM tasks WHERE tenant_id = %(tenant)s AND id = %(task)s FOR NO KEY UPDATE"
DECIDE = """
    WITH decision AS (
        INSERT INTO decisions (tenant_id, task_id, process_id, action, person_id, user_id, reason,
            subject_hash, decided_at, on_behalf_of, delegation_id)
        VALUES (%(tenant)s, %(task)s, %(process)s, %(action)s, %(person)s, %(user)s, %(reason)s,
            %(subject_hash)s, (SELECT business_now()), %(on_behalf_of)s, %(delegation)s)
    )
    UPDATE tasks SET state = 'decided', closed_at = (SELECT business_now()), sequence = %(sequence)s
    WHERE tenant_id = %(tenant)s AND id = %(task)s
"""
CLOSE = """
    UPDATE tasks SET state = CASE kind WHEN 'approval' THEN 'withdrawn' ELSE 'decided' END,
        closed_at = (SELECT business_now()), sequence = %(sequence)s
    WHERE tenant_id = %(tenant)s AND process_id = %(process)s AND state = 'open'
"""
BESIDE = """
    SELECT o.id, o.kind, o.round, o.level, o.levels, o.role, o.due_at FROM tasks t
    JOIN tasks o ON o.tenant_id = t.tenant_id AND o.process_id = t.process_id
        AND o.stage = t.stage AND o.round = t.round AND o.level = t.level AND o.id <> t.id
    WHERE t.tenant_id = (SELECT current_tenant()) AND t.id = %(task)s AND o.state = 'open'
    ORDER BY o.seat
"""
ROUNDS = text("""
    SELECT coalesce(max(round), 0) AS last,
        coalesce(max(round) FILTER (WHERE stage = :stage), 0) AS here
    FROM tasks WHERE tenant_id = (SELECT current_tenant()) AND process_id = :process
""")
REMIND = text("""
    UPDATE tasks SET reminders = reminders + 1, sequence = :sequence,
        reminded_at = (SELECT business_now())
    WHERE tenant_id = :tenant AND id = :task AND state = 'open'
""")

# Whoever sat on it did not decide: the others are asked, so they may.
ESCALATE = text("""
    UPDATE tasks SET escalated_to = :to, sequence = :sequence,
        claimed_by = NULL, claimed_at = NULL, claimed_until = NULL
    WHERE tenant_id = :tenant AND id = :task AND state = 'open'
        AND escalated_to IS DISTINCT FROM :to
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
    """What a task is opened about. Amounts in minor units; `deadline` from now, or `due_at`."""

    tenant: UUID
    process: UUID
    sequence: int
    title: str
    stage: str
    amount: int | None
    currency: str | None
    subject_hash: str
    deadline: timedelta | None
    due_at: datetime | None


def open_task(
    connection: Connection,
    opening: Opening,
    *,
    kind: str,
    role: str,
    round: int,
    level: int,
    levels: int,
    seat: int,
) -> OpenTask:
    """Put a task into the inbox of everybody with the role."""
    values = {name: getattr(opening, name) for name in Opening.__dataclass_fields__}
    values |= {"id": new_uuid(), "kind": kind, "role": role}
    values |= {"round": round, "level": level, "levels": levels, "seat": seat}
    due_at = connection.execute(OPEN, values).scalar_one()
    return OpenTask(values["id"], kind, round, level, levels, role, due_at)


@dataclass(frozen=True, slots=True)
class Task:
    """A task with what the ladder looks at, and where it stands in its round."""

    checking: Checking
    definition_hash: str
    stage: str
    round: int
    level: int
    levels: int

    def checking_by(self, definition: Definition) -> Checking:
        """What the ladder looks at, with what the definition says of the task's stage."""
        return checking_by(definition, self.stage, self.checking)


def checking_by(definition: Definition, stage: str, task: Checking) -> Checking:
    """Adds which roles approve at some level of the stage, what may be decided and how surely."""
    approval = definition.approval_at(stage)
    step_up = approval.step_up if approval else None
    return task._replace(
        approver_roles=policy.approvers(definition, stage),
        decisions=policy.decisions(definition, stage),
        type=definition.process,
        step_up=policy.duration(step_up) if step_up else None,
    )


def look(connection: Connection, task: UUID) -> Task:
    """The task as it is now. Refuses one that is not there: `task_must_exist`."""
    return task_of(rows_by_driver(connection, LOOKED, {"task": task}))


def look_under_lock(connection: Connection, tenant: UUID, task: UUID) -> Task:
    """The task as it is once nobody else decides on it; locked as by `hold`."""
    values = {"tenant": tenant, "task": task}
    _, rows = rows_at_once(connection, (HELD, values), (LOOKED, values))
    return task_of(rows)


def task_of(rows: Sequence[Any]) -> Task:
    """The one row as what it means."""
    if not rows:
        raise Refusal("task_must_exist", "There is no such task.")
    (row,) = rows
    decided = row.action and Decided(
        row.action, row.person_id, row.name, row.decided_at, row.on_behalf_of,
        row.stood_in_for_name,
    )  # fmt: skip
    checking = Checking(
        row.id, row.process_id, row.kind, row.title, row.role, row.escalated_to, row.subject_hash,
        row.state, row.created_by, frozenset(row.makers), decided or None,
        frozenset(row.earlier_checkers), (), type=row.type, company=row.company_id,
        amount=money.given(row.amount, row.currency), concerned=frozenset(row.concerned),
        claim=claim_of(row), branch=row.branch,
    )  # fmt: skip
    return Task(checking, row.definition_hash, row.stage, row.round, row.level, row.levels)


def claim_of(row: Any) -> Claim | None:
    """Who sits on the task of a row; nobody when it was never claimed or the claim is over."""
    if row.claimer is None:
        return None
    return Claim(row.claimed_by, row.claimer, row.claimed_at, row.claimed_until)


def hold(connection: Connection, tenant: UUID, task: UUID) -> None:
    """Lock the task's row until commit: decisions on it wait for each other."""
    by_driver(connection, HELD, {"tenant": tenant, "task": task})


def decide(
    connection: Connection,
    task: Checking,
    actor: Actor,
    action: str,
    *,
    tenant: UUID,
    reason: str | None,
    sequence: int,
    stands_in_for: Delegator | None = None,
) -> None:
    """Write the decision and close the task. The ladder was climbed under the task's lock."""
    by_driver(
        connection,
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
            "on_behalf_of": stands_in_for.person if stands_in_for else None,
            "delegation": stands_in_for.delegation if stands_in_for else None,
        },
    )


def beside(connection: Connection, task: UUID) -> list[OpenTask]:
    """The other seats of a task's level that still wait."""
    return [OpenTask(*row) for row in by_driver(connection, BESIDE, {"task": task})]


def close_open(connection: Connection, tenant: UUID, process: UUID, *, sequence: int) -> None:
    """Close what waits in a process that moves on: approvals are withdrawn, the rest is done."""
    values = {"tenant": tenant, "process": process, "sequence": sequence}
    by_driver(connection, CLOSE, values)


def next_round(connection: Connection, process: UUID, stage: str, *, is_edited: bool) -> int:
    """The round of an approval that begins: a new one after an edit, and when this is its second.

    Within a round nobody checks twice, at whatever stage.
    """
    rounds = connection.execute(ROUNDS, {"process": process, "stage": stage}).one()
    anew = rounds.here == rounds.last or (is_edited and rounds.last > 0)
    last: int = rounds.last
    return last + 1 if anew else last


def round_to_act(connection: Connection, process: UUID, stage: str) -> int:
    """The round of a task that asks for an action: the present one, or another at each return."""
    rounds = connection.execute(ROUNDS, {"process": process, "stage": stage}).one()
    round: int = max(rounds.last, rounds.here + 1)
    return round


def remind(
    connection: Connection, tenant: UUID, task: UUID, *, sequence: int, escalate_to: str | None
) -> bool:
    """Count a reminder and widen the task to another role. False when it no longer waits."""
    values = {"tenant": tenant, "task": task, "sequence": sequence}
    if escalate_to is not None:
        escalate(connection, tenant, task, sequence=sequence, to=escalate_to)
    return connection.execute(REMIND, values).rowcount == 1


def escalate(connection: Connection, tenant: UUID, task: UUID, *, sequence: int, to: str) -> None:
    """Ask another role as well, whoever sat on the task. Again changes nothing."""
    values = {"tenant": tenant, "task": task, "sequence": sequence, "to": to}
    connection.execute(ESCALATE, values)
