"""Who acts: a person behind a login, with roles and limits of now, and whom she stands in for."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from domain.access.delegator import IN_FORCE, STANDS_IN_FOR, Delegator, delegator, roles_held
from domain.access.limit import Limit, limit, limits_in_effect
from domain.refusal import Refusal

ACTOR = f"""
    SELECT u.id, u.person_id, p.name, u.active, ARRAY({roles_held("p.id")}) AS roles,
        {STANDS_IN_FOR} AS stands_in_for,
        {limits_in_effect("p.id", roles_held("p.id"))} AS limits
    FROM users u JOIN persons p ON p.tenant_id = u.tenant_id AND p.id = u.person_id
    WHERE u.tenant_id = (SELECT current_tenant())
"""
WITH_LOGIN = text(f"{ACTOR} AND u.id = :user")
# Each once, whatever the number of her logins: who holds one of the roles, or stands in for such.
ABLE = text(f"""
    SELECT DISTINCT ON (name, person_id) * FROM ({ACTOR} AND u.active AND (
        p.id IN (SELECT g.person_id FROM role_grants g
            WHERE g.tenant_id = (SELECT current_tenant()) AND g.role = ANY(:roles))
        OR p.id IN (SELECT d.to_person_id FROM delegations d
            WHERE d.tenant_id = (SELECT current_tenant()) AND {IN_FORCE}))) AS a
    WHERE roles && CAST(:roles AS text[])
       OR EXISTS (SELECT FROM jsonb_array_elements(stands_in_for) AS d
                  WHERE d->'roles' ?| CAST(:roles AS text[]))
    ORDER BY name, person_id, id
""")
AWAY = text(f"""
    SELECT d.from_person_id FROM delegations d
    WHERE d.tenant_id = (SELECT current_tenant()) AND d.is_away AND {IN_FORCE}
""")


@dataclass(frozen=True, slots=True)
class Actor:
    """A person (a human) acting through a user (one login of hers)."""

    user: UUID
    person: UUID
    name: str
    roles: frozenset[str]
    stands_in_for: tuple[Delegator, ...] = ()
    limits: tuple[Limit, ...] = ()


def actor(connection: Connection, user: UUID) -> Actor:
    """The person behind a login, with her roles as they are now. Refuses a login that is off."""
    row = connection.execute(WITH_LOGIN, {"user": user}).one_or_none()
    if row is None or not row.active:
        raise Refusal("user_must_be_active", "This login does not exist here or was switched off.")
    return actor_of(row)


def able(connection: Connection, roles: Collection[str]) -> list[Actor]:
    """Everybody who holds one of the roles now or stands in for somebody who does, by name.

    Who is away is left out: another stands in for her.
    """
    away = set(connection.scalars(AWAY))
    rows = connection.execute(ABLE, {"roles": list(roles)})
    return [actor_of(row) for row in rows if row.person_id not in away]


def actor_of(row: Any) -> Actor:
    """A row as what it means."""
    lent = tuple(map(delegator, row.stands_in_for))
    limits = tuple(map(limit, row.limits))
    return Actor(row.id, row.person_id, row.name, frozenset(row.roles), lent, limits)
