"""What people ask of the book: a reversal, a period locked or opened. Each starts a process."""

from datetime import date

from fastapi import APIRouter, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api.bodies import Given, given, read_id
from api.caller import TheCaller
from api.documentation import accepts
from api.edge import AtHand, Edge
from api.problems import addressed
from api.routes.processes import STARTING
from api.shapes.process import ProcessBody
from api.starting import StartBody
from api.trial import Trial, begun
from domain.access import company as masters
from domain.identifiers import COMPANY, ENTRY, PERIOD, written
from domain.ledger import entries, periods

router = APIRouter(tags=["Ledger"])


class ReversalBody(Given):
    """Why an entry is to be reversed, and on which day: today when none is said."""

    reason: str
    on_date: str | None = Field(default=None, description="A day such as 2026-07-31.")


class PeriodRequestBody(Given):
    """Why a period is to be locked or opened."""

    reason: str


@router.post(
    "/ledger/entries/{id}/reversal", status_code=202, response_model=ProcessBody | Trial,
    responses=STARTING, **accepts(ReversalBody),
)  # fmt: skip
async def reverse_entry(id: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Ask for an entry to be reversed: starts the process `entry_reversal`."""
    body = await given(request, ReversalBody)
    entry, today = await run_in_threadpool(reversible, edge, caller, id)
    asked = {"entry": id, "on_date": body.on_date or today.isoformat(), "reason": body.reason}
    return await begun(edge, caller, request, StartBody(
        type="entry_reversal", input=asked, company=entry,
    ))  # fmt: skip


def reversible(edge: Edge, caller: TheCaller, id: str) -> tuple[str, date]:
    """The company of an entry that is there, and the business day."""
    with edge.reading(caller.tenant) as connection, addressed("entry"):
        found = entries.entry(connection, read_id(ENTRY, id))
        return written(COMPANY, found.entry.company), masters.today(connection)


@router.post(
    "/periods/{id}/lock", status_code=202, response_model=ProcessBody | Trial,
    responses=STARTING, **accepts(PeriodRequestBody),
)  # fmt: skip
async def lock_period(id: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Ask for a month to be locked: starts the process `period_state`."""
    return await period_state(id, request, edge, caller, "locked")


@router.post(
    "/periods/{id}/reopen", status_code=202, response_model=ProcessBody | Trial,
    responses=STARTING, **accepts(PeriodRequestBody),
)  # fmt: skip
async def reopen_period(id: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Ask for a month to be opened again: starts the process `period_state`."""
    return await period_state(id, request, edge, caller, "open")


async def period_state(
    id: str, request: Request, edge: Edge, caller: TheCaller, state: str
) -> Response:
    """The process that gives a month its state."""
    body = await given(request, PeriodRequestBody)

    def month() -> periods.Period:
        with edge.reading(caller.tenant) as connection, addressed("period"):
            return periods.get(connection, read_id(PERIOD, id))

    period = await run_in_threadpool(month)
    asked = {"day": period.starts_on.isoformat(), "state": state, "reason": body.reason}
    company = written(COMPANY, period.company)
    named = StartBody(type="period_state", input=asked, company=company)
    return await begun(edge, caller, request, named)
