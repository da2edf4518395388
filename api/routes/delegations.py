"""Delegations: who decides for whom. Making and ending one each start a process."""

from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.bodies import Given, ReasonBody, given, read_id
from api.caller import Caller, TheCaller, allow
from api.documentation import accepts, problems
from api.edge import AtHand, Edge
from api.lists import Cursor, Limit, conditions, listing
from api.problems import addressed
from api.routes.processes import STARTING
from api.shapes.authority import DelegationBody, delegation
from api.shapes.base import Listing
from api.shapes.process import ProcessBody
from api.starting import StartBody
from api.trial import Trial, begun
from domain.access import reading
from domain.approvals import delegations_reading as delegations
from domain.identifiers import COMPANY, DELEGATION, written
from domain.listing import Key, Page
from domain.processes import reading as processes

router = APIRouter(prefix="/delegations", tags=["Tasks"])

Scope = Literal["mine", "all"]


class DelegationRequest(Given):
    """What is to be delegated. Without `giver` it is the caller's; days are such as 2026-11-30."""

    taker: str
    first_day: str
    last_day: str
    reason: str
    giver: str | None = None
    roles: list[str] = []
    types: list[str] = []
    cap: dict[str, Any] | None = None
    is_away: bool = False
    company: str | None = None


@router.get("", response_model=Listing[DelegationBody], responses=problems(400, 401, 403))
def list_delegations(
    request: Request,
    *,
    edge: AtHand,
    caller: TheCaller,
    scope: Scope = "mine",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Those the caller gives or takes, newest first; `all` for who reads processes."""
    conditions(request, {}, besides=("scope",))
    if scope == "all":
        allow(edge, caller, "processes")
    of = caller.actor.person if scope == "mine" else None
    with edge.reading(caller.tenant) as connection:
        return listing(
            request,
            connection,
            Page(limit, cursor),
            find=lambda page: list(delegations.listed(connection, page, of=of)),
            key=lambda found: Key(found.recorded_at, found.delegation.id),
            shape=lambda found: delegation(caller, found),
        )


@router.post(
    "", status_code=202, response_model=ProcessBody | Trial, responses=STARTING,
    **accepts(DelegationRequest),
)  # fmt: skip
async def delegate(request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Ask for another to decide in one's place: starts the process `delegation`."""
    body = await given(request, DelegationRequest)
    asked = {
        "giver": body.giver or await run_in_threadpool(own_login, edge, caller),
        "taker": body.taker,
        "roles": [{"role": role} for role in body.roles] or None,
        "types": [{"type": process_type} for process_type in body.types] or None,
        "first_day": body.first_day,
        "last_day": body.last_day,
        "cap": body.cap,
        "presence": "away" if body.is_away else "present",
        "reason": body.reason,
    }
    named = StartBody(type="delegation", input=asked, company=body.company)
    return await begun(edge, caller, request, named)


def own_login(edge: Edge, caller: Caller) -> str:
    """The login of the caller."""
    with edge.reading(caller.tenant) as connection:
        return reading.myself(connection, caller.actor).login


@router.delete(
    "/{id}", status_code=202, response_model=ProcessBody | Trial, responses=STARTING,
    **accepts(ReasonBody),
)  # fmt: skip
async def end_delegation(id: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """End one at once: starts the process `delegation_end`."""
    body = await given(request, ReasonBody)
    company = await run_in_threadpool(company_of, edge, caller, read_id(DELEGATION, id))
    asked = {"delegation": id, "reason": body.reason}
    named = StartBody(type="delegation_end", input=asked, company=company)
    return await begun(edge, caller, request, named)


def company_of(edge: Edge, caller: Caller, delegation: UUID) -> str:
    """The company in which a delegation was asked for."""
    with edge.reading(caller.tenant) as connection, addressed("delegation"):
        found = delegations.get(connection, delegation)
        return written(COMPANY, processes.get(connection, found.process).company)
