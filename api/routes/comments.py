"""Comments: what people tell each other at a process. Included before the processes' own routes."""

from fastapi import APIRouter, Request, Response

from api.belonging import belonging
from api.bodies import Given, Said, given
from api.caller import ReadsProcesses, TheCaller
from api.documentation import accepts, problems
from api.edge import AtHand
from api.lists import Cursor, Limit
from api.shapes.base import Listing
from api.shapes.comment import CommentBody, comment
from api.tending import Tending, tend, the_comment
from api.would import WouldAct
from domain.approvals.tending import COMMENT, Wish
from domain.listing import Key, Page
from domain.processes import comments

router = APIRouter(prefix="/processes", tags=["Processes"])

READING = problems(400, 401, 403, 404)
TENDING = problems(400, 401, 403, 404, 409, 413, 415, 422, 503)


class CommentGiven(Given):
    """What is said."""

    text: Said


@router.get("/{id:path}/comments", response_model=Listing[CommentBody], responses=READING)
def list_comments(
    id: str,
    request: Request,
    *,
    edge: AtHand,
    caller: ReadsProcesses,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """What people said, oldest first."""
    return belonging(
        request, edge, caller, id, Page(limit, cursor, newest_first=False),
        find=comments.of_process, key=lambda found: Key(found.at, found.id), shape=comment,
    )  # fmt: skip


@router.post(
    "/{id:path}/comments", status_code=201, responses=TENDING,
    response_model=CommentBody | WouldAct, **accepts(CommentGiven),
)  # fmt: skip
async def add_comment(id: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Say something to everybody who takes part."""
    body = await given(request, CommentGiven)
    wish = Wish(COMMENT, words=body.text)
    return await tend(request, Tending(edge, caller, wish, the_comment, id))
