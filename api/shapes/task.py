"""A task over the wire: what to decide, what changed, what was checked, who else can."""

from typing import Any

from pydantic import BaseModel, Field

from api.caller import Caller
from api.shapes.attachment import AttachmentBody
from api.shapes.base import Money, Person, Resource, Time, is_nothing, money, person
from api.shapes.comment import CommentBody
from domain.approvals.ladders import May
from domain.approvals.reading import DocumentRecord
from domain.approvals.task_records import TaskRecord
from domain.definitions.masks import Mask
from domain.identifiers import DOCUMENT, PROCESS, TASK, written
from domain.processes.differences import Change


class ChangeBody(BaseModel):
    """One field of the document, before and after its last correction."""

    field: str
    before: Any
    after: Any
    masked: bool | None = Field(default=None, exclude_if=is_nothing)


class Check(BaseModel):
    """A rule that the document was held against, and the evidence of it.

    A `warning` refuses nothing; its evidence is the references of what it is about.
    """

    name: str
    result: str
    evidence: str | list[str] | None


class DocumentBody(BaseModel):
    """The document as it is now. `masked` are the places that are null for this reader alone."""

    id: str
    revision: int
    hash: str | None
    party: str | None
    content: dict[str, Any]
    masked: list[str] | None = Field(default=None, exclude_if=is_nothing)


class DecisionBody(BaseModel):
    """The one decision a task got."""

    action: str
    by: Person
    at: Time
    reason: str | None
    on_behalf_of: Person | None = Field(default=None, exclude_if=is_nothing)


class ClaimBody(BaseModel):
    """Who has the task to herself, since when and for how long."""

    by: Person
    since: Time
    until: Time


class TaskBody(Resource):
    """A task. `subject_hash` is what a decision names in If-Match."""

    id: str
    process: str
    reference: str
    kind: str
    title: str
    state: str
    stage: str
    role: str
    escalated_to: str | None
    round: int
    level: int
    levels: int
    amount: Money | None
    branch: str | None = Field(default=None, exclude_if=is_nothing)
    subject_hash: str | None
    opened_at: Time
    due: Time | None
    reminders: int
    decision: DecisionBody | None
    claim: ClaimBody | None
    allowed_actions: list[str]
    tending: list[str]
    why_you: str
    changes: list[ChangeBody] | None = Field(default=None, exclude_if=is_nothing)
    checks: list[Check] | None = Field(default=None, exclude_if=is_nothing)
    documents: list[DocumentBody | AttachmentBody] | None = Field(
        default=None, exclude_if=is_nothing
    )
    others_who_can: list[str] | None = Field(default=None, exclude_if=is_nothing)
    comments: list[CommentBody] | None = Field(default=None, exclude_if=is_nothing)


def task(caller: Caller, record: TaskRecord, may: May, *, display: bool = False) -> TaskBody:
    """A task as a list shows it."""
    checking = record.checking
    return TaskBody(
        tenant=caller.tenant_id,
        livemode=caller.livemode,
        id=written(TASK, checking.task),
        process=written(PROCESS, record.process),
        reference=record.reference,
        kind=checking.kind,
        title=checking.title,
        state=checking.state,
        stage=record.stage,
        role=checking.role,
        escalated_to=checking.escalated_to,
        round=record.round,
        level=record.level,
        levels=record.levels,
        amount=money(record.amount, display=display) if record.amount else None,
        branch=checking.branch,
        subject_hash=checking.subject_hash,
        opened_at=record.opened_at,
        due=record.due_at,
        reminders=record.reminders,
        decision=decision(record),
        claim=claim(record),
        allowed_actions=list(may.allowed),
        tending=list(may.tending),
        why_you=may.why,
    )


def claim(record: TaskRecord) -> ClaimBody | None:
    """The claim, while there is one."""
    found = record.checking.claim
    if found is None or record.checking.state != "open":
        return None
    by = person(found.person, found.name)
    return ClaimBody(by=by, since=found.since, until=found.until)


def decision(record: TaskRecord) -> DecisionBody | None:
    """The decision, when there is one."""
    decided = record.checking.decided
    if decided is None:
        return None
    by = person(decided.person, decided.name)
    lender = decided.stood_in_for
    return DecisionBody(
        action=decided.action,
        by=by,
        at=decided.at,
        reason=record.reason,
        on_behalf_of=person(lender, decided.stood_in_for_name or "") if lender else None,
    )


def change(found: Change) -> ChangeBody:
    """A change as it goes over the wire."""
    masked = True if found.masked else None
    return ChangeBody(field=found.field, before=found.before, after=found.after, masked=masked)


def document(found: DocumentRecord, mask: Mask) -> DocumentBody:
    """A document as it goes over the wire to somebody from whom a mask hides something."""
    return DocumentBody(
        id=written(DOCUMENT, found.id),
        revision=found.revision,
        hash=None if mask else found.content_hash,
        party=found.party_name,
        content=mask.content(found.content),
        masked=mask.pointers(found.content) if mask else None,
    )
