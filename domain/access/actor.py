"""Who acts: a person behind a login, with the roles she holds now."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, text

from domain.refusal import Refusal

ACTOR = text("""
    SELECT u.person_id, p.name, u.active,
        (SELECT coalesce(array_agg(g.role ORDER BY g.role), '{}') FROM role_grants g
         WHERE g.tenant_id = u.tenant_id AND g.person_id = u.person_id
           AND g.granted_at <= now() AND (g.revoked_at IS NULL OR g.revoked_at > now())) AS roles
    FROM users u JOIN persons p ON p.tenant_id = u.tenant_id AND p.id = u.person_id
    WHERE u.tenant_id = (SELECT current_tenant()) AND u.id = :user
""")
HOLDERS = text("""
    SELECT DISTINCT p.id, p.name FROM role_grants g
    JOIN persons p ON p.tenant_id = g.tenant_id AND p.id = g.person_id
    WHERE g.tenant_id = (SELECT current_tenant()) AND g.role = ANY(:roles)
      AND g.granted_at <= now() AND (g.revoked_at IS NULL OR g.revoked_at > now())
    ORDER BY p.name
""")


@dataclass(frozen=True, slots=True)
class Actor:
    """A person (a human) acting through a user (one login of hers)."""

    user: UUID
    person: UUID
    name: str
    roles: frozenset[str]


def actor(connection: Connection, user: UUID) -> Actor:
    """The person behind a login, with her roles as they are now. Refuses a login that is off."""
    row = connection.execute(ACTOR, {"user": user}).one_or_none()
    if row is None or not row.active:
        raise Refusal("user_must_be_active", "This login does not exist here or was switched off.")
    return Actor(user, row.person_id, row.name, frozenset(row.roles))


def holders(connection: Connection, roles: Collection[str]) -> dict[UUID, str]:
    """Everybody who holds one of the roles now, by name."""
    rows = connection.execute(HOLDERS, {"roles": list(roles)})
    return {row.id: row.name for row in rows}
