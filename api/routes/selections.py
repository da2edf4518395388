"""Selections, and the one thing that is done to all of their items."""

from typing import Literal

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.answers import answered, cursor_of, placed, read
from api.bodies import ReasonBody, given, read_id
from api.bulk import BulkRequest, begin
from api.caller import ReadsProcesses, TheCaller
from api.documentation import accepts, problems
from api.edge import AtHand
from api.lists import Limit, conditions, listing
from api.problems import addressed
from api.routes.processes import READING, STARTING
from api.selecting import Selecting, SelectionRequest, select
from api.shapes.base import Listing
from api.shapes.process import ProcessBody
from api.shapes.selection import (
    ItemBody,
    ResultBody,
    SelectionBody,
    WouldBulk,
    WouldSelect,
    item,
    result,
    selection,
    would,
)
from api.stopping import Stopping, stop
from api.trial import is_trial
from api.viewing import process_record
from api.would import WouldAct
from domain.identifiers import SELECTION
from domain.listing import Page
from domain.selections import bulk
from domain.selections import selection as selections
from domain.selections.bulk import State

router = APIRouter(tags=["Bulk"])


@router.post(
    "/selections", status_code=201, response_model=SelectionBody | WouldSelect,
    responses=problems(400, 401, 403, 404, 409, 413, 415, 422), **accepts(SelectionRequest),
)  # fmt: skip
async def freeze(request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Freeze tasks or exceptions: what is done to them later is what was seen at this moment."""
    body = await given(request, SelectionRequest)
    if is_trial(request):
        return answered(would(await run_in_threadpool(Selecting(edge, caller, body).check, False)))
    return await select(edge, caller, request, body)


@router.get("/selections/{id}", response_model=SelectionBody, responses=READING)
def get_selection(id: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """The caller's own selection: how many items it has and what they amount to."""
    with edge.reading(caller.tenant) as connection, addressed("selection"):
        found = selections.get(connection, read_id(SELECTION, id), user=caller.actor.user)
        return read(request, selection(caller, found, selections.items(connection, found.id)))


@router.get("/selections/{id}/items", response_model=Listing[ItemBody], responses=READING)
def list_items(
    id: str,
    request: Request,
    *,
    edge: AtHand,
    caller: TheCaller,
    limit: Limit = 50,
    cursor: str | None = None,
) -> Response:
    """The items in the order they were selected."""
    conditions(request, {})
    after = placed(cursor, int) or 0
    with edge.reading(caller.tenant) as connection, addressed("selection"):
        found = selections.get(connection, read_id(SELECTION, id), user=caller.actor.user)
        return listing(
            request,
            connection,
            Page(limit),
            find=lambda page: selections.items(
                connection, found.id, after=after, limit=page.limit + 1
            ),
            key=lambda each: cursor_of(each.position),
            shape=lambda each: item(found.resource, each),
        )


@router.post(
    "/bulk", status_code=202, response_model=ProcessBody | WouldBulk, responses=STARTING,
    **accepts(BulkRequest),
)  # fmt: skip
async def act_in_bulk(request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Do one thing to every item of a selection: starts the process `bulk_action`.

    Each item is decided or repaired by its own process, under the rights that the caller has then.
    A repair counts as done when the step's effect stands. To leave steps out is proposed by one
    person; another selects what is proposed (`query: {bulk}`) and confirms it.
    """
    return await begin(edge, caller, request, await given(request, BulkRequest))


@router.post(
    "/bulk/{id}/stop", status_code=202, response_model=ProcessBody | WouldAct,
    responses=problems(400, 401, 403, 404, 409, 415, 422, 503), **accepts(ReasonBody),
)  # fmt: skip
async def stop_bulk(id: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Begin no further item of bulk work; what is under way comes to its end."""
    body = await given(request, ReasonBody)
    return await stop(request, Stopping(edge, caller, id, body.reason))


@router.get("/processes/{id:path}/items", response_model=Listing[ResultBody], responses=READING)
def list_results(
    id: str,
    request: Request,
    *,
    edge: AtHand,
    caller: ReadsProcesses,
    status: State | Literal["pending"] | None = None,
    limit: Limit = 50,
    cursor: str | None = None,
) -> Response:
    """What became of each item of bulk work; `status=failed` tells which rule said no."""
    conditions(request, {}, besides=("status",))
    after = placed(cursor, int) or 0
    with edge.reading(caller.tenant) as connection:
        process = process_record(connection, id).id
        return listing(
            request,
            connection,
            Page(limit),
            find=lambda page: bulk.results(
                connection, process, state=status, after=after, limit=page.limit + 1
            ),
            key=lambda each: cursor_of(each.position),
            shape=result,
        )
