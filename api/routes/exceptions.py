"""Exceptions: steps that wait for a person, and the ways out of them."""

from typing import Literal

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.answers import answered, read
from api.assignee import assignee_of
from api.bodies import ActionBody, AssignBody, NoBody, ReasonBody, given, read_id
from api.caller import Caller, ReadsExceptions, TheCaller
from api.deciding import seen_of
from api.documentation import SEEN, accepts, problems
from api.edge import AtHand, Edge
from api.lists import Cursor, Filter, Limit, conditions, id_of, listing, newest_first, text
from api.problems import addressed
from api.repairing import Repairing, repair
from api.shapes.base import Listing
from api.shapes.exception import ExceptionBody, Groups, group
from api.shapes.unopened import UnopenedBody, unopened_body
from api.trial import is_trial
from api.viewing import exception_body
from api.would import WouldAct
from domain.identifiers import EXCEPTION, PERSON, PROCESS
from domain.identifiers import read as read_uuid
from domain.listing import Key, Page
from domain.processes import exceptions_groups, unopened
from domain.processes import exceptions_reading as reading
from domain.processes.assigning import Assigned
from domain.processes.exceptions import Choice
from domain.processes.exceptions_groups import By
from domain.processes.proposals import Confirmed, Proposed
from domain.processes.repairs import CANCEL, FIX, RETRY, SKIP
from domain.processes.said import OfException

router = APIRouter(prefix="/exceptions", tags=["Exceptions"])
FILTERS = {
    **{name: Filter(text) for name in ("state", "cause", "kind", "step", "type")},
    "process": Filter(id_of(PROCESS)),
}
APART = ("group_by", "assigned_to")
REPAIRING = problems(400, 401, 403, 404, 409, 415, 422, 503)
CONFIRMING = problems(400, 401, 403, 404, 409, 412, 415, 422, 428, 503)


@router.get("", response_model=Listing[ExceptionBody] | Groups, responses=problems(400, 401, 403))
def list_exceptions(
    request: Request,
    *,
    edge: AtHand,
    caller: ReadsExceptions,
    limit: Limit = 50,
    cursor: Cursor = None,
    group_by: By | None = None,
    assigned_to: str | None = None,
    count: Literal["exact"] | None = None,
) -> Response:
    """Parked steps, newest first, or groups of them with counts and totals. Filters: state, cause,
    kind, step, type, process, assigned_to (`me`, a person's id or a role)."""
    asked = conditions(request, FILTERS, besides=APART)
    page = Page(limit, cursor, newest_first(request, "opened_at"))
    hers = assignee_of(caller, assigned_to)
    with edge.reading(caller.tenant) as connection:
        if group_by:
            found = exceptions_groups.grouped(connection, group_by, asked, hers)
            return read(request, Groups(data=[group(each) for each in found]))
        return listing(
            request,
            connection,
            page,
            find=lambda page: reading.listed(connection, asked, page, hers),
            key=lambda found: Key(found.opened_at, found.id),
            shape=lambda found: exception_body(edge, connection, caller, found),
            total=lambda: reading.count(connection, asked, hers) if count else None,
        )


@router.get("/unopened", response_model=Listing[UnopenedBody], responses=problems(400, 401, 403))
def list_unopened(
    request: Request,
    *,
    edge: AtHand,
    caller: ReadsExceptions,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Starts that broke before there was a process, newest first, until they go on."""
    conditions(request, {})
    with edge.reading(caller.tenant) as connection:
        return listing(
            request,
            connection,
            Page(limit, cursor),
            find=lambda page: unopened.listed(connection, page),
            key=lambda found: Key(found.seen_at, found.process),
            shape=lambda found: unopened_body(caller, found),
        )


@router.get("/{id}", response_model=ExceptionBody, responses=problems(401, 403, 404))
def get_exception(id: str, request: Request, edge: AtHand, caller: ReadsExceptions) -> Response:
    """One parked step, with the ways out that the caller may choose."""
    with edge.reading(caller.tenant) as connection, addressed("exception"):
        found = reading.get_exception(connection, read_id(EXCEPTION, id))
        return read(request, exception_body(edge, connection, caller, found))


@router.post(
    "/{id}/retry", status_code=202, response_model=ExceptionBody, responses=REPAIRING,
    **accepts(ReasonBody),
)  # fmt: skip
async def retry(id: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Try the step again."""
    body = await given(request, ReasonBody)
    said = Choice(read_id(EXCEPTION, id), RETRY, body.reason)
    return await repaired(request, edge, caller, said)


@router.post(
    "/{id}/cancel", status_code=202, response_model=ExceptionBody, responses=REPAIRING,
    **accepts(ReasonBody),
)  # fmt: skip
async def cancel(id: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Give up, and undo what was done."""
    body = await given(request, ReasonBody)
    said = Choice(read_id(EXCEPTION, id), CANCEL, body.reason)
    return await repaired(request, edge, caller, said)


@router.post(
    "/{id}/fix", status_code=202, response_model=ExceptionBody, responses=REPAIRING,
    **accepts(ActionBody),
)  # fmt: skip
async def fix(id: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Propose the document as it is to be; another person confirms it, then the step is retried."""
    body = await given(request, ActionBody)
    said = Proposed(read_id(EXCEPTION, id), FIX, body.reason, body.input)
    return await repaired(request, edge, caller, said)


@router.post(
    "/{id}/skip", status_code=202, response_model=ExceptionBody, responses=REPAIRING,
    **accepts(ReasonBody),
)  # fmt: skip
async def skip(id: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Propose to leave the step out, where its definition allows it; another person confirms it."""
    body = await given(request, ReasonBody)
    said = Proposed(read_id(EXCEPTION, id), SKIP, body.reason)
    return await repaired(request, edge, caller, said)


@router.post(
    "/{id}/confirm", status_code=202, response_model=ExceptionBody, responses=CONFIRMING,
    **accepts(NoBody, SEEN),
)  # fmt: skip
async def confirm(id: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Do what another person proposed. If-Match is the hash of the proposal that was seen."""
    exception = read_id(EXCEPTION, id)
    await given(request, NoBody)
    said = Confirmed(exception, seen_of(request))
    return await repaired(request, edge, caller, said)


@router.post(
    "/{id}/assign", status_code=202, response_model=ExceptionBody, responses=REPAIRING,
    **accepts(AssignBody),
)  # fmt: skip
async def assign(id: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Give it to a person or a role of those who may repair it."""
    exception = read_id(EXCEPTION, id)
    body = await given(request, AssignBody)
    person = read_uuid(PERSON, body.person) if body.person else None
    said = Assigned(exception, body.reason, person, body.role)
    return await repaired(request, edge, caller, said)


async def repaired(request: Request, edge: Edge, caller: Caller, said: OfException) -> Response:
    """The road of every repair, or what it would lead to."""
    repairing = Repairing(edge, caller, said)
    if is_trial(request):
        return answered(WouldAct(would=await run_in_threadpool(repairing.trial)))
    return await repair(request, repairing)
