"""A task as people read it: the one statement that finds tasks, and a row as what it means.

The driver is asked itself: an inbox is the most read page of all.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from domain import money
from domain.approvals.inbox import claim_of
from domain.approvals.policy import Checking, Decided
from domain.database import rows_by_driver
from domain.money import Money

# By themselves, and through somebody who stood in for them.
EARLIER_CHECKERS = """
    ARRAY(SELECT c.person FROM tasks o
          JOIN decisions e ON e.tenant_id = o.tenant_id AND e.task_id = o.id
          CROSS JOIN unnest(ARRAY[e.person_id, e.on_behalf_of]) AS c (person)
          WHERE o.tenant_id = t.tenant_id AND o.process_id = t.process_id
            AND o.round = t.round AND o.id <> t.id AND c.person IS NOT NULL)
"""
NEWEST_FIRST = "ORDER BY t.opened_at DESC, t.id DESC"
# What a condition on tasks `t` and their processes `p` may speak of.
TASKS = """
    FROM tasks t JOIN processes p ON p.tenant_id = t.tenant_id AND p.id = t.process_id
    WHERE t.tenant_id = (SELECT current_tenant())
"""
# The decision of a task `t`, with who took it and for whom.
DECISION = """
    d.action, d.reason, d.decided_at, d.person_id AS decided_by, w.name AS decider, d.on_behalf_of,
    f.name AS lender
"""
DECISIONS = """
    LEFT JOIN decisions d ON d.tenant_id = t.tenant_id AND d.task_id = t.id
    LEFT JOIN persons w ON w.tenant_id = d.tenant_id AND w.id = d.person_id
    LEFT JOIN persons f ON f.tenant_id = d.tenant_id AND f.id = d.on_behalf_of
"""
NO_DECISION = "NULL AS action, NULL AS reason"


class TaskRecord(NamedTuple):
    """A task as it stands, with what the ladder looks at."""

    checking: Checking
    process: UUID
    reference: str
    subject: str
    workflow_id: str
    definition_hash: str
    amount: Money | None
    stage: str
    round: int
    level: int
    levels: int
    opened_at: datetime
    due_at: datetime | None
    reminders: int
    closed_at: datetime | None
    reason: str | None


def finding(ids: str, *, are_open: bool = False) -> str:
    """SQL that shows the tasks of these ids (a subquery), each with its process, its decision and
    who sits on it, newest first. Those that `are_open` have no decision, so none is looked for.

    Which tasks is settled before anything is joined that only shows.
    """
    decision, joined = (NO_DECISION, "") if are_open else (DECISION, DECISIONS)
    return f"""
        SELECT t.id, t.process_id, t.kind, t.title, t.role, t.escalated_to, t.subject_hash,
            t.state, t.stage, t.round, t.level, t.levels, t.amount, t.currency, t.opened_at,
            t.due_at, t.reminders, t.closed_at, t.claimed_by, t.claimed_at, t.claimed_until,
            p.reference, p.subject, p.workflow_id, p.definition_hash, p.created_by, p.makers,
            p.concerned, p.type, p.company_id, p.branch, {decision}, s.name AS claimer,
            {EARLIER_CHECKERS} AS earlier_checkers
        FROM tasks t JOIN processes p ON p.tenant_id = t.tenant_id AND p.id = t.process_id
        {joined}
        LEFT JOIN persons s ON s.tenant_id = t.tenant_id AND s.id = t.claimed_by
            AND t.claimed_until > (SELECT business_now())
        WHERE t.tenant_id = (SELECT current_tenant()) AND t.id = ANY(ARRAY({ids}))
        {NEWEST_FIRST}
    """


def found(connection: Connection, statement: str, values: Mapping[str, Any]) -> list[TaskRecord]:
    """The tasks that a statement of `finding` finds."""
    return [task_of(row) for row in rows_by_driver(connection, statement, values)]


def task_of(row: Any) -> TaskRecord:
    """A row as what it means. Which roles approve at some level the definition adds."""
    decided = (
        Decided(
            row.action, row.decided_by, row.decider, row.decided_at, row.on_behalf_of, row.lender
        )
        if row.action
        else None
    )
    amount = money.given(row.amount, row.currency)
    checking = Checking(
        row.id, row.process_id, row.kind, row.title, row.role, row.escalated_to, row.subject_hash,
        row.state, row.created_by, row.makers, decided,
        row.earlier_checkers, (), type=row.type, company=row.company_id,
        amount=amount, concerned=row.concerned, claim=claim_of(row), branch=row.branch,
    )  # fmt: skip
    return TaskRecord(
        checking, row.process_id, row.reference, row.subject, row.workflow_id, row.definition_hash,
        amount, row.stage, row.round, row.level, row.levels, row.opened_at, row.due_at,
        row.reminders, row.closed_at, row.reason,
    )  # fmt: skip
