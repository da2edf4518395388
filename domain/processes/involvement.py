"""Who takes part in a process: who may say something there, attach something and look at it."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import Connection, text

from domain.access.actor import Actor
from domain.access.reading import may_read
from domain.definitions.vocabulary import Role
from domain.refusal import Refusal

STANDS = text("""
    SELECT p.makers, p.reference, p.closed_at, p.type, p.branch, ARRAY(
        SELECT r.role FROM tasks t CROSS JOIN unnest(ARRAY[t.role, t.escalated_to]) AS r (role)
        WHERE t.tenant_id = p.tenant_id AND t.process_id = p.id AND r.role IS NOT NULL) AS asked
    FROM processes p WHERE p.tenant_id = (SELECT current_tenant()) AND p.id = :process
""")
HELD = text("SELECT 1 FROM processes WHERE tenant_id = :tenant AND id = :process FOR SHARE")


def check_involved(
    connection: Connection, roles: Mapping[str, Role], process: UUID, actor: Actor
) -> None:
    """Who made it, whose role was ever asked in it, also of whom she stands in for, and who reads
    every process."""
    stands = connection.execute(STANDS, {"process": process}).one()
    is_asked = not actor.roles_at(stands.branch).isdisjoint(stands.asked) or any(
        each.covers(stands.asked, stands.type, stands.branch) for each in actor.stands_in_for
    )
    if actor.person in stands.makers or is_asked or may_read(roles, actor, "processes"):
        return
    raise Refusal(
        "role_must_allow_reading",
        f"{stands.reference} is none of yours: you neither entered it nor were asked to act on it.",
    )


def check_open(connection: Connection, process: UUID) -> None:
    """Refuse a process that has ended: what is said there then would be said to nobody."""
    stands = connection.execute(STANDS, {"process": process}).one()
    if stands.closed_at is not None:
        raise Refusal(
            "process_must_be_open",
            f"{stands.reference} ended on {stands.closed_at:%Y-%m-%d}; nothing is added to it.",
        )


def hold(connection: Connection, tenant: UUID, process: UUID) -> None:
    """Keep the process from ending before this is committed."""
    connection.execute(HELD, {"tenant": tenant, "process": process})
