"""The rows of proposals: one waits for an exception at a time, and the next takes its place."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from domain.identifiers import new_uuid

DROP = text("""
    UPDATE repair_proposals SET state = 'dropped'
    WHERE tenant_id = :tenant AND exception_id = :exception AND state = 'pending'
""")
ADD = text("""
    INSERT INTO repair_proposals (tenant_id, id, exception_id, way, content, hash, reason,
        proposed_by, proposed_at)
    VALUES (:tenant, :id, :exception, :way, :content, :hash, :reason, :person,
        (SELECT business_now()))
""").bindparams(bindparam("content", type_=JSONB(none_as_null=True)))
CONFIRM = text("""
    UPDATE repair_proposals SET state = 'confirmed', confirmed_by = :person
    WHERE tenant_id = :tenant AND exception_id = :exception AND state = 'pending'
""")


def drop(connection: Connection, tenant: UUID, exception: UUID) -> None:
    """What was proposed counts no more."""
    connection.execute(DROP, {"tenant": tenant, "exception": exception})


def put(connection: Connection, tenant: UUID, exception: UUID, **proposal: Any) -> None:
    """Propose; what was proposed before is dropped."""
    drop(connection, tenant, exception)
    values = {"tenant": tenant, "exception": exception, "id": new_uuid()}
    connection.execute(ADD, values | proposal)


def confirm(connection: Connection, tenant: UUID, exception: UUID, *, person: UUID) -> None:
    """Note who confirmed what waits."""
    connection.execute(CONFIRM, {"tenant": tenant, "exception": exception, "person": person})
