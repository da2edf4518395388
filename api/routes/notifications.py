"""Notifications: the caller's own, read or not; and what left by e-mail and text message."""

from typing import Literal

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.bodies import read_id
from api.caller import ReadsExceptions, TheCaller
from api.documentation import problems
from api.edge import AtHand, Edge
from api.lists import Cursor, Limit, conditions, listing
from api.problems import addressed
from api.shapes.base import Listing
from api.shapes.notification import DeliveryBody, NotificationBody, delivery, notification
from domain.identifiers import NOTIFICATION
from domain.listing import Key, Page
from domain.notifications import reading
from domain.notifications.reading import State

router = APIRouter(prefix="/notifications", tags=["Notifications"])

Outcome = Literal["waiting", "sent", "failed", "skipped", "not_configured"]


@router.get("", response_model=Listing[NotificationBody], responses=problems(400, 401))
def list_notifications(
    request: Request,
    *,
    edge: AtHand,
    caller: TheCaller,
    state: State = "unread",
    limit: Limit = 50,
    cursor: Cursor = None,
    count: Literal["exact"] | None = None,
) -> Response:
    """What the caller was told, newest first."""
    conditions(request, {}, besides=("state",))
    person = caller.actor.person
    with edge.reading(caller.tenant) as connection:
        return listing(
            request,
            connection,
            Page(limit, cursor),
            find=lambda page: reading.own(connection, person, state, page),
            key=lambda found: Key(found.created_at, found.id),
            shape=lambda found: notification(caller, found),
            total=lambda: reading.count(connection, person, state) if count else None,
        )


@router.get("/deliveries", response_model=Listing[DeliveryBody], responses=problems(400, 401, 403))
def list_deliveries(
    request: Request,
    *,
    edge: AtHand,
    caller: ReadsExceptions,
    state: Outcome | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """What left by e-mail and text message, newest first; `state=failed` tells what did not."""
    conditions(request, {}, besides=("state",))
    with edge.reading(caller.tenant) as connection:
        return listing(
            request,
            connection,
            Page(limit, cursor),
            find=lambda page: reading.deliveries(connection, state, page),
            key=lambda found: Key(found.created_at, found.id),
            shape=lambda found: delivery(caller, found),
        )


@router.put("/{id}/read", status_code=204, responses=problems(401, 404))
async def mark_read(id: str, edge: AtHand, caller: TheCaller) -> Response:
    """Note that the caller has read it. Again changes nothing."""
    await run_in_threadpool(note_read, edge, caller, id)
    return Response(status_code=204)


def note_read(edge: Edge, caller: TheCaller, id: str) -> None:
    """Only her own is there."""
    person = caller.actor.person
    with edge.reading(caller.tenant) as connection, addressed("notification"):
        found = reading.get(connection, read_id(NOTIFICATION, id), person=person)
    with edge.keeping(caller.tenant) as connection:
        reading.mark_read(connection, found.id, person=person)
