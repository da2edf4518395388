"""The audit log: who signed in or failed to, was refused a decision, used a key, got a role."""

from fastapi import APIRouter, Request, Response

from api.caller import ReadsAudit
from api.documentation import problems
from api.edge import AtHand
from api.lists import Cursor, Filter, Limit, conditions, id_of, listing, moment, text
from api.shapes.audit import NotedBody, noted
from api.shapes.base import Listing
from domain.access import audit
from domain.identifiers import USER
from domain.listing import Key, Page

router = APIRouter(prefix="/audit-log", tags=["People"])

FILTERS = {
    "kind": Filter(text),
    "user_id": Filter(id_of(USER)),
    "subject": Filter(text),
    "recorded_at": Filter(moment, ("gte", "lte")),
}


@router.get("", response_model=Listing[NotedBody], responses=problems(400, 401, 403))
def list_noted(
    request: Request,
    *,
    edge: AtHand,
    caller: ReadsAudit,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """What was noted, newest first. That it was read is noted as well.

    Filters: kind, user_id, subject, recorded_at with gte and lte.
    """
    asked = conditions(request, FILTERS)
    with edge.keeping(caller.tenant) as connection:
        query = {name: value for name, value in request.query_params.items() if name != "cursor"}
        audit.note(connection, audit.LOG_READ, user=caller.actor.user, facts={"query": query})
    with edge.reading(caller.tenant) as connection:
        return listing(
            request,
            connection,
            Page(limit, cursor),
            find=lambda page: audit.listed(connection, asked, page),
            key=lambda each: Key(each.recorded_at, each.id),
            shape=lambda each: noted(caller, each),
        )
