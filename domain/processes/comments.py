"""Comments: what people tell each other at a process and its tasks. They change nothing in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select, text

from domain.access.actor import Actor
from domain.access.tables import persons
from domain.canonical import digest
from domain.definitions.vocabulary import Role
from domain.identifiers import COMMENT, new_uuid, written
from domain.listing import Page, paged
from domain.processes.involvement import check_involved, check_open
from domain.processes.tables import comments
from domain.refusal import Refusal

WRITE = text("""
    INSERT INTO comments (tenant_id, id, process_id, task_id, person_id, words, written_at)
    VALUES (:tenant, :id, :process, :task, :person, :words, (SELECT business_now()))
""")


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody said, when on the tenant's clock, and at which task if at one."""

    id: UUID
    process: UUID
    task: UUID | None
    person: UUID
    name: str
    words: str
    at: datetime


def check_comment(
    connection: Connection,
    roles: Mapping[str, Role],
    process: UUID,
    actor: Actor,
    words: str | None,
) -> None:
    """Somebody who takes part says something while the process is open."""
    check_involved(connection, roles, process, actor)
    check_open(connection, process)
    if not (words or "").strip():
        raise Refusal("comment_must_not_be_blank", "Say something in `text`.")


def comment(
    connection: Connection, actor: Actor, values: Mapping[str, Any], words: str
) -> tuple[UUID, dict[str, Any]]:
    """Write it down for ever. Evidence keeps its digest, not its words."""
    id = new_uuid()
    connection.execute(WRITE, {**values, "id": id, "person": actor.person, "words": words})
    return id, {"comment": written(COMMENT, id), "words_digest": digest(words)}


def of_process(connection: Connection, process: UUID, page: Page) -> list[Comment]:
    """A page of what was said, and one more when there is another."""
    found = paged(query().where(comments.c.process_id == process), AT, comments.c.id, page)
    return [comment_of(row) for row in connection.execute(found)]


def every(connection: Connection, process: UUID) -> list[Comment]:
    """Everything that was said, the oldest first."""
    found = query().where(comments.c.process_id == process).order_by(AT, comments.c.id)
    return [comment_of(row) for row in connection.execute(found)]


def get(connection: Connection, id: UUID) -> Comment:
    """One comment that was just written."""
    return comment_of(connection.execute(query().where(comments.c.id == id)).one())


AT = comments.c.written_at


def query() -> Any:
    """Comments with the names of those who wrote them."""
    return select(comments, persons.c.name).join(
        persons,
        (persons.c.tenant_id == comments.c.tenant_id) & (persons.c.id == comments.c.person_id),
    )


def comment_of(row: Row[Any]) -> Comment:
    """A row as what it means."""
    return Comment(
        row.id, row.process_id, row.task_id, row.person_id, row.name, row.words, row.written_at
    )
