"""Reading processes: one, lists, what happened step by step, events."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, select, text

from domain import money
from domain.access.actor import Actor
from domain.access.tables import companies, persons
from domain.definitions.model import TAKEN_ELSEWHERE, Definition
from domain.ledger.tables import journal_entries, voucher_numbers
from domain.listing import Condition, Page, counted, paged, where
from domain.money import Money
from domain.processes.action import Asked, check_action
from domain.processes.record import Facts
from domain.processes.tables import events, evidence, processes
from domain.refusal import Refusal

RELEASED = text("SELECT content FROM definitions WHERE hash = :hash")
BY_NUMBER = text("""
    SELECT j.process_id FROM voucher_numbers n
    JOIN journal_entries j ON j.tenant_id = n.tenant_id AND j.id = n.entry_id
    WHERE n.tenant_id = (SELECT current_tenant()) AND n.number = :number
""")
STORED = text("""
    SELECT 1 FROM archived_histories
    WHERE tenant_id = (SELECT current_tenant()) AND process_id = :process LIMIT 1
""")
NUMBER = (
    select(voucher_numbers.c.number)
    .join(
        journal_entries,
        (journal_entries.c.tenant_id == voucher_numbers.c.tenant_id)
        & (journal_entries.c.id == voucher_numbers.c.entry_id),
    )
    .where(
        journal_entries.c.tenant_id == processes.c.tenant_id,
        journal_entries.c.process_id == processes.c.id,
    )
    .order_by(journal_entries.c.recorded_at)
    .limit(1)
    .scalar_subquery()
)
FILTERS = {
    name: processes.c[name]
    for name in (
        "status", "type", "stage", "created_by", "external_ref", "reference", "amount",
        "created_at", "branch",
    )
}  # fmt: skip
FILTERS["parent"] = processes.c.parent_id


@dataclass(frozen=True, slots=True)
class ProcessRecord:
    """A process as it stands. `number` is its first voucher number, once posted.

    One that another started knows its `parent`, under which name it started it, for which row.
    """

    id: UUID
    type: str
    definition_hash: str
    workflow_id: str
    reference: str
    number: str | None
    subject: str
    company: UUID
    company_code: str
    document: UUID
    status: str
    stage: str
    stage_since: datetime
    due_at: datetime | None
    waiting_for: str | None
    amount: Money | None
    business_date: date
    external_ref: str | None
    request_hash: str
    maker: UUID
    maker_user: UUID
    maker_name: str
    reason: str | None
    sequence: int
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    parent: UUID | None = None
    child_name: str | None = None
    child_item: int | None = None
    branch: str | None = None


def released(connection: Connection, wanted: str) -> Definition:
    """A definition that some version of us released."""
    content = connection.execute(RELEASED, {"hash": wanted}).scalar_one_or_none()
    if content is None:
        raise Refusal("definition_must_be_released", f"No definition with the hash {wanted} here.")
    return Definition.from_canonical(content)


def history_is_stored(connection: Connection, process: UUID) -> bool:
    """Whether the history of a closed process was copied here."""
    return connection.execute(STORED, {"process": process}).first() is not None


def query() -> Select[Any]:
    """Processes with their company, maker and number."""
    return (
        select(
            processes,
            companies.c.code.label("company_code"),
            persons.c.name.label("maker_name"),
            NUMBER.label("number"),
        )
        .join(
            companies,
            (companies.c.tenant_id == processes.c.tenant_id)
            & (companies.c.id == processes.c.company_id),
        )
        .join(
            persons,
            (persons.c.tenant_id == processes.c.tenant_id)
            & (persons.c.id == processes.c.created_by),
        )
    )


def get(connection: Connection, process: UUID) -> ProcessRecord:
    """One process. Refuses an id that is not there: `process_must_exist`."""
    return one(connection, query().where(processes.c.id == process))


def open_workflows(connection: Connection) -> list[str]:
    """The workflow ids of every process that has not ended."""
    found = select(processes.c.workflow_id).where(processes.c.closed_at.is_(None))
    return list(connection.scalars(found.order_by(processes.c.created_at)))


def with_reference(connection: Connection, reference: str) -> ProcessRecord:
    """The process of a reference. Refuses one that is not there: `process_must_exist`."""
    return one(connection, query().where(processes.c.reference == reference))


def with_number(connection: Connection, number: str) -> ProcessRecord:
    """The process that drew a voucher number. Refuses one that is not there."""
    id = connection.execute(BY_NUMBER, {"number": number}).scalar_one_or_none()
    return one(connection, query().where(processes.c.id == id))


def one(connection: Connection, wanted: Select[Any]) -> ProcessRecord:
    """The one row, or a refusal."""
    row = connection.execute(wanted).first()
    if row is None:
        raise Refusal("process_must_exist", "There is no such process.")
    return process_of(row)


def with_workflow_id(connection: Connection, workflow_id: str) -> ProcessRecord | None:
    """The process that was started under a workflow id, for ever."""
    row = connection.execute(query().where(processes.c.workflow_id == workflow_id)).one_or_none()
    return process_of(row) if row else None


def children_of(connection: Connection, process: UUID) -> list[ProcessRecord]:
    """What a process started, in that order."""
    found = query().where(processes.c.parent_id == process)
    ordered = found.order_by(
        processes.c.created_at, processes.c.parent_stage, processes.c.child_name,
        processes.c.child_item, processes.c.child_attempt,
    )  # fmt: skip
    return [process_of(row) for row in connection.execute(ordered)]


def check_external_ref(connection: Connection, process_type: str, external_ref: str | None) -> None:
    """Refuse a reference of the caller's that a process of the type was started with before."""
    if external_ref is None:
        return
    wanted = processes.c.type == process_type, processes.c.external_ref == external_ref
    row = connection.execute(select(processes.c.id, processes.c.reference).where(*wanted)).first()
    if row is not None:
        raise Refusal(
            "external_ref_must_be_unique",
            f"{external_ref!r} was already used for {row.reference}. Look there first.",
            reference=row.reference,
            process=str(row.id),
        )


