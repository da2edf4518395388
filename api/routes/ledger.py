"""The book, to read: accounts, balances, entries, periods, reports."""

from fastapi import APIRouter, Request, Response

from api.answers import read
from api.bodies import read_id
from api.caller import ReadsLedger
from api.documentation import problems
from api.edge import AtHand
from api.problems import addressed
from api.shapes.entry import EntryBody, entry
from domain.identifiers import ENTRY
from domain.ledger import reading

router = APIRouter(prefix="/ledger", tags=["Ledger"])


@router.get("/entries/{id:path}", response_model=EntryBody, responses=problems(401, 403, 404))
def get_entry(
    id: str, request: Request, edge: AtHand, caller: ReadsLedger, display: bool = False
) -> Response:
    """One entry, by id or `number:PI/2026-27/00001`, with its reversal links and process."""
    kind, _, number = id.partition(":")
    with edge.reading(caller.tenant) as connection, addressed("entry"):
        if kind == "number":
            found = reading.with_number(connection, number)
        else:
            found = reading.get(connection, read_id(ENTRY, id))
    return read(request, entry(caller, found, display=display))
