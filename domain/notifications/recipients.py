"""Who is told: who they are now, with the rights of now, and by which addresses.

Nobody is told of what she may not read, and nobody what she did herself.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from domain.access.actor import Actor, able, acting_as
from domain.approvals import authority, inbox
from domain.definitions.model import Definition
from domain.definitions.notification import CHECKERS, MAKER, REPAIRERS
from domain.definitions.templates import DEFAULT_LANGUAGE
from domain.definitions.vocabulary import Role
from domain.notifications.causes import Cause, Happened
from domain.processes import involvement
from domain.refusal import Refusal

CONTACTS = text("""
    SELECT person_id, email, phone, language, channels FROM contacts
    WHERE tenant_id = (SELECT current_tenant()) AND person_id = ANY(CAST(:persons AS uuid[]))
""")


@dataclass(frozen=True, slots=True)
class Contact:
    """How somebody wants to be told, and where."""

    language: str = DEFAULT_LANGUAGE
    channels: frozenset[str] = frozenset({"inbox"})
    email: str | None = None
    phone: str | None = None

    def address(self, channel: str) -> str | None:
        """Where the channel reaches her; None when it does not."""
        return {"email": self.email, "sms": self.phone}.get(channel)

    def takes(self, channel: str) -> bool:
        """Whether she wants this channel and can be reached by it. The inbox is always there."""
        if channel == "inbox":
            return True
        return channel in self.channels and self.address(channel) is not None


NO_CONTACT = Contact()


def told(
    connection: Connection,
    definition: Definition,
    roles: Mapping[str, Role],
    what: Happened,
    cause: Cause,
) -> list[Actor]:
    """Everybody in this installation who is told of an event, each once."""
    found: dict[UUID, Actor] = {}
    for who in cause.notification.to:
        for each in persons_of(connection, definition, who, what, cause):
            found.setdefault(each.person, each)
    return [
        each
        for each in found.values()
        if each.person != what.person
        and (cause.task or may_look(connection, roles, what.process, each))
    ]


def persons_of(
    connection: Connection, definition: Definition, who: str, what: Happened, cause: Cause
) -> Collection[Actor]:
    """The persons whom one word of `to` means."""
    if who == MAKER:
        return acting_as(connection, [what.maker])
    if who == CHECKERS:
        return list(asked(connection, definition, what, cause)) if cause.task else ()
    if who == REPAIRERS:
        repair = definition.actions.get("repair")
        return able(connection, repair.by) if repair else ()
    return [each for each in able(connection, [who]) if who in each.roles]


def asked(
    connection: Connection, definition: Definition, what: Happened, cause: Cause
) -> Iterator[Actor]:
    """Who may do what a task asks for: nobody any more when it is done."""
    assert cause.task is not None
    task = inbox.look(connection, cause.task).checking_by(definition)
    if task.state != "open":
        return
    if task.kind == "approval":
        yield from (each for each, _ in authority.who_can(connection, task))
    elif task.role == MAKER:
        yield from acting_as(connection, [what.maker])
    else:
        yield from able(connection, task.roles)


def may_look(
    connection: Connection, roles: Mapping[str, Role], process: UUID, person: Actor
) -> bool:
    """Whether she takes part in the process or reads every one."""
    try:
        involvement.check_involved(connection, roles, process, person)
    except Refusal:
        return False
    return True


def contacts(connection: Connection, persons: Collection[UUID]) -> dict[UUID, Contact]:
    """How these persons want to be told; who said nothing has no entry."""
    rows: Any = connection.execute(CONTACTS, {"persons": list(persons)})
    return {
        row.person_id: Contact(row.language, frozenset(row.channels), row.email, row.phone)
        for row in rows
    }
