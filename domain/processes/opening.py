"""A process is opened, and opened again when its document was corrected."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from domain.access import branch as branches
from domain.access import company as masters
from domain.access.actor import Actor
from domain.access.company import Company
from domain.database import attempt
from domain.definitions import input as inputs
from domain.definitions import journal, permissions, policy
from domain.definitions.model import Definition
from domain.documents import examination, field_files, store
from domain.documents.store import Document
from domain.identifiers import new_uuid, written
from domain.money import Money
from domain.operations import catalog as operations
from domain.processes import record
from domain.processes.arriving import About, Arrival, settle
from domain.processes.effect import Done, Effect
from domain.processes.record import NewProcess, move_to
from domain.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Refused:
    """A rule said no at receipt; the process is kept, so that nobody wonders where it went."""

    code: str
    message: str
    facts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Opened:
    """What the workflow needs of a new process: where it stands, and why when it was refused."""

    reference: str
    subject: str
    arrival: Arrival
    refused: Refused | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for: a process of a type in a company, about an input."""

    company: UUID
    definition_hash: str
    input: Mapping[str, Any]
    request_hash: str
    external_ref: str | None


def start_content(process_type: str, request: Request) -> dict[str, Any]:
    """What the API signs of a start: under which definition, too, since a tenant has its own."""
    return {
        "type": process_type,
        "definition": request.definition_hash,
        "company": request.company,
        "input": request.input,
    }


def reference_of(definition: Definition, process: UUID) -> str:
    """`BILL-7K3M9QX2`: short enough to say, from the random bits of the process's id."""
    return f"{definition.reference_prefix}-{written('x', process)[-8:].upper()}"


def check_start(definition: Definition, actor: Actor) -> None:
    """Refuse a person whose roles may not start this type, wherever she holds them."""
    check_role(definition, "start", actor, held=actor.roles_somewhere)


def check_role(definition: Definition, action: str, actor: Actor, *, held: Collection[str]) -> None:
    """Refuse a person whose `held` roles may not take the action, and a key without a scope."""
    actor.check_scope(permissions.verb_of(action), definition.process)
    if not policy.may(definition, action, held):
        wanted = definition.actions[action].by if action in definition.actions else ("nobody",)
        title = definition.actions[action].title if action in definition.actions else action
        raise Refusal(
            "role_must_allow_action",
            f"{title!r} needs the role {' or '.join(wanted)}, which you do not hold.",
            role=" or ".join(wanted),
        )


def open_process(
    connection: Connection,
    effect: Effect,
    definition: Definition,
    request: Request,
    actor: Actor,
    *,
    branch_of_parent: str | None = None,
) -> Done[Opened]:
    """Write process, document and first task, or the process as refused with the rule's name."""
    company = masters.company(connection, request.company)
    content = inputs.accept(
        definition, request.input, currency=company.base_currency,
        starts_on=masters.today(connection),
    )  # fmt: skip
    new = new_process(effect, definition, request, content, actor)
    unused = record.insert(connection, new)
    if not unused:
        record.insert(connection, replace(new, external_ref=None))
    try:
        with attempt(connection):
            check_external_ref(request, unused=unused)
            check_start(definition, actor)
            branch = branches.branch_at_start(
                connection, definition, company.id, content, actor, inherited=branch_of_parent
            )
            operations.check_maker(connection, definition, content, actor)
            content = field_files.bound(
                connection, definition, content, actor,
                tenant=effect.tenant, process=new.id, before={},
            )  # fmt: skip
            document = take(connection, definition, company, content, new)
            record.place(connection, new.tenant, new.id, branch)
    except Refusal as refusal:
        store.store(connection, Document(effect.tenant, new.document, new.id, content, None))
        return refused_at_receipt(definition, new, actor, content, refusal)
    about = About(
        effect, definition, content, document.content_hash, new.subject,
        amount_of(definition, content),
    )  # fmt: skip
    arrival, move = settle(connection, about, definition.first_stage)
    return Done(
        Opened(new.reference, new.subject, arrival),
        title=f"Received {new.subject} from {actor.name}",
        event="process.opened",
        move=move,
        person=actor.person,
        user=actor.user,
        inputs={"input": document.content},
        outputs={"reference": new.reference, "document_hash": document.content_hash},
    )


def check_external_ref(request: Request, *, unused: bool) -> None:
    """Refuse a reference of the caller's that already names another process of this type."""
    if not unused:
        raise Refusal(
            "external_ref_must_be_unique",
            f"The external reference {request.external_ref!r} was used before. Each names one "
            "process of its type for ever; look the earlier one up by it.",
            external_ref=request.external_ref or "",
        )


def new_process(
    effect: Effect,
    definition: Definition,
    request: Request,
    content: Mapping[str, Any],
    actor: Actor,
) -> NewProcess:
    """The record of the process at its first stage."""
    amount = amount_of(definition, content)
    return NewProcess(
        tenant=effect.tenant,
        id=effect.process,
        type=definition.process,
        definition_hash=request.definition_hash,
        workflow_id=effect.workflow_id,
        reference=reference_of(definition, effect.process),
        subject=subject_of(definition, content),
        company=request.company,
        document=new_uuid(),
        stage=definition.first_stage,
        amount=amount.amount if amount else None,
        currency=amount.currency if amount else None,
        external_ref=request.external_ref,
        request_hash=request.request_hash,
        person=actor.person,
        user=actor.user,
    )


def take(
    connection: Connection,
    definition: Definition,
    company: Company,
    content: Mapping[str, Any],
    new: NewProcess,
) -> Document:
    """Examine and store the document, and hold its keys."""
    party = examination.examine(connection, definition, company, content, new.id)
    document = Document(new.tenant, new.document, new.id, content, party.id if party else None)
    store.store(connection, document)
    store.hold_keys(connection, definition, content, tenant=new.tenant, process=new.id)
    concerned = operations.concerned(connection, definition, content)
    record.concern(connection, new.tenant, new.id, concerned)
    return document


def refused_at_receipt(
    definition: Definition,
    new: NewProcess,
    actor: Actor,
    content: Mapping[str, Any],
    refusal: Refusal,
) -> Done[Opened]:
    """The process ends where it began, with the rule that said no."""
    said = Refused(refusal.code, refusal.message, dict(refusal.facts))
    stage = str(definition.stages[definition.first_stage].otherwise)
    return Done(
        Opened(new.reference, new.subject, Arrival(stage), said),
        title=f"Refused {new.subject}: {refusal.message}",
        event="process.refused",
        move=move_to(definition, stage, reason=refusal.message),
        person=actor.person,
        user=actor.user,
        inputs={"input": content},
        outputs={"code": refusal.code, "reference": new.reference},
    )


def amount_of(definition: Definition, content: Mapping[str, Any]) -> Money | None:
    """The amount the process is about; none when its type has none."""
    if definition.amount is None or journal.is_without_money(definition, content):
        return None
    return journal.total(definition, definition.amount, content)


def subject_of(definition: Definition, content: Mapping[str, Any]) -> str:
    """What the process is called in lists."""
    return journal.subject(
        definition, content, party_code=examination.party_code(definition, content)
    )
