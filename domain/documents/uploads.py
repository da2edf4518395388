"""Files that were sent to be attached: the edge keeps them, and only who sent one may attach it.

What nobody attaches is swept after some days.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from domain.identifiers import new_uuid
from domain.refusal import Refusal

KEEP = text("""
    INSERT INTO uploads (tenant_id, id, sha256, media_type, name, content, uploaded_by)
    VALUES (:tenant, :id, :sha256, :media_type, :name, :content, :user)
    ON CONFLICT (tenant_id, uploaded_by, sha256, media_type, name)
        DO UPDATE SET uploaded_at = clock_timestamp()
""")
SAME = text("""
    SELECT id, sha256, media_type, name, length(content) AS size, uploaded_at FROM uploads
    WHERE uploaded_by = :user AND sha256 = :sha256 AND media_type = :media_type AND name = :name
""")
LOOK = text("""
    SELECT id, sha256, media_type, name, length(content) AS size, uploaded_at FROM uploads
    WHERE id = :id AND uploaded_by = :user
""")
# Whatever a document or a process refers to was copied to `files` when it was attached.
SWEEP = text("""
    DELETE FROM uploads WHERE tenant_id = :tenant
        AND uploaded_at < clock_timestamp() - make_interval(days => :days)
        AND id IN (
            SELECT u.id FROM uploads u
            WHERE u.tenant_id = :tenant
              AND u.uploaded_at < clock_timestamp() - make_interval(days => :days)
              AND NOT EXISTS (SELECT FROM files f
                              WHERE f.tenant_id = u.tenant_id AND f.sha256 = u.sha256)
            LIMIT :limit)
""")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent; its bytes stay where they are."""

    id: UUID
    sha256: str
    media_type: str
    name: str
    size: int
    uploaded_at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as it comes: its bytes, what it claims to be, and its name."""

    content: bytes
    media_type: str
    name: str

    @property
    def sha256(self) -> str:
        """Its digest, hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def keep(connection: Connection, tenant: UUID, user: UUID, sent: Sent) -> Upload:
    """Keep it. The same file of the same person again is the one that is here, sent just now."""
    values = {"tenant": tenant, "user": user, "sha256": sent.sha256, "name": sent.name}
    values |= {"media_type": sent.media_type}
    connection.execute(KEEP, {**values, "id": new_uuid(), "content": sent.content})
    return Upload(*connection.execute(SAME, values).one())


def look(connection: Connection, id: UUID, user: UUID) -> Upload:
    """The upload, if this user sent it. Refuses any other: `upload_must_exist`."""
    row = connection.execute(LOOK, {"id": id, "user": user}).one_or_none()
    if row is None:
        raise Refusal(
            "upload_must_exist", "You have sent no such file. Send it to /v1/uploads first."
        )
    return Upload(*row)


def sweep(connection: Connection, tenant: UUID, *, days: int, limit: int) -> int:
    """Delete some that nobody attached for so many days; how many were. Again finds the others."""
    values = {"tenant": tenant, "days": days, "limit": limit}
    return connection.execute(SWEEP, values).rowcount
