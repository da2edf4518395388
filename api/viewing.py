"""Reading a process or a task for a caller: the record, and what she may do about it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Connection

from api import drafting
from api.bodies import read_id
from api.caller import Caller, allow
from api.edge import Edge
from api.problems import addressed, not_found
from api.shapes.attachment import AttachmentBody, attachment
from api.shapes.base import money, person
from api.shapes.comment import comment
from api.shapes.entry import entry
from api.shapes.exception import ExceptionBody, exception
from api.shapes.process import ProcessBody, Stage, Subject, View, links, process, progress, relative
from api.shapes.task import Check, DocumentBody, TaskBody, change, document, task
from domain.access import company as companies
from domain.approvals import authority, inbox
from domain.approvals import reading as tasks
from domain.approvals.ladders import Ladders
from domain.approvals.policy import Checking
from domain.approvals.splitting import may_be_split
from domain.approvals.task_records import TaskRecord
from domain.definitions import masks, policy
from domain.definitions.masks import Mask
from domain.definitions.model import Definition
from domain.documents import attachments
from domain.identifiers import EVIDENCE, PROCESS, written
from domain.ledger import reading as ledger
from domain.money import Money
from domain.processes import comments, exceptions_reading, opening, reading, record, repairs
from domain.processes.exceptions_reading import ExceptionRecord
from domain.processes.reading import ProcessRecord
from domain.selections import bulk

INCLUDES = ("tasks", "postings", "documents", "exceptions")


def process_record(connection: Connection, id: str) -> ProcessRecord:
    """The process of an id, or of `reference:BILL-…` or `number:PI/2026-27/00001`."""
    kind, _, name = id.partition(":")
    if not id.isprintable():
        raise not_found("process")
    with addressed("process"):
        if kind == "reference":
            return reading.with_reference(connection, name)
        if kind == "number":
            return reading.with_number(connection, name)
        return reading.get(connection, read_id(PROCESS, id))


def process_body(
    edge: Edge, connection: Connection, view: View, found: ProcessRecord
) -> ProcessBody:
    """A process as a list or an answer shows it."""
    definition = edge.definition(connection, found.definition_hash)
    return process(view, found, definition, edge.catalog.roles)


def process_in_full(
    edge: Edge, connection: Connection, view: View, found: ProcessRecord, include: frozenset[str]
) -> ProcessBody:
    """A process with what the caller may do, and what she asked to be included."""
    definition = edge.definition(connection, found.definition_hash)
    body = process(view, found, definition, edge.catalog.roles)
    facts = record.facts(connection, found.id)
    body.allowed_actions = reading.actions_of(definition, facts, view.caller.actor)
    body.editable = edits_of(definition, facts.stage, body.allowed_actions)
    add_children(connection, body, found)
    if bulk.is_bulk(definition):
        body.progress = progress(bulk.totals(connection, found.id))
    if "documents" in include:
        body.documents = documents_of(connection, view.caller, found.id, mask_of(definition, view))
    if "tasks" in include:
        allow(edge, view.caller, "tasks")
        ladders = Ladders(connection, view.caller.actor)
        body.tasks = [
            task_body(edge, view, each, ladders) for each in tasks.of_process(connection, found.id)
        ]
    if "postings" in include:
        allow(edge, view.caller, "ledger")
        entries = ledger.of_process(connection, found.company, found.id)
        base_currency = companies.company(connection, found.company).base_currency
        body.postings = [
            entry(view.caller, each, base_currency=base_currency, display=view.display)
            for each in entries
        ]
    if "exceptions" in include:
        allow(edge, view.caller, "exceptions")
        parked = exceptions_reading.of_process(connection, found.id)
        body.exceptions = [exception_body(edge, connection, view.caller, each) for each in parked]
    return body


def edits_of(
    definition: Definition, stage: str, allowed: Sequence[str]
) -> dict[str, list[str]] | None:
    """The fields that each action she may take may change; None when none changes any."""
    found = {name: list(policy.editable(definition, name, stage)) for name in allowed}
    return {name: fields for name, fields in found.items() if fields} or None


def add_children(connection: Connection, body: ProcessBody, found: ProcessRecord) -> None:
    """What the process started, and which of it it waits for."""
    started = reading.children_of(connection, found.id)
    if started:
        body.children = [relative(each) for each in started]
    if body.waiting_for and body.waiting_for.processes is not None:
        still = [each.reference for each in started if each.closed_at is None]
        body.waiting_for.processes = still


def pending(
    caller: Caller, definition: Definition, id: UUID, *, amount: Money | None = None
) -> ProcessBody:
    """A process that the engine has and the database not yet."""
    now = datetime.now(UTC)
    name = definition.first_stage
    return ProcessBody(
        tenant=caller.tenant_id,
        livemode=caller.livemode,
        id=written(PROCESS, id),
        reference=opening.reference_of(definition, id),
        number=None,
        type=definition.process,
        type_version=definition.hash,
        config_version=definition.hash,
        status="running",
        stage=Stage(name=name, title=definition.stages[name].title, since=None, due=None),
        subject=Subject(title=definition.title, document=None),
        amount=money(amount) if amount else None,
        company=None,
        business_date=None,
        external_ref=None,
        waiting_for=None,
        reason=None,
        created_by=person(caller.actor.person, caller.actor.name),
        created_at=now,
        updated_at=now,
        closed_at=None,
        links=links(written(PROCESS, id)),
    )


def mask_of(definition: Definition, view: View) -> Mask:
    """What is hidden from the reader."""
    return masks.mask(definition, view.caller.actor.roles)


def checking_of(definition: Definition, found: TaskRecord) -> Checking:
    """What the ladder looks at, with what the definition says of the task's stage."""
    return inbox.checking_by(definition, found.stage, found.checking)


