"""Tasks: inboxes, one task with everything to decide it by, and the decisions."""

from typing import Literal

from fastapi import APIRouter, Request, Response

from api.answers import read
from api.bodies import Given, Line, ReasonBody, given, read_id
from api.caller import ReadsTasks, TheCaller, allow
from api.deciding import decide
from api.documentation import SEEN, accepts, problems
from api.edge import AtHand, Edge
from api.lists import Cursor, Limit, conditions, listing
from api.problems import addressed
from api.routes.comments import CommentGiven
from api.shapes.base import Listing
from api.shapes.process import View
from api.shapes.task import TaskBody
from api.tending import Tending, tend, the_task
from api.trial import is_trial, would_decide
from api.viewing import task_body, task_in_full
from api.would import WouldAct
from domain.approvals import inboxes, reading
from domain.approvals.ladders import Ladders
from domain.approvals.policy import APPROVE, REJECT, SEND_BACK
from domain.approvals.tending import CLAIM, COMMENT, ESCALATE, RELEASE, SNOOZE, Wish
from domain.identifiers import TASK
from domain.listing import Key, Page
from domain.processes import involvement

router = APIRouter(prefix="/tasks", tags=["Tasks"])

Scope = Literal["mine", "team", "all"]
State = Literal["open", "decided", "withdrawn", "all"]
TENDING = problems(400, 401, 403, 404, 409, 415, 422, 503)
DECIDING = problems(400, 401, 403, 404, 409, 412, 422, 428, 503)


class SnoozeBody(Given):
    """Until when, such as `2026-07-16T10:00:00+05:30`."""

    until: Line


@router.get("", response_model=Listing[TaskBody], responses=problems(400, 401, 403))
def list_tasks(
    request: Request,
    *,
    edge: AtHand,
    caller: ReadsTasks,
    scope: Scope = "mine",
    state: State = "open",
    limit: Limit = 50,
    cursor: Cursor = None,
    display: bool = False,
    count: Literal["exact"] | None = None,
) -> Response:
    """An inbox, newest first: what the caller may decide, what her roles may, or everything.

    Everything (`all`) is for those who read all tasks.
    """
    conditions(request, {}, besides=("scope", "state"))
    if scope == "all":
        allow(edge, caller, "all_tasks")
    with edge.reading(caller.tenant) as connection:
        actor, view = caller.actor, View(caller, display)
        ladders = Ladders(connection, actor)
        return listing(
            request,
            connection,
            Page(limit, cursor),
            find=lambda page: inboxes.listed(
                connection, actor, scope=scope, state=state, page=page
            ),
            key=lambda task: Key(task.opened_at, task.checking.task),
            shape=lambda task: task_body(edge, view, task, ladders),
            total=lambda: (
                inboxes.count(connection, actor, scope=scope, state=state) if count else None
            ),
        )


@router.get("/{id}", response_model=TaskBody, responses=problems(401, 403, 404))
def get_task(
    id: str, request: Request, edge: AtHand, caller: TheCaller, display: bool = False
) -> Response:
    """One task that the caller takes part in. Its ETag is what a decision names in If-Match."""
    with edge.reading(caller.tenant) as connection, addressed("task"):
        found = reading.get(connection, read_id(TASK, id))
        allow(edge, caller, "tasks")
        involvement.check_involved(connection, edge.catalog.roles, found.process, caller.actor)
        body = task_in_full(edge, connection, View(caller, display), found)
    return read(request, body, etag=None if found.checking.decided else body.subject_hash)


@router.post(
    "/{id}/approve", response_model=TaskBody, responses=DECIDING, **accepts(ReasonBody, SEEN)
)
async def approve(id: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Approve what was seen; 200 once the decision is recorded."""
    return await decided(id, request, edge, caller, APPROVE)


@router.post(
    "/{id}/reject", response_model=TaskBody, responses=DECIDING, **accepts(ReasonBody, SEEN)
)
async def reject(id: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Reject with a reason."""
    return await decided(id, request, edge, caller, REJECT)


@router.post(
    "/{id}/send-back", response_model=TaskBody, responses=DECIDING, **accepts(ReasonBody, SEEN)
)
async def send_back(id: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Send back to the maker with a reason."""
    return await decided(id, request, edge, caller, SEND_BACK)


@router.post("/{id}/claim", response_model=TaskBody | WouldAct, responses=TENDING, **accepts(Given))
async def claim(id: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Have the task to oneself for a while; until then nobody else decides it."""
    await given(request, Given)
    return await tended(request, edge, caller, Wish(CLAIM, read_id(TASK, id)))


@router.post(
    "/{id}/release", response_model=TaskBody | WouldAct, responses=TENDING, **accepts(Given)
)
async def release(id: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Let the others have a claimed task again."""
    await given(request, Given)
    return await tended(request, edge, caller, Wish(RELEASE, read_id(TASK, id)))


@router.post(
    "/{id}/snooze", response_model=TaskBody | WouldAct, responses=TENDING, **accepts(SnoozeBody)
)
async def snooze(id: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Hide the task from the caller's own inbox until a time."""
    body = await given(request, SnoozeBody)
    wish = Wish(SNOOZE, read_id(TASK, id), until=body.until)
    return await tended(request, edge, caller, wish)


@router.post(
    "/{id}/comment", response_model=TaskBody | WouldAct, responses=TENDING, **accepts(CommentGiven)
)
async def say(id: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Say something at the task; it shows at its process as well."""
    body = await given(request, CommentGiven)
    return await tended(request, edge, caller, Wish(COMMENT, read_id(TASK, id), body.text))


@router.post(
    "/{id}/escalate", response_model=TaskBody | WouldAct, responses=TENDING, **accepts(ReasonBody)
)
async def escalate(id: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Ask at once, with a reason, whom the deadline would have asked."""
    body = await given(request, ReasonBody)
    return await tended(request, edge, caller, Wish(ESCALATE, read_id(TASK, id), body.reason))


async def tended(request: Request, edge: Edge, caller: TheCaller, wish: Wish) -> Response:
    """The road of everything that leaves the task waiting."""
    return await tend(request, Tending(edge, caller, wish, the_task))


async def decided(
    id: str, request: Request, edge: Edge, caller: TheCaller, action: str
) -> Response:
    """The road of every decision, or what it would lead to."""
    task = read_id(TASK, id)
    body = await given(request, ReasonBody)
    if is_trial(request):
        return await would_decide(edge, caller, request, task=task, action=action, body=body)
    return await decide(edge, caller, request, task=task, action=action, reason=body.reason)
