"""Processes: started, read, listed, and acted on."""

from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.acting import Acting, act
from api.answers import answered, read
from api.bodies import ActionBody, Given, Reason, ReasonBody, given
from api.caller import Caller, ReadsEngine, ReadsProcesses, TheCaller
from api.documentation import PREFER, accepts, problems
from api.edge import AtHand, Edge
from api.engine import engine_body, not_yet_recorded
from api.lists import (
    RANGE,
    Cursor,
    Filter,
    Limit,
    amount,
    conditions,
    id_of,
    listing,
    moment,
    newest_first,
    text,
)
from api.problems import FieldProblem, Problem
from api.shapes.base import Listing
from api.shapes.process import (
    EngineBody,
    EventBody,
    ProcessBody,
    Steps,
    View,
    event,
    step,
)
from api.starting import StartBody
from api.trial import Trial, begun, is_trial
from api.viewing import INCLUDES, mask_of, process_body, process_in_full, process_record
from api.would import WouldAct
from domain.identifiers import PERSON, PROCESS, written
from domain.listing import Key, Page
from domain.processes import reading
from domain.processes.action import Asked
from domain.processes.withdrawing import withdrawing

router = APIRouter(prefix="/processes", tags=["Processes"])

STARTING = problems(400, 401, 403, 404, 409, 413, 415, 422, 423, 503)
ACTING = problems(400, 401, 403, 404, 409, 413, 415, 422, 423, 503)
READING = problems(400, 401, 403, 404)
FILTERS = {
    "status": Filter(text),
    "type": Filter(text),
    "stage": Filter(text),
    "created_by": Filter(id_of(PERSON)),
    "external_ref": Filter(text),
    "reference": Filter(text),
    "parent": Filter(id_of(PROCESS)),
    "branch": Filter(text),
    "amount": Filter(amount, RANGE),
    "created_at": Filter(moment, RANGE),
}


class CancelBody(Given):
    """Why it is cancelled; `reverse` once it is posted."""

    reason: Reason | None = None
    reverse: bool = False


class AmendBody(Given):
    """The corrected input, whole."""

    input: Any


