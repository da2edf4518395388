"""Exceptions: steps that wait for a person, and the ways out of them."""

from typing import Literal

from fastapi import APIRouter, Request, Response

from api.acting import Repairing, repair
from api.answers import answered, read
from api.bodies import ReasonBody, given, read_id
from api.caller import ReadsExceptions, TheCaller
from api.documentation import accepts, problems
from api.edge import AtHand, Edge
from api.lists import Cursor, Filter, Limit, conditions, id_of, listing, newest_first, text
from api.problems import addressed
from api.shapes.base import Listing
from api.shapes.exception import Causes, ExceptionBody, cause
from api.trial import is_trial
from api.viewing import exception_body
from api.would import WouldAct
from domain.identifiers import EXCEPTION, PROCESS, written
from domain.listing import Key, Page
from domain.processes import exceptions_reading as reading
from domain.processes.exceptions import CANCEL, RETRY

router = APIRouter(prefix="/exceptions", tags=["Exceptions"])
FILTERS = {"state": Filter(text), "cause": Filter(text), "process": Filter(id_of(PROCESS))}
REPAIRING = problems(400, 401, 403, 404, 409, 415, 422, 503)


@router.get("", response_model=Listing[ExceptionBody] | Causes, responses=problems(400, 401, 403))
def list_exceptions(
    request: Request,
    *,
    edge: AtHand,
    caller: ReadsExceptions,
    limit: Limit = 50,
    cursor: Cursor = None,
    group_by: Literal["cause"] | None = None,
    count: Literal["exact"] | None = None,
) -> Response:
    """Parked steps, newest first, or how often each cause parked one. Filters: state, cause,
    process."""
    asked = conditions(request, FILTERS, besides=("group_by",))
    page = Page(limit, cursor, newest_first(request, "opened_at"))
    with edge.reading(caller.tenant) as connection:
        if group_by:
            return read(
                request, Causes(data=[cause(c) for c in reading.by_cause(connection, asked)])
            )
        return listing(
            request,
            connection,
            page,
            find=lambda page: reading.listed(connection, asked, page),
            key=lambda found: Key(found.opened_at, found.id),
            shape=lambda found: exception_body(edge, connection, caller, found),
            total=lambda: reading.count(connection, asked) if count else None,
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
    return await repaired(id, request, edge, caller, RETRY)


@router.post(
    "/{id}/cancel", status_code=202, response_model=ExceptionBody, responses=REPAIRING,
    **accepts(ReasonBody),
)  # fmt: skip
async def cancel(id: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Give up, and undo what was done."""
    return await repaired(id, request, edge, caller, CANCEL)


async def repaired(id: str, request: Request, edge: Edge, caller: TheCaller, way: str) -> Response:
    """The road of every repair, or what it would lead to."""
    exception = read_id(EXCEPTION, id)
    body = await given(request, ReasonBody)
    repairing = Repairing(edge, caller, exception, way, body.reason)
    if is_trial(request):
        found = repairing.check(False)
        return answered(WouldAct(would={"way": way, "process": written(PROCESS, found.process)}))
    return await repair(request, repairing)
