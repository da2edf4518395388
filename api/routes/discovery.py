"""What there is: process types with their forms, and who the caller is."""

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from api.answers import read
from api.bodies import given
from api.caller import TheCaller
from api.documentation import PREFER, accepts, problems
from api.edge import AtHand, Edge
from api.problems import not_found
from api.routes.processes import STARTING
from api.shapes.authority import (
    ApprovalLimitBody,
    DelegationBody,
    approval_limit,
    delegation,
)
from api.shapes.base import Person, Resource, person
from api.shapes.process import ProcessBody
from api.starting import StartBody, TypedStartBody
from api.trial import Trial, begun
from domain.access import reading
from domain.approvals import authority, delegations_reading
from domain.definitions import policy
from domain.definitions.model import Definition
from domain.definitions.schema import example, json_schema
from domain.identifiers import COMPANY, USER, written

router = APIRouter(tags=["Discover"])


class TypeSummary(BaseModel):
    """A kind of process in a list."""

    type: str
    title: str
    summary: str
    version: str
    may_start: bool
    links: dict[str, str]


class Types(BaseModel):
    """Every kind of process."""

    data: list[TypeSummary]


class TypeBody(TypeSummary):
    """A kind of process: its input as JSON Schema, stages, actions, levels of approval."""

    input: dict[str, Any]
    example: dict[str, Any]
    stages: list[dict[str, Any]]
    actions: list[dict[str, Any]]
    roles: dict[str, str]
    approvals: dict[str, Any]
    checks: list[str]


class CompanyBody(BaseModel):
    """A legal entity with a book of its own."""

    id: str
    code: str
    name: str
    base_currency: str


class RoleAtBranch(BaseModel):
    """A role that counts for one branch alone."""

    role: str
    branch: str


class Me(Resource):
    """The caller: who she is, what she holds, reads and may start."""

    person: Person
    user: str
    login: str
    tenant_name: str
    language: str
    roles: list[str]
    at_branches: list[RoleAtBranch]
    reads: list[str]
    may_start: list[str]
    limits: dict[str, list[str]]
    approval_limits: list[ApprovalLimitBody]
    delegations: list[DelegationBody]
    companies: list[CompanyBody]
    password_age_seconds: int | None


@router.get("/process-types", response_model=Types, responses=problems(401))
def list_process_types(request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Every kind of process."""
    with edge.reading(caller.tenant) as connection:
        types = [TypeSummary(**summary(d, caller)) for d in edge.types(connection).all]
    return read(request, Types(data=types))


@router.get("/process-types/{type}", response_model=TypeBody, responses=problems(401, 404))
def get_process_type(type: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """One kind of process with all that a form needs."""
    definition = definition_of(edge, caller, type)
    named = {role for action in definition.actions.values() for role in action.by}
    body = TypeBody(
        **summary(definition, caller),
        input=json_schema(definition),
        example=example(definition),
        stages=[
            {"name": name, **stage.model_dump(mode="json", exclude_defaults=True)}
            for name, stage in definition.stages.items()
        ],
        actions=[
            {"name": name, **action.model_dump(mode="json", by_alias=True)}
            for name, action in definition.actions.items()
        ],
        roles={n: role.title for n, role in edge.catalog.roles.items() if n in named},
        approvals={n: each.model_dump(mode="json") for n, each in definition.approvals.items()},
        checks=list(definition.checks),
    )
    return read(request, body)


@router.post(
    "/process-types/{type}/processes", status_code=202, response_model=ProcessBody | Trial,
    responses=STARTING, **accepts(TypedStartBody, PREFER),
)  # fmt: skip
async def start_typed(type: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Start a process of this kind; the same as POST /processes."""
    definition = await run_in_threadpool(definition_of, edge, caller, type)
    body = await given(request, TypedStartBody)
    named = StartBody(type=definition.process, **body.model_dump())
    return await begun(edge, caller, request, named)


def definition_of(edge: Edge, caller: TheCaller, type: str) -> Definition:
    """The definition that the path names, or 404."""
    with edge.reading(caller.tenant) as connection:
        types = edge.types(connection)
    if type not in types.definitions:
        raise not_found("process_type")
    return types.get(type)


def summary(definition: Definition, caller: TheCaller) -> dict[str, Any]:
    """What a list shows of a kind."""
    self = f"/v1/process-types/{definition.process}"
    return {
        "type": definition.process,
        "title": definition.title,
        "summary": definition.summary,
        "version": definition.hash,
        "may_start": policy.may(definition, "start", caller.actor.roles_somewhere),
        "links": {"self": self, "start": f"{self}/processes"},
    }


@router.get("/me", response_model=Me, responses=problems(401))
def get_me(request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Who the caller is and what she may."""
    actor, roles = caller.actor, edge.catalog.roles
    hers = actor.roles_somewhere
    with edge.reading(caller.tenant) as connection:
        own = reading.myself(connection, actor)
        held = authority.own_limits(connection, actor)
        lent = delegations_reading.not_over(connection, of=actor.person)
        types = edge.types(connection).all
    body = Me(
        tenant=caller.tenant_id,
        livemode=caller.livemode,
        person=person(actor.person, actor.name),
        user=written(USER, actor.user),
        login=own.login,
        tenant_name=own.tenant_name,
        language=own.language,
        roles=sorted(hers),
        at_branches=[
            RoleAtBranch(role=role, branch=branch) for role, branch in sorted(actor.at_branches)
        ],
        reads=sorted({area for r in hers if r in roles for area in roles[r].reads}),
        approval_limits=[approval_limit(limit, found) for limit, found in held],
        delegations=[delegation(caller, each) for each in lent],
        may_start=[d.process for d in types if policy.may(d, "start", hers)],
        limits={d.process: limits(d, hers) for d in types if d.approvals},
        password_age_seconds=actor.password_age,
        companies=[
            CompanyBody(
                id=written(COMPANY, c.id), code=c.code, name=c.name, base_currency=c.base_currency
            )
            for c in own.companies
        ],
    )
    return read(request, body)


def limits(definition: Definition, roles: frozenset[str]) -> list[str]:
    """In words, up to which amount her roles check a level."""
    return [
        f"level {level} {f'up to {band.up_to}' if band.up_to else 'of any amount above'}"
        for approval in definition.approvals.values()
        for band in approval.bands
        for level, role in enumerate(band.levels, 1)
        if role in roles
    ]
