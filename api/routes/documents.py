"""Files: sent to the edge, attached to a process, read again. Included before the processes."""

from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.answers import answered
from api.belonging import belonging
from api.bodies import Given, Line, given, read_id
from api.caller import Caller, ReadsProcesses, TheCaller
from api.documentation import DRY_RUN, KEY, accepts, problems
from api.edge import AtHand, Edge
from api.lists import Cursor, Limit
from api.once import Once
from api.problems import addressed
from api.shapes.attachment import AttachmentBody, UploadBody, attachment, upload
from api.shapes.base import Listing
from api.tending import Tending, tend, the_attachment
from api.trial import is_trial
from api.would import WouldAct
from domain import identifiers
from domain.access.idempotency import Entry
from domain.approvals.tending import ATTACH, Wish
from domain.documents import attachments, media, uploads
from domain.documents.uploads import Sent
from domain.identifiers import ATTACHMENT, UPLOAD
from domain.listing import Key, Page
from domain.processes import involvement
from domain.refusal import Refusal

router = APIRouter(tags=["Documents"])

READING = problems(400, 401, 403, 404)
TENDING = problems(400, 401, 403, 404, 409, 413, 415, 422, 503)
FileName = Annotated[str, Query(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f/\\\\]+$")]
BYTES: dict[str, Any] = {
    "openapi_extra": {
        "requestBody": {
            "required": True,
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}} for kind in media.KINDS
            },
        },
        "parameters": [KEY, DRY_RUN],
    }
}


class DocumentGiven(Given):
    """A file that was sent, and what it is called in the process; its own name when left out."""

    upload: str
    title: Line | None = None


@router.post(
    "/uploads", status_code=201, response_model=UploadBody | WouldAct, responses=TENDING, **BYTES
)
async def send_file(request: Request, edge: AtHand, caller: TheCaller, name: FileName) -> Response:
    """Send a file as the body, with its media type as Content-Type and its name in the query."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    sent = Sent(await request.body(), media_type, name)
    await run_in_threadpool(media.check_content, media_type, sent.content)
    if is_trial(request):
        return answered(WouldAct(would={"action": "upload", "sha256": sent.sha256}))
    asked = {"upload": sent.sha256, "media_type": media_type, "name": name}

    async def perform(_: None, entry: Entry) -> Response:
        return await run_in_threadpool(kept, edge, caller, sent)

    return await Once(edge, caller, asked, lambda again: None, perform).answer(request)


def kept(edge: Edge, caller: Caller, sent: Sent) -> Response:
    """201 with the upload."""
    with edge.keeping(caller.tenant) as connection:
        found = uploads.keep(connection, caller.tenant, caller.actor.user, sent)
    return answered(upload(caller, found), 201)


@router.get("/documents/{id}/content", response_class=Response, responses=READING)
def get_content(id: str, edge: AtHand, caller: TheCaller) -> Response:
    """The bytes of a file that is attached, to be saved and never shown in place."""
    with edge.reading(caller.tenant) as connection, addressed("document"):
        found = attachments.get(connection, read_id(ATTACHMENT, id))
        involvement.check_involved(connection, edge.catalog.roles, found.process, caller.actor)
        content = attachments.content(connection, found)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name, safe='')}",
        "Content-Security-Policy": "sandbox",
    }
    return Response(content, 200, headers, media_type=found.media_type)


@router.get(
    "/processes/{id:path}/documents", response_model=Listing[AttachmentBody], responses=READING
)
def list_documents(
    id: str,
    request: Request,
    *,
    edge: AtHand,
    caller: ReadsProcesses,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """The files that are attached, oldest first."""
    return belonging(
        request, edge, caller, id, Page(limit, cursor, newest_first=False),
        find=attachments.of_process, key=lambda found: Key(found.at, found.id), shape=attachment,
    )  # fmt: skip


@router.post(
    "/processes/{id:path}/documents", status_code=201, responses=TENDING,
    response_model=AttachmentBody | WouldAct, **accepts(DocumentGiven),
)  # fmt: skip
async def attach(id: str, request: Request, edge: AtHand, caller: TheCaller) -> Response:
    """Attach a file that the caller sent to /v1/uploads."""
    body = await given(request, DocumentGiven)
    wish = Wish(ATTACH, words=body.title, upload=upload_id(body.upload))
    return await tend(request, Tending(edge, caller, wish, the_attachment, id))


def upload_id(text: str) -> UUID:
    """The upload that a body names."""
    try:
        return identifiers.read(UPLOAD, text)
    except Refusal as refusal:
        raise Refusal("upload_must_exist", f"{text[:40]!r} is no upload of yours.") from refusal
