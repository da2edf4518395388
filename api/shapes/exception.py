"""A parked step over the wire, with what is proposed for it; and groups of them."""

from pydantic import BaseModel

from api.caller import Caller
from api.shapes.base import Money, Person, Resource, Time, money, person
from api.shapes.task import ChangeBody, change
from domain.identifiers import EXCEPTION, PROCESS, written
from domain.processes.exceptions_groups import Group
from domain.processes.exceptions_reading import ExceptionRecord, ProposalRecord


class ProposalBody(BaseModel):
    """What waits for a second person, who confirms its `hash`; a fix with what it changes."""

    way: str
    hash: str
    reason: str
    proposed_by: Person
    proposed_at: Time
    changes: list[ChangeBody]


class AssigneeBody(BaseModel):
    """Who looks after it: a person or a role."""

    person: Person | None
    role: str | None


class ExceptionBody(Resource):
    """A parked step or what the engine does not get past, and how it was resolved."""

    id: str
    kind: str
    process: str
    reference: str
    subject: str
    type: str
    amount: Money | None
    step: str
    attempt: int
    tries: int
    cause: str
    message: str
    state: str
    opened_at: Time
    assigned_to: AssigneeBody | None
    proposal: ProposalBody | None
    resolution: str | None
    reason: str | None
    resolved_by: str | None
    resolved_at: Time | None
    allowed_actions: list[str]


class GroupBody(BaseModel):
    """How many stand still for what they have in common, and what they are about in all.

    `cause` is the group's where it is grouped by cause.
    """

    by: str
    value: str
    cause: str | None
    count: int
    oldest: Time
    message: str
    causes: list[str]
    types: list[str]
    steps: list[str]
    amounts: list[Money]


class Groups(BaseModel):
    """The groups, the largest first."""

    data: list[GroupBody]


def exception(caller: Caller, found: ExceptionRecord, allowed: list[str]) -> ExceptionBody:
    """An exception as it stands."""
    return ExceptionBody(
        tenant=caller.tenant_id,
        livemode=caller.livemode,
        id=written(EXCEPTION, found.id),
        kind=found.kind,
        process=written(PROCESS, found.process),
        reference=found.reference,
        subject=found.subject,
        type=found.type,
        amount=money(found.amount) if found.amount else None,
        step=found.step,
        attempt=found.attempt,
        tries=found.tries,
        cause=found.cause,
        message=found.message,
        state=found.state,
        opened_at=found.opened_at,
        assigned_to=assignee(found),
        proposal=proposal(found.proposal) if found.proposal else None,
        resolution=found.resolution,
        reason=found.reason,
        resolved_by=found.resolver,
        resolved_at=found.resolved_at,
        allowed_actions=allowed,
    )


def assignee(found: ExceptionRecord) -> AssigneeBody | None:
    """Who looks after it, when somebody does."""
    if found.assigned_person is not None:
        return AssigneeBody(person=person(found.assigned_person, found.assignee or ""), role=None)
    return AssigneeBody(person=None, role=found.assigned_role) if found.assigned_role else None


def proposal(found: ProposalRecord) -> ProposalBody:
    """What waits."""
    return ProposalBody(
        way=found.way,
        hash=found.hash,
        reason=found.reason,
        proposed_by=person(found.proposed_by, found.proposer),
        proposed_at=found.proposed_at,
        changes=[change(each) for each in found.changes],
    )


def group(found: Group) -> GroupBody:
    """A group."""
    return GroupBody(
        by=found.by,
        value=found.value,
        cause=found.value if found.by == "cause" else None,
        count=found.count,
        oldest=found.oldest,
        message=found.message,
        causes=list(found.causes),
        types=list(found.types),
        steps=list(found.steps),
        amounts=[money(each) for each in found.amounts],
    )
