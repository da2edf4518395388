"""Reading notifications: one's own inbox with what was read of it, and what left or did not."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, Row, Select, and_, select, text

from domain.access.tables import persons
from domain.listing import Page, counted, paged
from domain.notifications.tables import notification_reads, notifications
from domain.refusal import Refusal

State = Literal["unread", "read", "all"]
READ = text("""
    INSERT INTO notification_reads (tenant_id, notification_id, person_id)
    VALUES ((SELECT current_tenant()), :id, :person) ON CONFLICT DO NOTHING
""")


@dataclass(frozen=True, slots=True)
class Told:
    """A message: in somebody's inbox, or on its way to an address."""

    id: UUID
    name: str
    process: UUID
    task: UUID | None
    channel: str
    person: UUID | None
    person_name: str | None
    address: str | None
    language: str
    subject: str | None
    body: str
    segments: int | None
    state: str
    attempts: int
    problem: str | None
    created_at: datetime
    settled_at: datetime | None
    next_at: datetime | None
    read_at: datetime | None


def query() -> Select[Any]:
    """Messages with whom they are for, and when she read them."""
    return (
        select(notifications, persons.c.name.label("person_name"), notification_reads.c.read_at)
        .outerjoin(
            persons,
            and_(
                persons.c.tenant_id == notifications.c.tenant_id,
                persons.c.id == notifications.c.person_id,
            ),
        )
        .outerjoin(
            notification_reads,
            and_(
                notification_reads.c.tenant_id == notifications.c.tenant_id,
                notification_reads.c.notification_id == notifications.c.id,
            ),
        )
    )


def inbox(person: UUID, state: State) -> Select[Any]:
    """What a person was told in her inbox."""
    found = query().where(notifications.c.channel == "inbox", notifications.c.person_id == person)
    if state == "unread":
        return found.where(notification_reads.c.read_at.is_(None))
    return found.where(notification_reads.c.read_at.is_not(None)) if state == "read" else found


def own(connection: Connection, person: UUID, state: State, page: Page) -> list[Told]:
    """A page of her inbox, newest first, and one more when there is another."""
    return told(connection, inbox(person, state), page)


def count(connection: Connection, person: UUID, state: State) -> int:
    """How many there are."""
    return counted(connection, inbox(person, state))


def deliveries(connection: Connection, state: str | None, page: Page) -> list[Told]:
    """A page of what leaves the installation, or was to."""
    found = query().where(notifications.c.channel != "inbox")
    if state is not None:
        found = found.where(notifications.c.state == state)
    return told(connection, found, page)


def told(connection: Connection, found: Select[Any], page: Page) -> list[Told]:
    """Rows as messages."""
    rows = connection.execute(paged(found, notifications.c.created_at, notifications.c.id, page))
    return [message(row) for row in rows]


def get(connection: Connection, id: UUID, *, person: UUID) -> Told:
    """One of hers. Refuses any other: `notification_must_exist`."""
    row = connection.execute(inbox(person, "all").where(notifications.c.id == id)).one_or_none()
    if row is None:
        raise Refusal("notification_must_exist", "There is no such notification of yours.")
    return message(row)


def mark_read(connection: Connection, id: UUID, *, person: UUID) -> None:
    """Note that she read it. Again changes nothing."""
    connection.execute(READ, {"id": id, "person": person})


def message(row: Row[Any]) -> Told:
    """A row as a message."""
    return Told(
        row.id, row.name, row.process_id, row.task_id, row.channel, row.person_id, row.person_name,
        row.address, row.language, row.subject, row.body, row.segments, row.state, row.attempts,
        row.problem, row.created_at, row.settled_at, row.next_at, row.read_at,
    )  # fmt: skip
