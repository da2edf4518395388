"""Masters: read with their versions, and asked to be added or changed, which starts a process."""

from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.answers import cursor_of, placed, read, unquoted
from api.bodies import given
from api.caller import Caller, ReadsProcesses, TheCaller
from api.documentation import accepts, header
from api.edge import AtHand, Edge
from api.lists import Filter, Limit, conditions, listing, text, truth
from api.problems import Problem, addressed
from api.routes.processes import READING, STARTING
from api.shapes import master as shapes
from api.shapes.base import Listing
from api.shapes.master import (
    AskedBody,
    ChangeBody,
    MasterBody,
    MasterWithVersions,
    NewMasterBody,
)
from api.shapes.process import ProcessBody
from api.starting import StartBody
from api.trial import Trial, begun
from domain.definitions import policy
from domain.listing import Page
from domain.masters import reading
from domain.masters.kinds import BANK, Kind, Wish, kind_named
from domain.masters.reading import Master

router = APIRouter(prefix="/masters", tags=["Masters"])

OF_MASTERS = {"active": Filter(truth), "q": Filter(text)}
VERSION = header("If-Match", "The version that was looked at, which is its ETag. Compulsory.")


@router.get("/{kind}", response_model=Listing[MasterBody], responses=READING)
def list_masters(
    kind: str,
    request: Request,
    *,
    edge: AtHand,
    caller: ReadsProcesses,
    limit: Limit = 50,
    cursor: str | None = None,
) -> Response:
    """Masters of a kind by code. Filters: active, q (in the name)."""
    of = kind_named(kind)
    asked = {each.field: each.value for each in conditions(request, OF_MASTERS)}
    after = placed(cursor, str) or ""
    is_whole = sees_all(edge, caller, of)
    with edge.reading(caller.tenant) as connection:
        return listing(
            request,
            connection,
            Page(limit),
            find=lambda page: reading.listed(
                connection, of, **asked, after=after, limit=page.limit + 1
            ),
            key=lambda found: cursor_of(found.code),
            shape=lambda found: MasterBody(**shapes.master(caller, found, is_whole=is_whole)),
        )


@router.get("/{kind}/{code:path}", response_model=MasterWithVersions, responses=READING)
def get_master(
    kind: str, code: str, request: Request, edge: AtHand, caller: ReadsProcesses
) -> Response:
    """One master with every version it had. Its ETag is its version."""
    of = kind_named(kind)
    is_whole = sees_all(edge, caller, of)
    with edge.reading(caller.tenant) as connection, addressed("master"):
        found = reading.get(connection, of, code)
        versions = reading.versions(connection, found)
    body = MasterWithVersions(
        **shapes.master(caller, found, is_whole=is_whole),
        versions=[shapes.version(each, is_whole=is_whole) for each in versions],
    )
    return read(request, body, etag=str(found.version))


@router.post(
    "/{kind}", status_code=202, response_model=ProcessBody | Trial,
    responses=STARTING, **accepts(NewMasterBody),
)  # fmt: skip
async def add_master(kind: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Ask for a master to be added: starts the process of its kind."""
    of = kind_named(kind)
    body = await given(request, NewMasterBody)
    said = {name: value for name, value in body.said.items() if value is not None}
    asked = {"request": Wish.ADD.value, "code": body.code, **said, **body.beside}
    named = StartBody(type=of.name, input=asked, company=body.company)
    return await begun(edge, caller, request, named)


@router.patch(
    "/{kind}/{code:path}", status_code=202, response_model=ProcessBody | Trial,
    responses=STARTING, **accepts(ChangeBody, VERSION),
)  # fmt: skip
async def change_master(
    kind: str, code: str, request: Request, edge: AtHand, caller: TheCaller
) -> Response:
    """Ask for a master to be changed, deactivated or reactivated: starts the process of its kind.

    A bank account and the rest are asked for apart, since more people agree on the one.
    """
    of = kind_named(kind)
    version = seen_of(request)
    body = await given(request, ChangeBody)

    def before() -> Master:
        with edge.reading(caller.tenant) as connection, addressed("master"):
            return reading.get(connection, of, code)

    found = await run_in_threadpool(before)
    wish = wish_of(body)
    asked = {"request": wish.value, "code": code, "version": version, **body.beside}
    named = StartBody(type=of.name, input=asked | whole(found, wish, body), company=body.company)
    return await begun(edge, caller, request, named)


def seen_of(request: Request) -> str:
    """The version that was looked at. A change without one is refused."""
    tag = request.headers.get("if-match")
    if tag is None:
        raise Problem(
            "if_match_missing",
            "Send If-Match with the master's version, so that you change what you saw.",
        )
    return unquoted(tag)


def wish_of(body: ChangeBody) -> Wish:
    """What a change asks for. Refuses several at once: each has people of its own who agree."""
    found: set[Wish] = set()
    if body.active is not None:
        found.add(Wish.REACTIVATE if body.active else Wish.DEACTIVATE)
    found |= {Wish.CHANGE_BANK if name in BANK else Wish.CHANGE for name in body.said}
    if len(found) != 1:
        raise Problem(
            "master_changes_must_be_asked_apart",
            "Ask for one thing at a time: the bank account with its IFSC, whether it is active, or "
            "the rest.",
        )
    return found.pop()


def whole(found: Master, wish: Wish, body: AskedBody) -> dict[str, Any]:
    """What the wish says of a master, whole: as it is, with the changes on top."""
    kept = {name: found.known[name] for name in found.kind.takes(wish) if name in found.known}
    return {name: value for name, value in (kept | body.said).items() if value is not None}


def sees_all(edge: Edge, caller: Caller, kind: Kind) -> bool:
    """Whether she makes or checks masters of the kind, or audits."""
    definition = edge.type(caller.tenant, kind.name)
    able = set(definition.actions["start"].by)
    for stage in definition.stages:
        able |= policy.approvers(definition, stage)
    roles = edge.catalog.roles
    able |= {name for name, role in roles.items() if "everything" in role.reads}
    return bool(able & set(caller.actor.roles))
