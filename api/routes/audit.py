"""The audit log: who signed in or failed to, was refused a decision, used a key, got a role."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.answers import read
from api.caller import ReadsAudit
from api.documentation import problems
from api.edge import AtHand
from api.lists import Cursor, Filter, Limit, conditions, id_of, listing, moment, text, value_of
from api.shapes.audit import AuditProof, NotedBody, noted, proven
from api.shapes.base import Listing
from domain.access import audit, audit_seals
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


@router.get("/proof", response_model=AuditProof, responses=problems(400, 401, 403))
def prove(
    request: Request,
    *,
    edge: AtHand,
    caller: ReadsAudit,
    since: Annotated[str, Query(alias="from", max_length=64)],
    until: Annotated[str, Query(alias="to", max_length=64)],
) -> Response:
    """The sealed batches that hold what was noted in a time; anybody can recompute their roots."""
    conditions(request, {}, besides=("from", "to"))
    within = Filter(moment)
    first, last = value_of("from", within, since), value_of("to", within, until)
    with edge.seeing_one_state(caller.tenant) as connection:
        found = audit_seals.proof(connection, since=first, until=last)
    return read(request, proven(found))
