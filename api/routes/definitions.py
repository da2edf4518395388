"""A tenant's own versions of definitions: drafted, compared, tried, submitted, rolled back."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api import drafting
from api.answers import answered, read, tagged, written
from api.bodies import Given, Reason, given
from api.caller import Caller, ReadsProcesses, TheCaller
from api.documentation import SEEN, accepts, problems
from api.drafting import Beginning, Changing, DraftGiven, Kept, SourceGiven
from api.edge import AtHand, Edge
from api.lists import Cursor, Filter, Limit, conditions, listing, newest_first, text
from api.problems import addressed, not_found
from api.routes.processes import STARTING
from api.shapes import definition as shapes
from api.shapes.base import Listing
from api.shapes.definition import (
    DefinitionBody,
    Definitions,
    DiffBody,
    DraftBody,
    DraftSummary,
    SimulationBody,
    VersionBody,
    Versions,
)
from api.shapes.process import ProcessBody
from api.starting import StartBody
from api.trial import Trial, begun, is_trial
from domain.definitions.model import Definition
from domain.definitions.text import text_of
from domain.listing import Key, Page
from domain.versions import drafts, simulation, versions
from domain.versions.versions import Version

router = APIRouter(prefix="/config/definitions", tags=["Configuration"])

READING = problems(400, 401, 403, 404)
DRAFTING = problems(400, 401, 403, 404, 409, 413, 415, 422)
CHANGING = problems(400, 401, 403, 404, 409, 412, 413, 415, 422, 428)


class SubmitBody(Given):
    """Why the change is wanted, and from which day on: at once when none is said."""

    reason: Reason
    active_from: str | None = Field(default=None, description="A day such as 2026-08-01.")
    company: str | None = None


class RollbackBody(Given):
    """Why a version is to be taken out of force."""

    reason: Reason
    company: str | None = None


@router.get("", response_model=Definitions, responses=READING)
def list_definitions(request: Request, edge: AtHand, caller: ReadsProcesses) -> Response:
    """Every process type with the definition that new processes start with."""
    with edge.reading(caller.tenant) as connection:
        own = active(versions.listed(connection))
        types = edge.types(connection).all
    shipped = edge.catalog.definitions
    data = [shapes.definition(d, shipped.get(d.process), own.get(d.process)) for d in types]
    return read(request, Definitions(data=data))


def active(found: Sequence[Version]) -> dict[str, Version]:
    """The version in force of each type that has one."""
    return {version.type: version for version in found if version.state == "active"}


@router.get("/drafts", response_model=Listing[DraftSummary], responses=READING)
def list_drafts(
    request: Request,
    *,
    edge: AtHand,
    caller: ReadsProcesses,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Drafts, newest first."""
    conditions(request, {})
    page = Page(limit, cursor, newest_first(request, "created_at"))
    with edge.reading(caller.tenant) as connection:
        return listing(
            request,
            connection,
            page,
            find=lambda page: list(drafts.listed(connection, page)),
            key=lambda found: Key(found.created_at, found.id),
            shape=lambda found: shapes.draft_summary(
                caller, found, drafts.taken_by(connection, found)
            ),
        )


