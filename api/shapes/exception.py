"""A parked step over the wire."""

from pydantic import BaseModel

from api.caller import Caller
from api.shapes.base import Resource, Time
from domain.identifiers import EXCEPTION, PROCESS, written
from domain.processes.exceptions_reading import Cause, ExceptionRecord


class ExceptionBody(Resource):
    """A parked step, and how it was resolved."""

    id: str
    process: str
    reference: str
    subject: str
    step: str
    attempt: int
    cause: str
    message: str
    state: str
    opened_at: Time
    resolution: str | None
    reason: str | None
    resolved_by: str | None
    resolved_at: Time | None
    allowed_actions: list[str]


class CauseBody(BaseModel):
    """How often something parked a step."""

    cause: str
    count: int
    oldest: Time
    message: str


class Causes(BaseModel):
    """The causes, the most frequent first."""

    data: list[CauseBody]


def exception(caller: Caller, found: ExceptionRecord, allowed: list[str]) -> ExceptionBody:
    """An exception as it stands."""
    return ExceptionBody(
        tenant=caller.tenant_id,
        livemode=caller.livemode,
        id=written(EXCEPTION, found.id),
        process=written(PROCESS, found.process),
        reference=found.reference,
        subject=found.subject,
        step=found.step,
        attempt=found.attempt,
        cause=found.cause,
        message=found.message,
        state=found.state,
        opened_at=found.opened_at,
        resolution=found.resolution,
        reason=found.reason,
        resolved_by=found.resolver,
        resolved_at=found.resolved_at,
        allowed_actions=allowed,
    )


def cause(found: Cause) -> CauseBody:
    """A cause with how often it happened."""
    return CauseBody(
        cause=found.cause, count=found.count, oldest=found.oldest, message=found.message
    )
