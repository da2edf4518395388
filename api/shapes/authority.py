"""Limits and delegations over the wire."""

from datetime import date

from pydantic import BaseModel

from api.caller import Caller
from api.shapes.base import Money, Person, Resource, Time, money, person
from domain.access.limit import Limit
from domain.approvals.allowance import Allowance
from domain.approvals.delegations_reading import DelegationRecord
from domain.identifiers import COMPANY, DELEGATION, PROCESS, written


class ApprovalLimitBody(BaseModel):
    """Up to which amount the caller approves, and what she approved today of what it counts.

    Without a role it is her own. Without a type, company or branch it is about all of them.
    """

    role: str | None
    process_type: str | None
    company: str | None
    branch: str | None
    per_document: Money | None
    per_day: Money | None
    approved_today: Money
    left: Money | None


class DelegationBody(Resource):
    """Who decides for whom, from the first to the last day. No roles or types: all of hers."""

    id: str
    process: str
    giver: Person
    taker: Person
    roles: list[str]
    types: list[str]
    first_day: date
    last_day: date
    cap: Money | None
    is_away: bool
    reason: str
    recorded_at: Time
    ended_at: Time | None


def approval_limit(limit: Limit, found: Allowance) -> ApprovalLimitBody:
    """A limit with what is left of it."""
    return ApprovalLimitBody(
        role=limit.role,
        process_type=limit.process_type,
        company=written(COMPANY, limit.company) if limit.company else None,
        branch=limit.branch,
        per_document=money(limit.per_document) if limit.per_document else None,
        per_day=money(limit.per_day) if limit.per_day else None,
        approved_today=money(found.approved),
        left=money(found.left) if found.left else None,
    )


def delegation(caller: Caller, found: DelegationRecord) -> DelegationBody:
    """A delegation as it stands."""
    given = found.delegation
    return DelegationBody(
        tenant=caller.tenant_id,
        livemode=caller.livemode,
        id=written(DELEGATION, given.id),
        process=written(PROCESS, found.process),
        giver=person(given.giver, found.giver_name),
        taker=person(given.taker, found.taker_name),
        roles=list(given.roles),
        types=list(given.types),
        first_day=given.first_day,
        last_day=given.last_day,
        cap=money(given.cap) if given.cap else None,
        is_away=given.is_away,
        reason=given.reason,
        recorded_at=found.recorded_at,
        ended_at=found.ended_at,
    )
