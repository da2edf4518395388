"""Reading tasks: one, inboxes, the document behind them and what changed in it."""

from collections.abc import Iterator, Mapping, Sequence
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
    func,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, array

from domain import money
from domain.access.actor import Actor, holders
from domain.access.tables import persons
from domain.approvals.policy import Checking, Decided
from domain.approvals.tables import decisions, tasks
from domain.canonical import digest
from domain.definitions.masks import NOTHING, Mask
from domain.definitions.model import Definition
from domain.listing import Page, counted, paged
from domain.money import Money
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
EARLIER_TASKS = tasks.alias("earlier_tasks")
EARLIER = decisions.alias("earlier")
EARLIER_CHECKERS = (
    select(func.coalesce(func.array_agg(EARLIER.c.person_id), array([], type_=Uuid)))
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
    """Tasks with their process and the decision each got."""
    decider = persons.alias("decider")
    return (
        select(
            tasks,
            processes.c.reference,
            processes.c.subject,
            processes.c.workflow_id,
            processes.c.definition_hash,
            processes.c.created_by,
            processes.c.makers,
            processes.c.concerns,
            decisions.c.action,
            decisions.c.reason,
            decisions.c.decided_at,
            decisions.c.person_id.label("decided_by"),
            decider.c.name.label("decider"),
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


def mine(actor: Actor) -> ColumnElement[bool]:
    """What waits for this person: approvals the ladder lets her decide, her own corrections."""
    hers = [*actor.roles, ""]
    may_check = and_(
        tasks.c.kind == "approval",
        or_(tasks.c.role.in_(hers), tasks.c.escalated_to.in_(hers)),
        ~processes.c.makers.contains([actor.person]),
        ~processes.c.concerns.contains([actor.person]),
        ~EARLIER_CHECKERS.cast(ARRAY(Uuid)).contains([actor.person]),
    )
    return or_(
        may_check,
        and_(tasks.c.kind == "correction", processes.c.created_by == actor.person),
        and_(tasks.c.kind == "action", tasks.c.role.in_(hers)),
    )


def team(actor: Actor) -> ColumnElement[bool]:
    """What waits for one of her roles, whoever of them decides."""
    hers = [*actor.roles, ""]
    return or_(tasks.c.role.in_(hers), tasks.c.escalated_to.in_(hers))


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
        Decided(row.action, row.decided_by, row.decider, row.decided_at) if row.action else None
    )
    checking = Checking(
        row.id, row.process_id, row.kind, row.title, row.role, row.escalated_to, row.subject_hash,
        row.state, row.created_by, frozenset(row.makers), decided,
        frozenset(row.earlier_checkers), (), concerns=frozenset(row.concerns),
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


@dataclass(frozen=True, slots=True)
class Change:
    """One field of the document, before and after."""

    field: str
    before: Any
    after: Any
    masked: bool = False


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


def changes(before: Any, after: Any, at: str = "") -> Iterator[Change]:
    """Each place that differs, by JSON pointer; rows are compared by their place."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in [*before, *(name for name in after if name not in before)]:
            yield from changes(before.get(name), after.get(name), f"{at}/{name}")
    elif isinstance(before, list) and isinstance(after, list):
        for place in range(max(len(before), len(after))):
            one, other = (rows[place] if place < len(rows) else None for rows in (before, after))
            yield from changes(one, other, f"{at}/{place}")
    elif before != after:
        yield Change(at, before, after)


def checked_by(connection: Connection, process: UUID) -> UUID | None:
    """The evidence of the last time every check of the definition passed."""
    return connection.execute(CHECKED, {"process": process}).scalar_one_or_none()


def others_who_can(connection: Connection, task: Checking, actor: Actor) -> list[str]:
    """The names of everybody else who may decide the task now."""
    excluded = {actor.person, *task.makers, *task.concerns, *task.earlier_checkers}
    return [name for id, name in holders(connection, task.roles).items() if id not in excluded]


def why(definition: Definition, task: TaskRecord, actor: Actor, allowed: Sequence[str]) -> str:
    """Why the task is before this person, or why it is not hers to decide."""
    checking = task.checking
    if checking.kind == "correction":
        hers = checking.maker == actor.person
        return "You entered it; correct it." if hers else "Its maker corrects it."
    if checking.kind == "action":
        holds = checking.role in actor.roles
        return f"{'You hold' if holds else 'It waits for'} {checking.role}, which acts on it."
    if allowed:
        held = " and ".join(sorted(checking.roles & actor.roles))
        return f"You hold {held}, which checks level {task.level} of {task.levels}."
    wanted = " or ".join(sorted(checking.roles))
    return f"{definition.title} waits for {wanted} at level {task.level} of {task.levels}."
