"""Files attached to a process: copied from the edge for ever, under the digest of their bytes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select, text

from domain.access.actor import Actor
from domain.access.tables import persons
from domain.documents import uploads
from domain.documents.tables import attachments
from domain.identifiers import ATTACHMENT, new_uuid, written
from domain.listing import Page, paged
from domain.refusal import Refusal

COPY = text("""
    INSERT INTO files (tenant_id, sha256, content)
    SELECT tenant_id, sha256, content FROM uploads WHERE tenant_id = :tenant AND id = :upload
    ON CONFLICT DO NOTHING
""")
ATTACH = text("""
    INSERT INTO attachments (tenant_id, id, process_id, sha256, media_type, name, size, title,
        person_id, attached_at)
    VALUES (:tenant, :id, :process, :sha256, :media_type, :name, :size, :title, :person,
        (SELECT business_now()))
""")
CONTENT = text("SELECT content FROM files WHERE sha256 = :sha256")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that belongs to a process: who attached it, when on the tenant's clock, and what."""

    id: UUID
    process: UUID
    title: str
    name: str
    media_type: str
    size: int
    sha256: str
    person: UUID
    person_name: str
    at: datetime


def attach(
    connection: Connection, actor: Actor, values: Mapping[str, Any], *, upload: UUID, title: str
) -> tuple[UUID, dict[str, Any]]:
    """Copy the bytes and say whose they are now. The same bytes are kept once."""
    connection.execute(COPY, {"tenant": values["tenant"], "upload": upload})
    # Looked for after the copy: whoever sweeps it between the two has it refused, not half done.
    found = uploads.look(connection, upload, actor.user)
    id = new_uuid()
    about: dict[str, Any] = {
        "sha256": found.sha256,
        "media_type": found.media_type,
        "name": found.name,
    }
    about |= {"size": found.size, "title": title or found.name}
    place = {"tenant": values["tenant"], "process": values["process"]}
    connection.execute(ATTACH, {**place, **about, "id": id, "person": actor.person})
    return id, {"attachment": written(ATTACHMENT, id), **about}


def of_process(connection: Connection, process: UUID, page: Page) -> list[Attachment]:
    """A page of what is attached, and one more when there is another."""
    found = paged(query().where(attachments.c.process_id == process), AT, attachments.c.id, page)
    return [attachment_of(row) for row in connection.execute(found)]


def every(connection: Connection, process: UUID) -> list[Attachment]:
    """Everything that is attached, the oldest first."""
    found = query().where(attachments.c.process_id == process).order_by(AT, attachments.c.id)
    return [attachment_of(row) for row in connection.execute(found)]


def get(connection: Connection, id: UUID) -> Attachment:
    """One attachment. Refuses an id that is not there: `document_must_exist`."""
    row = connection.execute(query().where(attachments.c.id == id)).one_or_none()
    if row is None:
        raise Refusal("document_must_exist", "There is no such document.")
    return attachment_of(row)


def content(connection: Connection, attachment: Attachment) -> bytes:
    """The bytes, as they were sent."""
    found: bytes = connection.execute(CONTENT, {"sha256": attachment.sha256}).scalar_one()
    return bytes(found)


AT = attachments.c.attached_at


def query() -> Any:
    """Attachments with the names of those who attached them."""
    joined = (persons.c.tenant_id == attachments.c.tenant_id) & (
        persons.c.id == attachments.c.person_id
    )
    return select(attachments, persons.c.name.label("person_name")).join(persons, joined)


def attachment_of(row: Row[Any]) -> Attachment:
    """A row as what it means."""
    return Attachment(
        row.id, row.process_id, row.title, row.name, row.media_type, row.size, row.sha256,
        row.person_id, row.person_name, row.attached_at,
    )  # fmt: skip
