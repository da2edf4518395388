"""Reading tasks: one or some, the document behind them and what changed in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from domain.access.actor import Actor
from domain.approvals.inbox import Task
from domain.approvals.policy import APPROVE, Checking, standings
from domain.approvals.task_records import TASKS, TaskRecord, finding, found
from domain.canonical import digest
from domain.definitions.masks import NOTHING, Mask
from domain.definitions.model import Definition
from domain.processes.differences import Change, changes
from domain.processes.record import long_date
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
OF_ONE = finding("SELECT %(id)s::uuid")
OF_MANY = finding("SELECT unnest(%(ids)s::uuid[])")
OF_PROCESS = finding(f"SELECT t.id {TASKS} AND t.process_id = %(process)s")


def get(connection: Connection, task: UUID) -> TaskRecord:
    """One task. Refuses an id that is not there: `task_must_exist`."""
    records = found(connection, OF_ONE, {"id": task})
    if not records:
        raise Refusal("task_must_exist", "There is no such task.")
    return records[0]


def of_process(connection: Connection, process: UUID) -> list[TaskRecord]:
    """Every task of a process, in the order they were opened."""
    return found(connection, OF_PROCESS, {"process": process})[::-1]


def with_ids(connection: Connection, ids: Sequence[UUID]) -> list[TaskRecord]:
    """The tasks of these ids, in their order. Refuses one that is not there: `task_must_exist`."""
    records = found(connection, OF_MANY, {"ids": list(ids)})
    by_id = {record.checking.task: record for record in records}
    if len(by_id) < len(ids):
        raise Refusal("task_must_exist", "There is no such task.")
    return [by_id[id] for id in ids]


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


def why(definition: Definition, task: Task, actor: Actor, allowed: Sequence[str]) -> str:
    """Why the task is before this person, or why it is not hers to decide."""
    checking = task.checking
    if checking.decided is not None:
        return checking.decided.told
    if checking.state != "open":
        return "It no longer waits for anybody."
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
