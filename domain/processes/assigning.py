"""Who looks after an exception: one person or one role of those who may repair."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from domain.access.actor import Actor
from domain.access.person import holders
from domain.definitions.model import Definition
from domain.processes import exceptions, repairs
from domain.processes.effect import Done, Effect
from domain.processes.repairs import ASSIGN
from domain.refusal import Refusal

KEEP = text("""
    UPDATE exceptions SET assigned_person = :person, assigned_role = :role
    WHERE tenant_id = :tenant AND id = :id
""")


@dataclass(frozen=True, slots=True)
class Assigned:
    """To whom an exception is given, a person or a role, and why."""

    exception: UUID
    reason: str | None
    person: UUID | None = None
    role: str | None = None


def content(assigned: Assigned) -> dict[str, Any]:
    """What the API signs of an assignment."""
    return {"reason": assigned.reason, "person": assigned.person, "role": assigned.role}


def check(
    connection: Connection, definition: Definition, actor: Actor, assigned: Assigned
) -> tuple[Row[Any], str]:
    """Climb the ladder: only who may repair can be given it. Returns the name of the assignee."""
    row = repairs.check_way(
        connection, definition, assigned.exception, actor, way=ASSIGN, reason=assigned.reason
    )
    able = definition.actions["repair"].by
    if (assigned.person is None) == (assigned.role is None):
        raise Refusal("assignee_must_be_one", "Name either a person or a role.")
    if assigned.role is not None:
        if assigned.role not in able:
            raise not_able(row, assigned.role, able)
        return row, assigned.role
    people = holders(connection, able)
    if assigned.person not in people:
        raise not_able(row, "That person", able)
    return row, people[assigned.person]


def not_able(row: Row[Any], whom: str, able: tuple[str, ...]) -> Refusal:
    """Somebody who could do nothing about it."""
    return Refusal(
        "assignee_must_be_able",
        f"{whom} may not repair {row.reference}. Give it to somebody of {' or '.join(able)}.",
        role=" or ".join(able),
    )


def assign(
    connection: Connection, effect: Effect, definition: Definition, actor: Actor, assigned: Assigned
) -> Done[str]:
    """Give the exception to a person or a role. The process stands where it stood."""
    exceptions.hold(connection, effect.tenant, assigned.exception)
    row, name = check(connection, definition, actor, assigned)
    values = {"tenant": effect.tenant, "id": assigned.exception}
    connection.execute(KEEP, {**values, "person": assigned.person, "role": assigned.role})
    return Done(
        name,
        title=f"{actor.name} gave to {name}: {row.message}",
        event="exception.assigned",
        person=actor.person,
        user=actor.user,
        inputs={"exception": assigned.exception, "reason": assigned.reason},
        outputs={"assigned_to": name},
    )
