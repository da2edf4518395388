"""Exchange rates, to read."""

from datetime import date

from fastapi import APIRouter, Request, Response

from api.answers import read
from api.caller import ReadsLedger
from api.edge import AtHand
from api.lists import Filter, conditions, moment, text, value_of
from api.routes.ledger import READING, KnownAt, book
from api.shapes.rate import Rates, rate
from domain.access.company import today
from domain.ledger import rate_table

router = APIRouter(prefix="/ledger", tags=["Ledger"])

OF_RATES = {name: Filter(text) for name in ("kind", "from_currency", "to_currency")}


@router.get("/rates", response_model=Rates, responses=READING)
def list_rates(
    request: Request,
    *,
    edge: AtHand,
    caller: ReadsLedger,
    on: date | None = None,
    known_at: KnownAt = None,
    company: str | None = None,
) -> Response:
    """The rates that serve on a day, of each pair and kind the newest of the week before it.

    Filters: kind, from_currency, to_currency. `on` is today when it is left out.
    """
    asked = {
        each.field: each.value
        for each in conditions(request, OF_RATES, besides=("company", "on", "known_at"))
    }
    known = value_of("known_at", Filter(moment), known_at) if known_at else None
    with book(edge, caller, company) as (connection, of):
        day = on or today(connection)
        found = rate_table.in_force(
            connection, of.id, day, kind=asked.pop("kind", None), known_at=known
        )
    shown = [rate(each) for each in found]
    wanted = [each for each in shown if all(getattr(each, name) == asked[name] for name in asked)]
    return read(request, Rates(on=day, data=wanted))