def listed(
    connection: Connection, conditions: Sequence[Condition], page: Page
) -> list[ProcessRecord]:
    """One page, and one row more when there is another."""
    found = where(query(), FILTERS, conditions)
    ordered = paged(found, processes.c.created_at, processes.c.id, page)
    return [process_of(row) for row in connection.execute(ordered)]


def count(connection: Connection, conditions: Sequence[Condition]) -> int:
    """How many processes there are under the conditions."""
    return counted(connection, where(select(processes.c.id), FILTERS, conditions))


def process_of(row: Row[Any]) -> ProcessRecord:
    """A row as what it means."""
    return ProcessRecord(
        row.id, row.type, row.definition_hash, row.workflow_id, row.reference, row.number,
        row.subject, row.company_id, row.company_code, row.document_id, row.status, row.stage,
        row.stage_since, row.due_at, row.waiting_for, money.given(row.amount, row.currency),
        row.business_date, row.external_ref, row.request_hash, row.created_by,
        row.created_by_user, row.maker_name,
        row.reason, row.sequence, row.created_at, row.updated_at, row.closed_at, row.parent_id,
        row.child_name, row.child_item, row.branch,
    )  # fmt: skip


def actions_of(definition: Definition, facts: Facts, actor: Actor) -> list[str]:
    """What the ladder of actions would let this person do now."""
    return [name for name in definition.actions if may_act(definition, facts, actor, name)]


def may_act(definition: Definition, facts: Facts, actor: Actor, action: str) -> bool:
    """Whether the ladder lets her; a reason she will give."""
    if action in TAKEN_ELSEWHERE:
        return False
    try:
        check_action(definition, facts, actor, Asked(action, reason="-"))
    except Refusal:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done, with its proof."""

    id: UUID
    sequence: int
    step: str
    title: str
    person: UUID | None
    person_name: str | None
    user: UUID | None
    at: datetime
    recorded_at: datetime
    effect_key: str
    digest: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]


def steps(connection: Connection, process: UUID) -> list[Step]:
    """What was done, in order."""
    found = (
        select(evidence, persons.c.name.label("person_name"))
        .outerjoin(
            persons,
            (persons.c.tenant_id == evidence.c.tenant_id) & (persons.c.id == evidence.c.person_id),
        )
        .where(evidence.c.process_id == process)
        .order_by(evidence.c.sequence, evidence.c.recorded_at)
    )
    return [
        Step(
            row.id, row.sequence, row.step, row.title, row.person_id, row.person_name, row.user_id,
            row.business_at, row.recorded_at, row.effect_key, row.digest, row.inputs, row.outputs,
        )
        for row in connection.execute(found)
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, as others are told of it."""

    id: UUID
    process: UUID
    sequence: int
    type: str
    recorded_at: datetime
    payload: dict[str, Any]


def events_of(connection: Connection, process: UUID, page: Page) -> list[Event]:
    """A page of the events of a process, and one more when there is another."""
    found = select(events).where(events.c.process_id == process)
    ordered = paged(found, events.c.recorded_at, events.c.id, page)
    return [
        Event(row.id, row.process_id, row.sequence, row.type, row.recorded_at, row.payload)
        for row in connection.execute(ordered)
    ]
