"""A file over the wire: sent, and attached to a process."""

from api.caller import Caller
from api.shapes.base import Person, Resource, Time, person
from domain.documents.attachments import Attachment
from domain.documents.uploads import Upload
from domain.identifiers import ATTACHMENT, PROCESS, UPLOAD, written


class UploadBody(Resource):
    """A file that was sent and waits to be attached."""

    id: str
    name: str
    media_type: str
    size: int
    sha256: str
    uploaded_at: Time


class AttachmentBody(Resource):
    """A file that belongs to a process. Its bytes are at `content`."""

    id: str
    process: str
    title: str
    name: str
    media_type: str
    size: int
    sha256: str
    attached_by: Person
    attached_at: Time
    content: str


def upload(caller: Caller, found: Upload) -> UploadBody:
    """A file that was sent."""
    return UploadBody(
        tenant=caller.tenant_id,
        livemode=caller.livemode,
        id=written(UPLOAD, found.id),
        name=found.name,
        media_type=found.media_type,
        size=found.size,
        sha256=found.sha256,
        uploaded_at=found.uploaded_at,
    )


def attachment(caller: Caller, found: Attachment) -> AttachmentBody:
    """A file that is attached."""
    id = written(ATTACHMENT, found.id)
    return AttachmentBody(
        tenant=caller.tenant_id,
        livemode=caller.livemode,
        id=id,
        process=written(PROCESS, found.process),
        title=found.title,
        name=found.name,
        media_type=found.media_type,
        size=found.size,
        sha256=found.sha256,
        attached_by=person(found.person, found.person_name),
        attached_at=found.at,
        content=f"/v1/documents/{id}/content",
    )
