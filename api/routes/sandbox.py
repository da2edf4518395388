"""What only a sandbox has: a clock that can be put forward."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from api.bodies import Given, Line, given
from api.caller import TheCaller
from api.documentation import PREFER, accepts, problems
from api.edge import AtHand
from api.problems import Problem
from api.shapes.process import ProcessBody
from api.starting import StartBody
from api.trial import Trial, begun

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