@router.post(
    "/drafts", status_code=201, response_model=DraftBody, responses=DRAFTING, **accepts(DraftGiven)
)
async def begin_draft(request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Begin a draft. It is kept with its mistakes, and has no effect until it is submitted."""
    body = await given(request, DraftGiven)
    if is_trial(request):
        return would_keep(await run_in_threadpool(Beginning(edge, caller, body).check, False))
    return await drafting.begin(edge, caller, request, body)


def would_keep(kept: Kept) -> Response:
    """What is wrong with a text, and what it would mean."""
    mistakes = [shapes.mistake(each) for each in kept.mistakes]
    return answered(shapes.WouldDraft(would={"definition": kept.hash}, mistakes=mistakes))


@router.get("/drafts/{id}", response_model=DraftBody, responses=READING)
def get_draft(id: str, request: Request, edge: AtHand, caller: ReadsProcesses) -> Response:
    """A draft with its text and all its mistakes. The ETag is what a change names in If-Match."""
    with edge.reading(caller.tenant) as connection:
        found = drafting.draft_record(connection, id)
        body = drafting.draft_body(edge, connection, caller, found)
        tag = drafting.tag(found, drafts.taken_by(connection, found))
    return tagged(request, Response(written(body), media_type="application/json"), tag)


@router.patch(
    "/drafts/{id}", response_model=DraftBody, responses=CHANGING, **accepts(SourceGiven, SEEN)
)
async def change_draft(id: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Put another text in its place. Only who drafted it does; not while it is submitted."""
    body = await given(request, SourceGiven)
    changing = Changing(edge, caller, id, body.source, drafting.seen_of(request))
    if is_trial(request):
        _, kept = await run_in_threadpool(changing.check)
        return would_keep(kept)
    return await run_in_threadpool(changing.perform)


@router.delete("/drafts/{id}", status_code=204, responses=problems(401, 403, 404, 409))
def discard_draft(id: str, edge: AtHand, caller: TheCaller) -> Response:
    """Throw a draft away that was not submitted."""
    with edge.reading(caller.tenant) as connection:
        found = drafting.draft_record(connection, id)
        drafts.check_maker(found, caller.actor.person)
        drafts.check_free(connection, found)
    with edge.keeping(caller.tenant) as connection:
        drafts.discard(connection, caller.tenant, found.id)
    return Response(status_code=204)


@router.get("/drafts/{id}/diff", response_model=DiffBody, responses=DRAFTING)
def diff_draft(id: str, request: Request, edge: AtHand, caller: ReadsProcesses) -> Response:
    """What a draft changes of the newest version, by meaning: each key that came, went, changed."""
    with edge.reading(caller.tenant) as connection:
        found = drafting.draft_record(connection, id)
        before, after, changes = drafting.compared(edge, connection, found)
    return read(request, DiffBody(
        draft=id, type=found.type, before=before.hash if before else None, after=after.hash,
        changes=[shapes.difference(each) for each in changes],
    ))  # fmt: skip


@router.post("/drafts/{id}/simulate", response_model=SimulationBody, responses=DRAFTING)
def simulate_draft(
    id: str,
    edge: AtHand,
    caller: ReadsProcesses,
    limit: Annotated[int, Query(ge=1, le=simulation.MOST)] = simulation.MOST,
) -> Response:
    """Try a draft on the running processes of its type and on the last that were completed.

    Nothing is stored. It tells which would be refused, approved by others, posted otherwise.
    """
    with edge.seeing_one_state(caller.tenant) as connection:
        found = drafting.draft_record(connection, id)
        draft = drafting.holding(edge, connection, found)

        def by_hash(wanted: str) -> Definition:
            return edge.definition(connection, wanted)

        done = simulation.simulate(connection, draft, by_hash, limit=limit)
    return answered(shapes.simulation(done, draft=id, definition=draft))


@router.post(
    "/drafts/{id}/submit", status_code=202, response_model=ProcessBody | Trial, responses=STARTING,
    **accepts(SubmitBody),
)  # fmt: skip
async def submit_draft(id: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Ask for a draft to come into force: starts the process `definition_change`."""
    body = await given(request, SubmitBody)
    asked = await run_in_threadpool(change_of, edge, caller, id)
    asked |= {"reason": body.reason}
    if body.active_from is not None:
        asked |= {"active_from": body.active_from}
    return await begun(edge, caller, request, StartBody(
        type=drafting.CHANGE, input=asked, company=body.company,
    ))  # fmt: skip


def change_of(edge: Edge, caller: Caller, id: str) -> dict[str, str]:
    """What the process is asked with, of a draft that holds and is the caller's."""
    with edge.reading(caller.tenant) as connection:
        found = drafting.draft_record(connection, id)
        drafts.check_maker(found, caller.actor.person)
        after = drafting.holding(edge, connection, found)
    return {"draft": id, "process_type": found.type, "definition": after.hash}


@router.get("/versions", response_model=Versions, responses=READING)
def list_versions(request: Request, edge: AtHand, caller: ReadsProcesses) -> Response:
    """Every version that the tenant had, the newest of each type first. Filter: type."""
    asked = conditions(request, {"type": Filter(text)})
    with edge.reading(caller.tenant) as connection:
        found = versions.listed(connection, asked[0].value if asked else None)
    return read(request, Versions(data=[shapes.version_summary(caller, each) for each in found]))


@router.get("/versions/{id}", response_model=VersionBody, responses=READING)
def get_version(id: str, request: Request, edge: AtHand, caller: ReadsProcesses) -> Response:
    """A version with its source as it was written."""
    with edge.reading(caller.tenant) as connection, addressed("version"):
        found = versions.get(connection, id)
    return read(request, shapes.version(caller, found))


@router.post(
    "/versions/{id}/rollback", status_code=202, response_model=ProcessBody | Trial,
    responses=STARTING, **accepts(RollbackBody),
)  # fmt: skip
async def roll_back(id: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Ask for the newest version to be taken out of force: starts `definition_rollback`."""
    body = await given(request, RollbackBody)

    def type_of() -> str:
        with edge.reading(caller.tenant) as connection, addressed("version"):
            return versions.get(connection, id).type

    process_type = await run_in_threadpool(type_of)
    asked = {"version": id, "process_type": process_type, "reason": body.reason}
    return await begun(edge, caller, request, StartBody(
        type="definition_rollback", input=asked, company=body.company,
    ))  # fmt: skip


@router.get("/{type}", response_model=DefinitionBody, responses=READING)
def get_definition(type: str, request: Request, edge: AtHand, caller: ReadsProcesses) -> Response:
    """One type as it is in force, with the text that a draft may begin from."""
    with edge.reading(caller.tenant) as connection:
        own = active(versions.listed(connection, type)).get(type)
        found = edge.types(connection).definitions.get(type)
    if found is None:
        raise not_found("process_type")
    summary = shapes.definition(found, edge.catalog.definitions.get(type), own)
    source = own.source if own else text_of(found)
    return read(request, DefinitionBody(**summary.model_dump(), source=source))
