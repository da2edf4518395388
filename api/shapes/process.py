"""A process over the wire, its steps and its events."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel, Field

from api.caller import Caller
from api.shapes.attachment import AttachmentBody
from api.shapes.base import Money, Person, Resource, Time, is_nothing, money, person
from api.shapes.entry import EntryBody
from api.shapes.exception import ExceptionBody
from api.shapes.task import DocumentBody, TaskBody
from domain.definitions.masks import Mask
from domain.definitions.model import Definition
from domain.identifiers import COMPANY, DOCUMENT, EVENT, EVIDENCE, PROCESS, USER, written
from domain.processes.arriving import CHILDREN
from domain.processes.reading import Event, ProcessRecord, Step
from domain.selections.bulk import Total


class Stage(BaseModel):
    """Where the process stands."""

    name: str
    title: str
    since: Time | None
    due: Time | None


class Subject(BaseModel):
    """What the process is about."""

    title: str
    document: str | None


class Relative(BaseModel):
    """A process that this one started: under which name, and for which row."""

    id: str
    reference: str
    type: str
    status: str
    stage: str
    name: str
    item: int


class Waiting(BaseModel):
    """Whom or what it waits for: a role, its maker, a date, or processes that it started."""

    processes: list[str] | None = Field(default=None, exclude_if=is_nothing)
    role: str | None = Field(default=None, exclude_if=is_nothing)
    person: Person | None = Field(default=None, exclude_if=is_nothing)
    timer: Time | None = Field(default=None, exclude_if=is_nothing)
    since: Time


class Links(BaseModel):
    """Where more about it is."""

    self: str
    timeline: str
    tasks: str
    postings: str
    engine: str


class Progress(BaseModel):
    """How far work on many items has come."""

    total: int
    done: int
    failed: int
    parked: int | None = Field(default=None, exclude_if=is_nothing)
    under_way: int | None = Field(default=None, exclude_if=is_nothing)
    not_done: int | None = Field(default=None, exclude_if=is_nothing)


class ProcessBody(Resource):
    """A process. `reference` is its name from the start, `number` its voucher once posted."""

    id: str
    reference: str
    number: str | None
    type: str
    type_version: str
    config_version: str
    status: str
    stage: Stage
    subject: Subject
    amount: Money | None
    company: str | None
    branch: str | None = Field(default=None, exclude_if=is_nothing)
    business_date: date | None
    external_ref: str | None
    waiting_for: Waiting | None
    reason: str | None
    created_by: Person
    created_at: Time
    updated_at: Time
    closed_at: Time | None
    allowed_actions: list[str] | None = Field(default=None, exclude_if=is_nothing)
    editable: dict[str, list[str]] | None = Field(
        default=None,
        exclude_if=is_nothing,
        description="By action, the fields that the caller may change with it.",
    )
    progress: Progress | None = Field(default=None, exclude_if=is_nothing)
    parent: str | None = Field(default=None, exclude_if=is_nothing)
    children: list[Relative] | None = Field(default=None, exclude_if=is_nothing)
    links: Links
    tasks: list[TaskBody] | None = Field(default=None, exclude_if=is_nothing)
    postings: list[EntryBody] | None = Field(default=None, exclude_if=is_nothing)
    documents: list[DocumentBody | AttachmentBody] | None = Field(
        default=None, exclude_if=is_nothing
    )
    exceptions: list[ExceptionBody] | None = Field(default=None, exclude_if=is_nothing)


@dataclass(frozen=True, slots=True)
class View:
    """For whom a resource is written, and how."""

    caller: Caller
    display: bool = False


def links(id: str) -> Links:
    """The roads of a process."""
    self = f"/v1/processes/{id}"
    return Links(
        self=self,
        timeline=f"{self}/steps",
        tasks=f"{self}?include=tasks",
        postings=f"{self}?include=postings",
        engine=f"{self}/engine",
    )


def process(
    view: View, record: ProcessRecord, definition: Definition, roles: Collection[str]
) -> ProcessBody:
    """A process as it stands."""
    id = written(PROCESS, record.id)
    return ProcessBody(
        tenant=view.caller.tenant_id,
        livemode=view.caller.livemode,
        id=id,
        reference=record.reference,
        number=record.number,
        type=record.type,
        type_version=record.definition_hash,
        config_version=record.definition_hash,
        status=record.status,
        stage=Stage(
            name=record.stage,
            title=definition.stages[record.stage].title,
            since=record.stage_since,
            due=record.due_at,
        ),
        subject=Subject(title=record.subject, document=written(DOCUMENT, record.document)),
        amount=money(record.amount, display=view.display) if record.amount else None,
        company=written(COMPANY, record.company),
        branch=record.branch,
        business_date=record.business_date,
        external_ref=record.external_ref,
        waiting_for=waiting(record, roles),
        reason=record.reason,
        created_by=person(record.maker, record.maker_name),
        created_at=record.created_at,
        updated_at=record.updated_at,
        closed_at=record.closed_at,
        parent=written(PROCESS, record.parent) if record.parent else None,
        links=links(id),
    )


def relative(record: ProcessRecord) -> Relative:
    """One that was started, with the row it was started for."""
    return Relative(
        id=written(PROCESS, record.id),
        reference=record.reference,
        type=record.type,
        status=record.status,
        stage=record.stage,
        name=record.child_name or "",
        item=record.child_item or 0,
    )


def progress(totals: Sequence[Total]) -> Progress:
    """How far it has come."""

    def sized(state: str) -> int:
        return sum(total.size for total in totals if total.state == state)

    return Progress(
        total=sum(total.size for total in totals),
        done=sized("done"),
        failed=sized("failed"),
        parked=sized("parked") or None,
        under_way=sized("under_way") or None,
        not_done=sized("not_done") or None,
    )


def waiting(record: ProcessRecord, roles: Collection[str]) -> Waiting | None:
    """Whom or what it waits for."""
    if record.waiting_for is None:
        return None
    if record.waiting_for == "maker":
        who = person(record.maker, record.maker_name)
        return Waiting(person=who, since=record.stage_since)
    if record.waiting_for == CHILDREN:
        return Waiting(processes=[], since=record.stage_since)
    if any(word in roles for word in record.waiting_for.split()):
        return Waiting(role=record.waiting_for, since=record.stage_since)
    return Waiting(timer=record.due_at, since=record.stage_since)


class StepBody(BaseModel):
    """One thing that was done. The technical members come with `view=technical`."""

    id: str
    sequence: int
    title: str
    who: Person | None
    at: Time
    step: str | None = Field(default=None, exclude_if=is_nothing)
    effect_key: str | None = Field(default=None, exclude_if=is_nothing)
    digest: str | None = Field(default=None, exclude_if=is_nothing)
    user: str | None = Field(default=None, exclude_if=is_nothing)
    recorded_at: Time | None = Field(default=None, exclude_if=is_nothing)
    outputs: dict[str, Any] | None = Field(default=None, exclude_if=is_nothing)


class Steps(BaseModel):
    """What was done in a process, in order."""

    process: str
    data: list[StepBody]
    engine: str | None = Field(default=None, exclude_if=is_nothing)


def step(found: Step, mask: Mask, *, technical: bool) -> StepBody:
    """A step as people read it, or with what proves it."""
    who = person(found.person, found.person_name or "") if found.person else None
    body = StepBody(
        id=written(EVIDENCE, found.id),
        sequence=found.sequence,
        title=found.title,
        who=who,
        at=found.at,
    )
    if not technical:
        return body
    return body.model_copy(
        update={
            "step": found.step,
            "effect_key": found.effect_key,
            "digest": None if mask else found.digest,
            "user": written(USER, found.user) if found.user else None,
            "recorded_at": found.recorded_at,
            "outputs": mask.outputs(found.outputs),
        }
    )


class EventBody(Resource):
    """Something that happened."""

    id: str
    type: str
    process: str
    sequence: int
    at: Time
    payload: dict[str, Any]


def event(view: View, found: Event, mask: Mask) -> EventBody:
    """An event as others are told of it."""
    return EventBody(
        tenant=view.caller.tenant_id,
        livemode=view.caller.livemode,
        id=written(EVENT, found.id),
        type=found.type,
        process=written(PROCESS, found.process),
        sequence=found.sequence,
        at=found.recorded_at,
        payload=mask.outputs(found.payload),
    )


class EngineBody(Resource):
    """Where the engine keeps the process."""

    process: str
    workflow_id: str
    run_id: str | None
    status: str
    history_events: int | None
    ui_url: str | None
    stored_history: bool
