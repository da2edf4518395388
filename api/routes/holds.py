"""What accounts may hold and what is reserved in them, to read."""

from fastapi import APIRouter, Request, Response

from api.answers import read
from api.bodies import read_id
from api.caller import ReadsLedger
from api.edge import AtHand
from api.lists import Cursor, Filter, Limit, conditions, listing, one_of, text
from api.problems import addressed
from api.routes.ledger import READING, READING_ONE, book
from api.shapes import hold as shapes
from api.shapes.base import Listing
from api.shapes.hold import HoldBody, HoldWithEvents, Limits
from domain.identifiers import HOLD
from domain.ledger import holds, holds_reading, limits
from domain.ledger.holds import HoldState
from domain.listing import Key, Page

router = APIRouter(prefix="/ledger", tags=["Ledger"])

OF_HOLDS = {"state": Filter(one_of(HoldState)), "account": Filter(text)}


@router.get("/limits", response_model=Limits, responses=READING)
def list_limits(
    request: Request,
    *,
    edge: AtHand,
    caller: ReadsLedger,
    company: str | None = None,
    display: bool = False,
) -> Response:
    """Floors and ceilings of accounts, by account. Filter: account (a code)."""
    asked = {
        each.field: each.value
        for each in conditions(request, {"account": Filter(text)}, besides=("company",))
    }
    with book(edge, caller, company) as (connection, of):
        found = limits.listed(connection, of.id)
    wanted = [each for each in found if asked.get("account", each.account) == each.account]
    return read(request, Limits(data=[shapes.limit(each, display=display) for each in wanted]))


@router.get("/holds", response_model=Listing[HoldBody], responses=READING)
def list_holds(
    request: Request,
    *,
    edge: AtHand,
    caller: ReadsLedger,
    company: str | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
    display: bool = False,
) -> Response:
    """Holds, last placed first. Filters: state, account (a code, of either side)."""
    asked = {each.field: each.value for each in conditions(request, OF_HOLDS, besides=("company",))}
    before = cursor.id if cursor else None
    with book(edge, caller, company) as (connection, of):
        return listing(
            request,
            connection,
            Page(limit),
            find=lambda page: list(
                holds_reading.listed(
                    connection, of.id, **asked, before=before, limit=page.limit + 1
                )
            ),
            key=lambda found: Key(found.placed_at, found.id),
            shape=lambda found: shapes.hold(caller, found, display=display),
        )


@router.get("/holds/{id}", response_model=HoldWithEvents, responses=READING_ONE)
def get_hold(
    id: str, request: Request, edge: AtHand, caller: ReadsLedger, display: bool = False
) -> Response:
    """One hold, and what became of it: placed, taken, released, expired."""
    with edge.reading(caller.tenant) as connection, addressed("hold"):
        found = holds.get(connection, read_id(HOLD, id))
        events = holds_reading.events(connection, found.id)
    return read(request, shapes.with_events(caller, found, events, display=display))
