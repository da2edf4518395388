"""Notifications over the wire: in an inbox, and on their way out."""

from api.caller import Caller
from api.shapes.base import Person, Resource, Time, person
from domain.identifiers import NOTIFICATION, PROCESS, TASK, written
from domain.notifications.reading import Told


class NotificationBody(Resource):
    """What the caller was told; `read_at` is when she read it."""

    id: str
    name: str
    process: str
    task: str | None
    language: str
    subject: str | None
    text: str
    created_at: Time
    read_at: Time | None


class DeliveryBody(Resource):
    """A message that left, waits or failed. The address is masked and the text left out."""

    id: str
    name: str
    process: str
    channel: str
    to: Person | None
    address: str | None
    state: str
    attempts: int
    segments: int | None
    problem: str | None
    created_at: Time
    settled_at: Time | None
    next_attempt_at: Time | None


def notification(caller: Caller, found: Told) -> NotificationBody:
    """One of the caller's own."""
    return NotificationBody(
        tenant=caller.tenant_id,
        livemode=caller.livemode,
        id=written(NOTIFICATION, found.id),
        name=found.name,
        process=written(PROCESS, found.process),
        task=written(TASK, found.task) if found.task else None,
        language=found.language,
        subject=found.subject,
        text=found.body,
        created_at=found.created_at,
        read_at=found.read_at,
    )


def delivery(caller: Caller, found: Told) -> DeliveryBody:
    """What became of a message."""
    return DeliveryBody(
        tenant=caller.tenant_id,
        livemode=caller.livemode,
        id=written(NOTIFICATION, found.id),
        name=found.name,
        process=written(PROCESS, found.process),
        channel=found.channel,
        to=person(found.person, found.person_name or "") if found.person else None,
        address=masked(found.address),
        state=found.state,
        attempts=found.attempts,
        segments=found.segments,
        problem=hidden_in(found.problem, found.address),
        created_at=found.created_at,
        settled_at=found.settled_at,
        next_attempt_at=found.next_at,
    )


def hidden_in(problem: str | None, address: str | None) -> str | None:
    """The words of a gateway, in which the address may stand."""
    return problem.replace(address, masked(address) or "") if problem and address else problem


def masked(address: str | None) -> str | None:
    """`b•••@example.in`, `+91•••10`: enough to tell two apart, not to write to anybody."""
    if address is None:
        return None
    name, at, domain = address.rpartition("@")
    return f"{name[:1]}•••@{domain}" if at else f"{address[:3]}•••{address[-2:]}"
