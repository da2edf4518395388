"""Reading tasks: one, inboxes, the document behind them and what changed in it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Uuid,
    and_,
    exists,
    func,
    null,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, array

from domain import money
from domain.access.actor import Actor
from domain.access.delegator import AtBranches, Delegator
from domain.access.tables import persons
from domain.approvals.inbox import claim_of
from domain.approvals.policy import APPROVE, Checking, Decided, standings
from domain.approvals.tables import decisions, task_snoozes, tasks
from domain.canonical import digest
from domain.definitions.masks import NOTHING, Mask
from domain.definitions.model import Definition
from domain.listing import Page, counted, paged
from domain.money import Money
from domain.processes.differences import Change, changes
from domain.processes.record import long_date
from domain.processes.tables import processes
from domain.refusal import Refusal

DOCUMENT = text("""
    SELECT d.id, d.revision, d.content, d.content_hash, p.code, p.name
    FROM documents d LEFT JOIN parties p ON p.tenant_id = d.tenant_id AND p.id = d.party_id
    WHERE d.tenant_id = (SELECT current_tenant()) AND d.process_id = :process
""")
AMENDMENTS = text("""
    SELECT e.id, e.inputs->'before' AS before, e.inputs->'after' AS after FROM evidence e
    WHERE e.tenant_id = (SELECT current_tenant()) AND e.process_id = :process
      AND e.inputs ? 'before'
    ORDER BY e.sequence
""")
CHECKED = text("""
    SELECT id FROM evidence
    WHERE tenant_id = (SELECT current_tenant()) AND process_id = :process
      AND outputs ? 'document_hash'
    ORDER BY sequence DESC LIMIT 1
