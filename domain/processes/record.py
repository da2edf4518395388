"""The record of a process: inserted once, looked up with its document, company and party."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from domain import money
from domain.access.company import Company, Party
from domain.database import rows_by_driver
from domain.definitions.model import Definition
from domain.money import Money
from domain.processes.effect import Effect, Move
from domain.refusal import Refusal

INSERT = text("""
    INSERT INTO processes (tenant_id, id, type, definition_hash, workflow_id, reference, subject,
        company_id, document_id, status, stage, stage_since, amount, currency, business_date,
        external_ref, request_hash, created_by, created_by_user, makers, sequence,
        created_at, updated_at)
    SELECT :tenant, :id, :type, :definition_hash, :workflow_id, :reference, :subject, :company,
        :document, 'running', :stage, at, :amount, :currency, business_today(), :external_ref,
        :request_hash, :person, :user, ARRAY[CAST(:person AS uuid)], 0, at, at
    FROM (SELECT business_now() AS at) AS now
    ON CONFLICT (tenant_id, type, external_ref) DO NOTHING
""")
FACTS = """
    SELECT p.reference, p.subject, p.stage, p.status, p.amount, p.currency, p.created_by, p.makers,
        p.branch,
        d.id AS document_id, d.content, d.content_hash, d.revision,
        c.id AS company_id, c.code AS company_code, c.name AS company_name, c.base_currency,
        c.gstin AS company_gstin, c.bank_account AS company_bank,
        v.id AS party_id, v.code AS party_code, v.name AS party_name, v.kind AS party_kind,
        v.gstin AS party_gstin, v.active AS party_active, v.bank_account AS party_bank, v.bank_ifsc,
        EXISTS (SELECT FROM processes c WHERE c.tenant_id = p.tenant_id AND c.parent_id = p.id
            AND c.status = 'completed') AS has_completed_children
    FROM processes p
    JOIN documents d ON d.tenant_id = p.tenant_id AND d.id = p.document_id
    JOIN companies c ON c.tenant_id = p.tenant_id AND c.id = p.company_id
    LEFT JOIN parties v ON v.tenant_id = d.tenant_id AND v.id = d.party_id
    WHERE p.tenant_id = (SELECT current_tenant()) AND p.id = %(process)s
"""
SUBJECT = text("""
    UPDATE processes SET subject = :subject, amount = :amount, currency = :currency,
        makers = ARRAY(SELECT unnest(makers) UNION SELECT CAST(:person AS uuid))
    WHERE tenant_id = :tenant AND id = :process
""")

CONCERN = text("""
    UPDATE processes SET concerned = CAST(:persons AS uuid[])
    WHERE tenant_id = :tenant AND id = :process AND concerned <> CAST(:persons AS uuid[])
""")
WITHDRAW_CHILDREN = text("""
    UPDATE processes SET withdrawn_by = :person, withdrawal = coalesce(:reason, '')
    WHERE tenant_id = :tenant AND parent_id = :process AND closed_at IS NULL
""")
PLACE = text("""
    UPDATE processes SET branch = :branch
    WHERE tenant_id = :tenant AND id = :process AND branch IS DISTINCT FROM :branch
""")


@dataclass(frozen=True, slots=True)
class NewProcess:
    """A process at its start."""

    tenant: UUID
    id: UUID
    type: str
    definition_hash: str
    workflow_id: str
    reference: str
    subject: str
    company: UUID
    document: UUID
    stage: str
    amount: int | None
    currency: str | None
    external_ref: str | None
    request_hash: str
    person: UUID
    user: UUID


@dataclass(frozen=True, slots=True)
class Facts:
    """A process with its document, company and party, as they are now.

    What `has_completed_children` started others that were completed, so it is not undone.
    """

    process: UUID
    reference: str
    subject: str
    stage: str
    status: str
    amount: Money | None
    maker: UUID
    makers: frozenset[UUID]
    document: UUID
    content: dict[str, Any]
    content_hash: str
    revision: int
    company: Company
    party: Party | None
    has_completed_children: bool = False
    branch: str | None = None


def insert(connection: Connection, process: NewProcess) -> bool:
    """Write the record. False when the type's external reference was used before.

    The workflow id is unique for ever.
    """
    values = {name: getattr(process, name) for name in NewProcess.__dataclass_fields__}
    return connection.execute(INSERT, values).rowcount == 1


def facts(connection: Connection, process: UUID) -> Facts:
    """What there is to know. Refuses an id that is not there: `process_must_exist`."""
    (row,) = rows_by_driver(connection, FACTS, {"process": process}) or (None,)
    if row is None:
        raise Refusal("process_must_exist", "There is no such process.")
    company = Company(
        row.company_id, row.company_code, row.company_name, row.base_currency, row.company_gstin,
        row.company_bank,
    )  # fmt: skip
    party = row.party_id and Party(
        row.party_id, row.party_code, row.party_name, row.party_kind, row.party_gstin,
        row.party_active, row.party_bank, row.bank_ifsc,
    )  # fmt: skip
    return Facts(
        process, row.reference, row.subject, row.stage, row.status,
        money.given(row.amount, row.currency), row.created_by, frozenset(row.makers),
        row.document_id, row.content, row.content_hash, row.revision, company, party,
        row.has_completed_children, row.branch,
    )  # fmt: skip


def describe(
    connection: Connection,
    tenant: UUID,
    process: UUID,
    *,
    subject: str,
    amount: Money | None,
    person: UUID,
) -> None:
    """Say anew what the process is about, after a person changed its document: she made it too."""
    values: dict[str, Any] = {
        "subject": subject,
        "amount": None,
        "currency": None,
        "person": person,
    }
    if amount is not None:
        values |= {"amount": amount.amount, "currency": amount.currency}
    connection.execute(SUBJECT, {**values, "tenant": tenant, "process": process})


def concern(connection: Connection, tenant: UUID, process: UUID, persons: Collection[UUID]) -> None:
    """Say whom the document is about: none of them checks it."""
    values = {"tenant": tenant, "process": process, "persons": sorted(persons)}
    connection.execute(CONCERN, values)


def withdraw_children(
    connection: Connection, effect: Effect, *, person: UUID, reason: str | None
) -> None:
    """Say that what the process started and has not ended may be withdrawn: by whom, and why."""
    values = {"tenant": effect.tenant, "process": effect.process}
    connection.execute(WITHDRAW_CHILDREN, {**values, "person": person, "reason": reason})


def place(connection: Connection, tenant: UUID, process: UUID, branch: str | None) -> None:
    """Say of which branch it is: who checks it and whose limits count follows from that."""
    connection.execute(PLACE, {"tenant": tenant, "process": process, "branch": branch})


def move_to(
    definition: Definition,
    stage: str,
    *,
    waiting_for: str | None = None,
    due_at: datetime | None = None,
    reason: str | None = None,
) -> Move:
    """The move to a stage. The definition says whether it ends there; a bad end frees its keys."""
    ends = definition.stages[stage].ends
    status = ends or ("waiting" if waiting_for else "running")
    return Move(
        stage=stage,
        status=status,
        waiting_for=waiting_for,
        due_at=due_at,
        reason=reason,
        ends=ends is not None,
        keeps_keys=ends in (None, "completed"),
    )


def long_date(day: date) -> str:
    """`2 December 2026`, for people."""
    return f"{day.day} {day:%B %Y}"
