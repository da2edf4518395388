"""A line of the audit log over the wire."""

from typing import Any

from pydantic import BaseModel

from api.caller import Caller
from api.shapes.base import Person, Resource, Time, person
from domain.access.audit import Noted
from domain.access.audit_seals import Proof
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


class ProvenBatch(BaseModel):
    """A batch: what was signed, by which key, and the lines as they stand now."""

    batch: int
    head: str
    signature: str
    public_key: str
    lines: list[str]


class AuditProof(BaseModel):
    """Whole batches. The SHA-256 of a zero byte and a line is a leaf; the root of the leaves by
    RFC 6962 is the `root` of the head; the head is signed by Ed25519 and names the one before."""

    data: list[ProvenBatch]


def proven(found: Proof) -> AuditProof:
    """The proof as it goes over the wire."""
    return AuditProof(
        data=[
            ProvenBatch(
                batch=each.number,
                head=each.head,
                signature=each.signature.hex(),
                public_key=each.public_key.hex(),
                lines=list(found.lines[each.number]),
            )
            for each in found.batches
        ]
    )


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
