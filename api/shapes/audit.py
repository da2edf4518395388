"""A line of the audit log over the wire."""

from typing import Any

from api.caller import Caller
from api.shapes.base import Person, Resource, Time, person
from domain.access.audit import Noted
from domain.identifiers import AUDIT, USER, written


class NotedBody(Resource):
    """What happened, to or by which login, and about what."""

    id: str
    at: Time
    kind: str
    user: str | None
    login: str | None
    person: Person | None
    subject: str | None
    facts: dict[str, Any]


def noted(caller: Caller, found: Noted) -> NotedBody:
    """A line as it goes over the wire."""
    return NotedBody(
        tenant=caller.tenant_id,
        livemode=caller.livemode,
        id=written(AUDIT, found.id),
        at=found.recorded_at,
        kind=found.kind,
        user=written(USER, found.user) if found.user else None,
        login=found.login,
        person=person(found.person, found.name or "") if found.person else None,
        subject=found.subject,
        facts=dict(found.facts),
    )
