"""A start that broke before there was a process, over the wire."""

from api.caller import Caller
from api.shapes.base import Resource, Time
from domain.identifiers import PROCESS, written
from domain.processes.unopened import Unopened


class UnopenedBody(Resource):
    """The process that was to be, and what the engine does not get past."""

    process: str
    type: str
    step: str
    attempt: int
    cause: str
    message: str
    started_at: Time
    seen_at: Time


def unopened_body(caller: Caller, found: Unopened) -> UnopenedBody:
    """The start as it is told."""
    return UnopenedBody(
        tenant=caller.tenant_id,
        livemode=caller.livemode,
        process=written(PROCESS, found.process),
        type=found.type,
        step=found.step,
        attempt=found.attempt,
        cause=found.cause,
        message=found.message,
        started_at=found.started_at,
        seen_at=found.seen_at,
    )