def task_body(edge: Edge, view: View, found: TaskRecord, ladders: Ladders) -> TaskBody:
    """A task as a list shows it."""
    definition = edge.definition(ladders.connection, found.definition_hash)
    may = ladders.may(definition, found)
    body = task(view.caller, found, may, display=view.display)
    if mask_of(definition, view):
        body.subject_hash = None
    return body


def documents_of(
    connection: Connection, caller: Caller, process: UUID, hidden: Mask
) -> list[DocumentBody | AttachmentBody]:
    """The document that a process is about, then the files that are attached to it."""
    attached = [attachment(caller, each) for each in attachments.every(connection, process)]
    return [document(tasks.document(connection, process), hidden), *attached]


def task_in_full(edge: Edge, connection: Connection, view: View, found: TaskRecord) -> TaskBody:
    """A task with everything one looks at before deciding."""
    definition = edge.definition(connection, found.definition_hash)
    body = task_body(edge, view, found, Ladders(connection, view.caller.actor))
    evidence = tasks.checked_by(connection, found.process)
    proof = written(EVIDENCE, evidence) if evidence else None
    hidden = mask_of(definition, view)
    changes = tasks.changes_since(connection, found.process, mask=hidden)
    body.changes = [change(each) for each in changes]
    if definition.process == drafting.CHANGE:
        asked = tasks.document(connection, found.process).content
        body.changes += map(change, drafting.changes(edge, connection, str(asked["draft"])))
    body.checks = [Check(name=n, result="passed", evidence=proof) for n in definition.checks]
    body.documents = documents_of(connection, view.caller, found.process, hidden)
    said = comments.every(connection, found.process)
    body.comments = [comment(view.caller, each) for each in said]
    checking = checking_of(definition, found)
    split = may_be_split(connection, definition, found.stage, checking)
    if split:
        body.checks.append(Check(name="may_be_split", result="warning", evidence=list(split)))
    body.others_who_can = authority.others_who_can(connection, checking, view.caller.actor)
    return body


def exception_body(
    edge: Edge, connection: Connection, caller: Caller, found: ExceptionRecord
) -> ExceptionBody:
    """An exception with what the caller may do about it."""
    definition = edge.definition(connection, found.definition_hash)
    allowed = repairs.allowed(connection, definition, found.id, caller.actor)
    return exception(caller, found, allowed)
