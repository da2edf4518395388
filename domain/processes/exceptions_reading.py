"""Reading exceptions: one, lists, and what is proposed. Groups are in `exceptions_groups`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, Uuid, or_, select, text

from domain import money
from domain.access.tables import persons
from domain.listing import Condition, Page, counted, paged, where
from domain.money import Money
from domain.processes.differences import Change, changes
from domain.processes.tables import exceptions, processes, repair_proposals
from domain.refusal import Refusal

CONTENT = text("""
    SELECT content FROM documents
    WHERE tenant_id = (SELECT current_tenant()) AND process_id = :process
""")
# For what a bulk action was told to propose something, and did.
PROPOSED_IN_BULK = """
    SELECT i.item_id FROM bulk_instructions b
    JOIN selection_items i ON i.tenant_id = b.tenant_id AND i.selection_id = b.selection_id
        AND i.position = b.position
    JOIN bulk_items o ON o.tenant_id = b.tenant_id AND o.process_id = b.process_id
        AND o.position = b.position AND o.state = 'done'
    WHERE b.tenant_id = (SELECT current_tenant()) AND b.process_id = :bulk
"""


@dataclass(frozen=True, slots=True)
class ProposalRecord:
    """What waits to be confirmed by a second person; a fix with what it changes."""

    way: str
    hash: str
    reason: str
    proposed_by: UUID
    proposer: str
    proposed_at: datetime
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class ExceptionRecord:
    """A parked step or what the engine does not get past, and how it was resolved."""

    id: UUID
    process: UUID
    reference: str
    subject: str
    workflow_id: str
    definition_hash: str
    step: str
    attempt: int
    cause: str
    message: str
    state: str
    opened_at: datetime
    resolution: str | None
    reason: str | None
    resolver: str | None
    resolved_at: datetime | None
    kind: str
    type: str
    tries: int
    amount: Money | None
    assigned_person: UUID | None
    assignee: str | None
    assigned_role: str | None
    proposal: ProposalRecord | None


COLUMNS = {
    "state": exceptions.c.state,
    "cause": exceptions.c.cause,
    "process": exceptions.c.process_id,
    "kind": exceptions.c.kind,
    "step": exceptions.c.step,
    "type": processes.c.type,
}
OF_PROCESS = (processes.c.tenant_id == exceptions.c.tenant_id) & (
    processes.c.id == exceptions.c.process_id
)


@dataclass(frozen=True, slots=True)
class Assignee:
    """A person, by herself or through her roles, to whom exceptions are assigned."""

    person: UUID | None
    roles: Iterable[str] = ()

    def looks_after(self) -> ColumnElement[bool]:
        """What is hers."""
        hers = exceptions.c.assigned_role.in_([*self.roles, ""])
        if self.person is None:
            return hers
        return or_(exceptions.c.assigned_person == self.person, hers)


def exception_query(assigned_to: Assignee | None = None) -> Select[Any]:
    """Exceptions with their process, whoever resolved or looks after them, and what is proposed."""
    resolver, assignee, proposer = persons.alias(), persons.alias(), persons.alias()
    found = select(
        exceptions,
        *(processes.c[name] for name in ("reference", "subject", "workflow_id", "type")),
        *(processes.c[name] for name in ("definition_hash", "amount", "currency")),
        resolver.c.name.label("resolver"),
        assignee.c.name.label("assignee"),
        *(repair_proposals.c[name] for name in ("way", "content", "hash", "proposed_at")),
        repair_proposals.c.reason.label("proposed_because"),
        repair_proposals.c.proposed_by,
        proposer.c.name.label("proposer"),
    ).join(processes, OF_PROCESS)
    for person, id in (
        (resolver, exceptions.c.resolved_by),
        (assignee, exceptions.c.assigned_person),
    ):
        found = found.outerjoin(
            person, (person.c.tenant_id == exceptions.c.tenant_id) & (person.c.id == id)
        )
    found = found.outerjoin(
        repair_proposals,
        (repair_proposals.c.tenant_id == exceptions.c.tenant_id)
        & (repair_proposals.c.exception_id == exceptions.c.id)
        & (repair_proposals.c.state == "pending"),
    ).outerjoin(
        proposer,
        (proposer.c.tenant_id == repair_proposals.c.tenant_id)
        & (proposer.c.id == repair_proposals.c.proposed_by),
    )
    return found if assigned_to is None else found.where(assigned_to.looks_after())


def get_exception(connection: Connection, id: UUID) -> ExceptionRecord:
    """One exception. Refuses an id that is not there: `exception_must_exist`."""
    row = connection.execute(exception_query().where(exceptions.c.id == id)).one_or_none()
    if row is None:
        raise Refusal("exception_must_exist", "There is no such exception.")
    return exception_of(connection, row)


def of_process(connection: Connection, process: UUID) -> list[ExceptionRecord]:
    """Every exception of a process, in the order they were opened."""
    found = exception_query().where(exceptions.c.process_id == process)
    ordered = found.order_by(exceptions.c.opened_at, exceptions.c.id)
    return [exception_of(connection, row) for row in connection.execute(ordered).all()]


def listed(
    connection: Connection,
    conditions: Sequence[Condition],
    page: Page,
    assigned_to: Assignee | None = None,
    *,
    proposed_by: UUID | None = None,
) -> list[ExceptionRecord]:
    """One page, and one row more when there is another; `proposed_by` names a bulk action."""
    found = where(exception_query(assigned_to), COLUMNS, conditions)
    if proposed_by is not None:
        items = text(PROPOSED_IN_BULK).bindparams(bulk=proposed_by).columns(item_id=Uuid)
        found = found.where(repair_proposals.c.id.is_not(None), exceptions.c.id.in_(items))
    ordered = paged(found, exceptions.c.opened_at, exceptions.c.id, page)
    return [exception_of(connection, row) for row in connection.execute(ordered).all()]


def count(
    connection: Connection, conditions: Sequence[Condition], assigned_to: Assignee | None = None
) -> int:
    """How many exceptions there are under the conditions."""
    found = where(exception_query(assigned_to), COLUMNS, conditions)
    return counted(connection, found.with_only_columns(exceptions.c.id))


def exception_of(connection: Connection, row: Row[Any]) -> ExceptionRecord:
    """A row as what it means."""
    return ExceptionRecord(
        row.id, row.process_id, row.reference, row.subject, row.workflow_id, row.definition_hash,
        row.step, row.attempt, row.cause, row.message, row.state, row.opened_at, row.resolution,
        row.reason, row.resolver, row.resolved_at, row.kind, row.type, row.tries,
        money.given(row.amount, row.currency), row.assigned_person, row.assignee,
        row.assigned_role, proposal_of(connection, row) if row.way else None,
    )  # fmt: skip


def proposal_of(connection: Connection, row: Row[Any]) -> ProposalRecord:
    """What waits, held against the document as it is now."""
    differences: tuple[Change, ...] = ()
    if row.content is not None:
        before = connection.execute(CONTENT, {"process": row.process_id}).scalar_one()
        differences = tuple(changes(before, row.content))
    return ProposalRecord(
        row.way, row.hash, row.proposed_because, row.proposed_by, row.proposer, row.proposed_at,
        differences,
    )  # fmt: skip