""")
NOW = select(func.business_now()).scalar_subquery()
EARLIER_TASKS = tasks.alias("earlier_tasks")
EARLIER = decisions.alias("earlier")
# By themselves, and through somebody who stood in for them.
CHECKED_BY = func.array_cat(
    func.array_agg(EARLIER.c.person_id),
    func.array_remove(func.array_agg(EARLIER.c.on_behalf_of), null()),
)
EARLIER_CHECKERS = (
    select(func.coalesce(CHECKED_BY, array([], type_=Uuid)))
    .select_from(EARLIER)
    .join(
        EARLIER_TASKS,
        and_(
            EARLIER_TASKS.c.tenant_id == EARLIER.c.tenant_id,
            EARLIER_TASKS.c.id == EARLIER.c.task_id,
        ),
    )
    .where(
        EARLIER_TASKS.c.tenant_id == tasks.c.tenant_id,
        EARLIER_TASKS.c.process_id == tasks.c.process_id,
        EARLIER_TASKS.c.round == tasks.c.round,
        EARLIER_TASKS.c.id != tasks.c.id,
    )
    .correlate(tasks)
    .scalar_subquery()
)


@dataclass(frozen=True, slots=True)
class TaskRecord:
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


def query() -> Select[Any]:
    """Tasks with their process, the decision each got and who sits on it."""
    decider, lender = persons.alias("decider"), persons.alias("lender")
    claimer = persons.alias("claimer")
    return (
        select(
            tasks,
            processes.c.reference,
            processes.c.subject,
            processes.c.workflow_id,
            processes.c.definition_hash,
            processes.c.created_by,
            processes.c.makers,
            processes.c.concerned,
            processes.c.type,
            processes.c.company_id,
            processes.c.branch,
            decisions.c.action,
            decisions.c.reason,
            decisions.c.decided_at,
            decisions.c.person_id.label("decided_by"),
            decider.c.name.label("decider"),
            decisions.c.on_behalf_of,
            lender.c.name.label("lender"),
            claimer.c.name.label("claimer"),
            EARLIER_CHECKERS.label("earlier_checkers"),
        )
        .join(
            processes,
            and_(processes.c.tenant_id == tasks.c.tenant_id, processes.c.id == tasks.c.process_id),
        )
        .outerjoin(
            decisions,
            and_(decisions.c.tenant_id == tasks.c.tenant_id, decisions.c.task_id == tasks.c.id),
        )
        .outerjoin(
            decider,
            and_(decider.c.tenant_id == tasks.c.tenant_id, decider.c.id == decisions.c.person_id),
        )
        .outerjoin(
            lender,
            and_(lender.c.tenant_id == tasks.c.tenant_id, lender.c.id == decisions.c.on_behalf_of),
        )
        .outerjoin(
            claimer,
            and_(
                claimer.c.tenant_id == tasks.c.tenant_id,
                claimer.c.id == tasks.c.claimed_by,
                tasks.c.claimed_until > NOW,
            ),
        )
    )


def get(connection: Connection, task: UUID) -> TaskRecord:
    """One task. Refuses an id that is not there: `task_must_exist`."""
    row = connection.execute(query().where(tasks.c.id == task)).one_or_none()
    if row is None:
        raise Refusal("task_must_exist", "There is no such task.")
    return task_of(row)


def of_process(connection: Connection, process: UUID) -> list[TaskRecord]:
    """Every task of a process, in the order they were opened."""
    found = query().where(tasks.c.process_id == process).order_by(tasks.c.opened_at, tasks.c.id)
    return [task_of(row) for row in connection.execute(found)]


def with_ids(connection: Connection, ids: Sequence[UUID]) -> list[TaskRecord]:
    """The tasks of these ids, in their order. Refuses one that is not there: `task_must_exist`."""
    rows = connection.execute(query().where(tasks.c.id.in_(ids)))
    found = {row.id: task_of(row) for row in rows}
    if len(found) < len(ids):
        raise Refusal("task_must_exist", "There is no such task.")
    return [found[id] for id in ids]


def selected(
    connection: Connection, actor: Actor, *, scope: str, process_type: str | None, limit: int
) -> list[TaskRecord]:
    """The open tasks of an inbox, newest first; of one process type when it is named."""
    wanted = inbox(actor, scope, "open").where(tasks.c.kind == "approval")
    if process_type is not None:
        wanted = wanted.where(processes.c.type == process_type)
    ordered = wanted.order_by(tasks.c.opened_at.desc(), tasks.c.id.desc()).limit(limit)
    return [task_of(row) for row in connection.execute(ordered)]


def mine(actor: Actor) -> ColumnElement[bool]:
    """What waits for this person: approvals the ladder lets her decide, her own corrections.

    Without what she put off for now.
    """
    may_check = and_(
        tasks.c.kind == "approval",
        or_(team(actor), *map(lent, actor.stands_in_for)),
        ~was_in_it(actor.person),
        *(or_(~lent(each), ~was_in_it(each.person)) for each in actor.stands_in_for),
        or_(
            tasks.c.claimed_by.is_(None),
            tasks.c.claimed_by == actor.person,
            tasks.c.claimed_until <= NOW,
        ),
    )
    waits = or_(
        may_check,
        and_(tasks.c.kind == "correction", processes.c.created_by == actor.person),
        and_(tasks.c.kind == "action", team(actor)),
    )
    return and_(waits, ~put_off(actor))


def put_off(actor: Actor) -> ColumnElement[bool]:
    """Whether she does not want to see the task before a time that is still to come."""
    return exists().where(
        task_snoozes.c.tenant_id == tasks.c.tenant_id,
        task_snoozes.c.task_id == tasks.c.id,
        task_snoozes.c.person_id == actor.person,
        task_snoozes.c.until > NOW,
    )


def waits_for(roles: Sequence[str]) -> ColumnElement[bool]:
    """Tasks of one of the roles, or escalated to one."""
    return or_(tasks.c.role.in_(roles), func.coalesce(tasks.c.escalated_to, "").in_(roles))


def waits_for_those(roles: Collection[str], at_branches: AtBranches) -> ColumnElement[bool]:
    """Tasks of roles that count everywhere, and of the others at their branches."""
    found = [
        and_(waits_for([role]), processes.c.branch == branch)
        for role, branch in sorted(at_branches)
    ]
    return or_(waits_for([*roles]), *found)


def lent(delegator: Delegator) -> ColumnElement[bool]:
    """Tasks that a delegation covers."""
    of_type = processes.c.type.in_(delegator.types) if delegator.types else true()
    return and_(of_type, waits_for_those(delegator.roles, delegator.at_branches))


def was_in_it(person: UUID) -> ColumnElement[bool]:
    """Tasks whose document she made, that she checked before, or that are about her."""
    return or_(
        processes.c.makers.contains([person]),
        processes.c.concerned.contains([person]),
        EARLIER_CHECKERS.cast(ARRAY(Uuid)).contains([person]),
    )


def team(actor: Actor) -> ColumnElement[bool]:
    """What waits for one of her roles, whoever of them decides."""
    return waits_for_those(actor.roles, actor.at_branches)


def listed(
    connection: Connection, actor: Actor, *, scope: str, state: str, page: Page
) -> list[TaskRecord]:
    """A page of an inbox (`mine`, `team`, `all`), and one row more when there is another."""
    ordered = paged(inbox(actor, scope, state), tasks.c.opened_at, tasks.c.id, page)
    return [task_of(row) for row in connection.execute(ordered)]


def count(connection: Connection, actor: Actor, *, scope: str, state: str) -> int:
    """How many tasks an inbox has."""
    return counted(connection, inbox(actor, scope, state).with_only_columns(tasks.c.id))


def inbox(actor: Actor, scope: str, state: str) -> Select[Any]:
    """The tasks of a scope in a state; `all` leaves either out."""
    found = query()
    if scope != "all":
        found = found.where(mine(actor) if scope == "mine" else team(actor))
    return found if state == "all" else found.where(tasks.c.state == state)


def task_of(row: Row[Any]) -> TaskRecord:
    """A row as what it means. Which roles approve at some level the definition adds."""
    decided = (
        Decided(
            row.action, row.decided_by, row.decider, row.decided_at, row.on_behalf_of, row.lender
        )
        if row.action
        else None
    )
    checking = Checking(
        row.id, row.process_id, row.kind, row.title, row.role, row.escalated_to, row.subject_hash,
        row.state, row.created_by, frozenset(row.makers), decided,
        frozenset(row.earlier_checkers), (), type=row.type, company=row.company_id,
        amount=money.given(row.amount, row.currency), concerned=frozenset(row.concerned),
        claim=claim_of(row), branch=row.branch,
    )  # fmt: skip
    return TaskRecord(
        checking, row.process_id, row.reference, row.subject, row.workflow_id, row.definition_hash,
        money.given(row.amount, row.currency), row.stage, row.round, row.level, row.levels,
        row.opened_at, row.due_at, row.reminders, row.closed_at, row.reason,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """The document of a process as it is now."""

    id: UUID
    revision: int
    content: Mapping[str, Any]
    content_hash: str
    party_code: str | None
    party_name: str | None


def document(connection: Connection, process: UUID) -> DocumentRecord:
    """The document that a process is about."""
    row = connection.execute(DOCUMENT, {"process": process}).one()
    return DocumentRecord(*row)


def changes_since(
    connection: Connection, process: UUID, seen: str | None = None, *, mask: Mask = NOTHING
) -> list[Change]:
    """What the last correction changed; with `seen`, everything since the content of that hash.

    Of a field that is masked it says no more than that it changed.
    """
    amendments = connection.execute(AMENDMENTS, {"process": process}).all()
    if not amendments:
        return []
    before = amendments[-1].before
    if seen is not None:
        known = [row.before for row in amendments if digest(row.before) == seen]
        before = known[0] if known else before
    after = amendments[-1].after
    hidden = filter(None, (mask.hides(each.field) for each in changes(before, after)))
    told = [Change(field, None, None, masked=True) for field in dict.fromkeys(hidden)]
    return [*changes(mask.content(before), mask.content(after)), *told]


def checked_by(connection: Connection, process: UUID) -> UUID | None:
    """The evidence of the last time every check of the definition passed."""
    return connection.execute(CHECKED, {"process": process}).scalar_one_or_none()


def why(definition: Definition, task: TaskRecord, actor: Actor, allowed: Sequence[str]) -> str:
    """Why the task is before this person, or why it is not hers to decide."""
    checking = task.checking
    if checking.kind == "correction":
        hers = checking.maker == actor.person
        return "You entered it; correct it." if hers else "Its maker corrects it."
    if checking.kind == "action":
        holds = checking.role in actor.roles_at(checking.branch)
        return f"{'You hold' if holds else 'It waits for'} {checking.role}, which acts on it."
    if allowed:
        beyond = APPROVE in task.checking.decisions and APPROVE not in allowed
        limited = " Approving it is beyond your limit." if beyond else ""
        return f"{standing(checking, actor)} level {task.level} of {task.levels}.{limited}"
    wanted = " or ".join(sorted(checking.roles))
    return (
        f"{definition.title} waits for {wanted}{of_branch(checking)} "
        f"at level {task.level} of {task.levels}."
    )


def standing(task: Checking, actor: Actor) -> str:
    """What lets her decide, up to the word that the level follows."""
    lender = standings(task, actor)[0]
    roles = (lender or actor).roles_at(task.branch)
    held = " and ".join(sorted(task.roles & roles)) + of_branch(task)
    if lender is None:
        return f"You hold {held}, which checks"
    until = long_date(lender.until)
    return f"You stand in for {lender.name} until {until}, who holds {held}, which checks"


def of_branch(task: Checking) -> str:
    """` at the branch HBL`, of a task that is of one."""
    return f" at the branch {task.branch}" if task.branch else ""
