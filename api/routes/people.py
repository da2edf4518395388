"""Logins, roles and grants: read by who may read people, changed by processes alone."""

from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.answers import read
from api.bodies import given, read_id
from api.caller import Caller, ReadsPeople, TheCaller
from api.documentation import accepts, problems
from api.edge import AtHand, Edge
from api.handing_out import secret_of, with_secret
from api.lists import Filter, conditions, id_of, text
from api.problems import addressed
from api.routes.processes import STARTING
from api.shapes.people import (
    GrantRequestBody,
    Grants,
    InvitedBody,
    RoleBody,
    Roles,
    UserRequestBody,
    Users,
    WhyBody,
    grant,
    user,
)
from api.shapes.process import ProcessBody
from api.starting import StartBody
from api.trial import Trial, begun
from domain.access import persons
from domain.access.secret import INVITATION
from domain.definitions import permissions
from domain.identifiers import PERSON, USER

router = APIRouter(tags=["People"])

OF_GRANTS = {"role": Filter(text), "person": Filter(id_of(PERSON))}


@router.get("/users", response_model=Users, responses=problems(400, 401, 403))
def list_users(request: Request, edge: AtHand, caller: ReadsPeople) -> Response:
    """Every login with the person behind it and her roles now."""
    conditions(request, {})
    with edge.reading(caller.tenant) as connection:
        found = [user(caller, each) for each in persons.listed(connection)]
    return read(request, Users(data=found))


@router.get("/roles", response_model=Roles, responses=problems(400, 401))
def list_roles(request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Every role: what it reads, and what it may start, act on, approve and repair."""
    conditions(request, {})
    may = permissions.by_role(edge.catalog.all)
    found = [
        RoleBody(
            role=name,
            title=role.title,
            reads=list(role.reads),
            permissions=sorted(may.get(name, ())),
        )
        for name, role in edge.catalog.roles.items()
    ]
    return read(request, Roles(data=found))


@router.get("/grants", response_model=Grants, responses=problems(400, 401, 403))
def list_grants(request: Request, edge: AtHand, caller: ReadsPeople) -> Response:
    """Every grant there ever was. Filters: role, person."""
    asked: dict[str, Any] = {each.field: each.value for each in conditions(request, OF_GRANTS)}
    with edge.reading(caller.tenant) as connection:
        found = [grant(caller, each) for each in persons.grants(connection, **asked)]
    return read(request, Grants(data=found))


@router.post(
    "/users", status_code=202, response_model=InvitedBody | Trial, responses=STARTING,
    **accepts(UserRequestBody),
)  # fmt: skip
async def add_user(request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Ask for a login: starts `user_account`. The answer holds the invitation, once."""
    body = await given(request, UserRequestBody)
    asked = body.model_dump(exclude_none=True) | {"change": "create"}
    return await invited(request, edge, caller, asked)


@router.post(
    "/users/{id}/invitation", status_code=202, response_model=InvitedBody | Trial,
    responses=STARTING, **accepts(WhyBody),
)  # fmt: skip
async def invite(id: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Ask for another invitation, for a forgotten password. The answer holds it, once."""
    return await invited(request, edge, caller, await change(id, request, edge, caller, "invite"))


@router.post(
    "/users/{id}/switch-off", status_code=202, response_model=ProcessBody | Trial,
    responses=STARTING, **accepts(WhyBody),
)  # fmt: skip
async def switch_off(id: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Ask for a login to be switched off."""
    return await account(
        request, edge, caller, await change(id, request, edge, caller, "switch_off")
    )


@router.post(
    "/users/{id}/switch-on", status_code=202, response_model=ProcessBody | Trial,
    responses=STARTING, **accepts(WhyBody),
)  # fmt: skip
async def switch_on(id: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Ask for a login to be switched on again."""
    return await account(
        request, edge, caller, await change(id, request, edge, caller, "switch_on")
    )


@router.post(
    "/grants", status_code=202, response_model=ProcessBody | Trial, responses=STARTING,
    **accepts(GrantRequestBody),
)  # fmt: skip
async def change_role(request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Ask for a role to be granted or revoked: starts `role_change`."""
    body = await given(request, GrantRequestBody)
    named = StartBody(type="role_change", input=body.model_dump(exclude_none=True))
    return await begun(edge, caller, request, named)


async def change(
    id: str, request: Request, edge: Edge, caller: Caller, what: str
) -> dict[str, str]:
    """What is asked about the login of an id."""
    body = await given(request, WhyBody)
    login = await run_in_threadpool(login_of, edge, caller, id)
    return {"change": what, "login": login, "reason": body.reason}


def login_of(edge: Edge, caller: Caller, id: str) -> str:
    """The login of an id in a path."""
    with edge.reading(caller.tenant) as connection, addressed("user"):
        return persons.get(connection, read_id(USER, id)).login


async def account(request: Request, edge: Edge, caller: Caller, asked: dict[str, str]) -> Response:
    """Start the process, or say what it would lead to."""
    return await begun(edge, caller, request, StartBody(type="user_account", input=asked))


async def invited(request: Request, edge: Edge, caller: Caller, asked: dict[str, str]) -> Response:
    """The same with an invitation, whose digest alone goes into the process."""
    made = secret_of(edge, caller, request, INVITATION)
    answer = await account(request, edge, caller, asked | {"invitation": made.hash.hex()})
    return with_secret(answer, "invitation", made)