@router.post(
    "", status_code=202, response_model=ProcessBody | Trial, responses=STARTING,
    **accepts(StartBody, PREFER),
)  # fmt: skip
async def start_process(request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Start a process: 202 once it is recorded, or with the same id when no worker answers yet."""
    body = await given(request, StartBody)
    return await begun(edge, caller, request, body)


@router.get("", response_model=Listing[ProcessBody], responses=READING)
def list_processes(
    request: Request,
    *,
    edge: AtHand,
    caller: ReadsProcesses,
    limit: Limit = 50,
    cursor: Cursor = None,
    display: bool = False,
    count: Literal["exact"] | None = None,
) -> Response:
    """Processes, newest first. Filters: status, type, stage, created_by, external_ref,
    reference, parent, amount[gte|lte], created_at[gte|lte]."""
    asked = conditions(request, FILTERS)
    page = Page(limit, cursor, newest_first(request, "created_at"))
    view = View(caller, display)
    with edge.reading(caller.tenant) as connection:
        return listing(
            request,
            connection,
            page,
            find=lambda page: reading.listed(connection, asked, page),
            key=lambda found: Key(found.created_at, found.id),
            shape=lambda found: process_body(edge, connection, view, found),
            total=lambda: reading.count(connection, asked) if count else None,
        )


@router.get("/{id:path}/steps", response_model=Steps, responses=READING)
def list_steps(
    id: str,
    request: Request,
    *,
    edge: AtHand,
    caller: ReadsProcesses,
    view: Literal["business", "technical"] = "business",
) -> Response:
    """What was done, by whom and when; `view=technical` adds effect keys and digests."""
    technical = view == "technical"
    with edge.reading(caller.tenant) as connection:
        found = process_record(connection, id)
        hidden = mask_of(edge.definition(connection, found.definition_hash), View(caller))
        steps = [
            step(each, hidden, technical=technical) for each in reading.steps(connection, found.id)
        ]
    process = written(PROCESS, found.id)
    engine = f"/v1/processes/{process}/engine" if technical else None
    return read(request, Steps(process=process, data=steps, engine=engine))


@router.get("/{id:path}/events", response_model=Listing[EventBody], responses=READING)
def list_events(
    id: str,
    request: Request,
    *,
    edge: AtHand,
    caller: ReadsProcesses,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """What others are told of, oldest first."""
    conditions(request, {})
    with edge.reading(caller.tenant) as connection:
        found = process_record(connection, id)
        hidden = mask_of(edge.definition(connection, found.definition_hash), View(caller))
        return listing(
            request,
            connection,
            Page(limit, cursor, newest_first=False),
            find=lambda page: reading.events_of(connection, found.id, page),
            key=lambda each: Key(each.recorded_at, each.id),
            shape=lambda each: event(View(caller), each, hidden),
        )


@router.get("/{id:path}/engine", response_model=EngineBody, responses=READING)
async def get_engine(id: str, request: Request, edge: AtHand, caller: ReadsEngine) -> Response:
    """Where the engine keeps the process."""
    found, stored = await run_in_threadpool(engine_record, edge, caller, id)
    return answered(await engine_body(edge, caller, found, stored=stored))


def engine_record(edge: Edge, caller: Caller, id: str) -> tuple[reading.ProcessRecord, bool]:
    """The process, and whether its history is kept here."""
    with edge.reading(caller.tenant) as connection:
        found = process_record(connection, id)
        return found, reading.history_is_stored(connection, found.id)


@router.get("/{id:path}", response_model=ProcessBody, responses=READING)
async def get_process(
    id: str,
    request: Request,
    *,
    edge: AtHand,
    caller: ReadsProcesses,
    include: str = "",
    display: bool = False,
) -> Response:
    """One process, by id, `reference:BILL-…` or `number:PI/2026-27/00001`."""
    wanted = included(include)
    try:
        body = await run_in_threadpool(process_found, edge, View(caller, display), id, wanted)
    except Problem as problem:
        body = await not_yet_recorded(edge, caller, id, problem)
    return read(request, body)


def process_found(edge: Edge, view: View, id: str, include: frozenset[str]) -> ProcessBody:
    """The process from the database."""
    with edge.reading(view.caller.tenant) as connection:
        found = process_record(connection, id)
        return process_in_full(edge, connection, view, found, include)


def included(include: str) -> frozenset[str]:
    """What is asked for beside the process itself."""
    wanted = frozenset(filter(None, include.split(",")))
    strange = sorted(wanted - set(INCLUDES))
    if strange:
        detail = f"{strange[0][:40]!r} cannot be included. Use: {', '.join(INCLUDES)}."
        error = FieldProblem("include", "filter_must_be_known", detail, INCLUDES)
        raise Problem("filter_must_be_known", detail, errors=[error])
    return wanted


# Before the roads of single actions: an id may hold slashes, as numbers do.
@router.post(
    "/{id:path}/actions/{name}", status_code=202, response_model=ProcessBody, responses=ACTING,
    **accepts(ActionBody),
)  # fmt: skip
async def take_action(
    id: str, name: str, request: Request, edge: AtHand, caller: TheCaller
) -> Response:
    """Take an action that the process type names, such as pay_now."""
    body = await given(request, ActionBody)
    return await acted(request, Acting(edge, caller, id, Asked(name, body.reason, body.input)))


@router.post(
    "/{id:path}/cancel", status_code=202, response_model=ProcessBody, responses=ACTING,
    **accepts(CancelBody),
)  # fmt: skip
async def cancel(id: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Cancel before posting; with `reverse` afterwards, which posts the mirror."""
    body = await given(request, CancelBody)
    action = "reverse" if body.reverse else "cancel"
    return await acted(request, Acting(edge, caller, id, Asked(action, body.reason)))


@router.post(
    "/{id:path}/amend", status_code=202, response_model=ProcessBody, responses=ACTING,
    **accepts(AmendBody),
)  # fmt: skip
async def amend(id: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Put a corrected input in place; every level checks again."""
    body = await given(request, AmendBody)
    return await acted(request, Acting(edge, caller, id, Asked("amend", None, body.input)))


@router.post(
    "/{id:path}/withdraw", status_code=202, response_model=ProcessBody, responses=ACTING,
    **accepts(ReasonBody),
)  # fmt: skip
async def withdraw(id: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Take back what the caller entered herself, while nothing is posted."""
    body = await given(request, ReasonBody)
    name = await run_in_threadpool(withdrawal, edge, caller, id)
    return await acted(request, Acting(edge, caller, id, Asked(name, body.reason)))


def withdrawal(edge: Edge, caller: Caller, id: str) -> str:
    """The action by which the caller withdraws the process."""
    with edge.reading(caller.tenant) as connection:
        found = process_record(connection, id)
        definition = edge.definition(connection, found.definition_hash)
        return withdrawing(definition, found.maker, found.reference, caller.actor)


async def acted(request: Request, acting: Acting) -> Response:
    """The road of every action, or what it would lead to."""
    if is_trial(request):
        found = await run_in_threadpool(acting.check, False)
        would = {"action": acting.what.action, "process": written(PROCESS, found.id)}
        return answered(WouldAct(would={**would, "from": found.stage}))
    return await act(request, acting)
