"""What only a sandbox has: a clock that can be put forward, other sandboxes, a fresh beginning."""

import json
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api.bodies import Given, Line, given
from api.caller import Caller, TheCaller
from api.documentation import PREFER, accepts, problems
from api.edge import AtHand, Edge
from api.handing_out import secret_of, with_parts
from api.problems import Problem
from api.shapes.people import WhyBody
from api.shapes.process import ProcessBody
from api.shapes.sandbox import FoundedBody, SandboxBody, SignIn
from api.starting import StartBody
from api.trial import Trial, begun
from domain.access import passwords
from domain.access.secret import PASSWORD
from domain.identifiers import PROCESS, TENANT, written
from domain.identifiers import read as read_id
from domain.sandbox import tenants
from domain.sandbox.cast import CAST

router = APIRouter(prefix="/sandbox", tags=["Sandbox"])

STARTING = problems(400, 401, 403, 409, 413, 415, 422, 503)
Count = Annotated[int, Field(ge=1, le=99_999)]


class AdvanceBody(Given):
    """How far, in days or hours, or until when (`3wd` is closing on the third working day)."""

    days: Count | None = None
    hours: Count | None = None
    to: Line | None = None

    @property
    def destination(self) -> str:
        """The one that is given, as the process takes it."""
        found = [f"{self.days}d"] if self.days else []
        found += [f"{self.hours}h"] if self.hours else []
        found += [self.to] if self.to else []
        if len(found) != 1:
            raise Problem("body_must_match_schema", "Give one of days, hours and to.")
        return found[0]


@router.post(
    "/clock/advance", status_code=202, response_model=ProcessBody | Trial, responses=STARTING,
    **accepts(AdvanceBody, PREFER),
)  # fmt: skip
async def advance_clock(request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Put the clock forward; deadlines, reminders, due dates and holds follow at once."""
    body = await given(request, AdvanceBody)
    start = StartBody(type="clock_advance", input={"to": body.destination})
    return await begun(edge, caller, request, start)


@router.post(
    "/tenants", status_code=202, response_model=FoundedBody | Trial, responses=STARTING,
    **accepts(SandboxBody, PREFER),
)  # fmt: skip
async def make_tenant(request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Make a sandbox beside this one. The answer tells the password of its cast, once."""
    body = await given(request, SandboxBody)
    return await founded(request, edge, caller, "sandbox_tenant", {"name": body.name})


@router.post(
    "/reset", status_code=202, response_model=FoundedBody | Trial, responses=STARTING,
    **accepts(WhyBody, PREFER),
)  # fmt: skip
async def reset(request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Put a fresh tenant in the place of this sandbox, whose logins, the caller's too, go off."""
    body = await given(request, WhyBody)
    return await founded(request, edge, caller, "sandbox_reset", {"reason": body.reason})


async def founded(
    request: Request, edge: Edge, caller: Caller, type: str, asked: dict[str, str]
) -> Response:
    """Start the process with the hash of a password, and tell the password beside its answer."""
    made = secret_of(edge, caller, request, PASSWORD)
    hash = await run_in_threadpool(passwords.hashed_alike, made)
    start = StartBody(type=type, input={**asked, "password_hash": hash})
    answer = await begun(edge, caller, request, start)
    if answer.status_code != 202:
        return answer
    process = read_id(PROCESS, json.loads(bytes(answer.body))["id"])
    is_first = "idempotent-replayed" not in answer.headers
    told = SignIn(
        tenant=written(TENANT, tenants.id_of(process)),
        logins=[*CAST],
        password=made.text if is_first else None,
    )
    return with_parts(answer, sign_in=told.model_dump(exclude_none=True))
