"""Who is told: who they are now, with the rights of now.

Nobody is told of what she may not read, and nobody what she did herself.
"""

from collections.abc import Collection, Iterator, Mapping
from uuid import UUID

from sqlalchemy import Connection

from domain.access.actor import Actor, able, acting_as
from domain.approvals import authority, inbox
from domain.definitions.model import Definition
from domain.definitions.notification import CHECKERS, MAKER, REPAIRERS
from domain.definitions.vocabulary import Role
from domain.notifications.causes import Cause, Happened
from domain.processes import involvement
from domain.refusal import Refusal


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
