"""Who acts: a person behind a login, with the roles she holds now."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, text

from domain.access import scopes
from domain.access.token import NO_MEANS, Means
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
KEY = text("""
    SELECT k.scopes FROM api_keys k
    LEFT JOIN api_key_uses u ON u.tenant_id = k.tenant_id AND u.key_id = k.id
    WHERE k.tenant_id = (SELECT current_tenant()) AND k.id = :key AND k.user_id = :user
      AND k.revoked_at IS NULL AND u.withdrawn_at IS NULL AND k.expires_at > now()
""")


@dataclass(frozen=True, slots=True)
class Actor:
    """A person (a human) acting through a user (one login of hers).

    `password_age` is how many seconds ago she gave her password, None when she gave none.
    `scopes` are those of the key that acts for her, None when she acts herself.
    """

    user: UUID
    person: UUID
    name: str
    roles: frozenset[str]
    password_age: int | None = None
    scopes: frozenset[str] | None = None

    def check_scope(self, verb: str, what: str) -> None:
        """Refuse a key that may not do this. A person who acts herself is not bound by scopes."""
        if self.scopes is not None:
            scopes.check(self.scopes, verb, what)


def actor(connection: Connection, user: UUID, means: Means = NO_MEANS) -> Actor:
    """The person behind a login, with her roles as they are now. Refuses a login that is off."""
    row = connection.execute(ACTOR, {"user": user}).one_or_none()
    if row is None or not row.active:
        raise Refusal("user_must_be_active", "This login does not exist here or was switched off.")
    of_key = scopes_now(connection, user, means.key) if means.key else None
    roles = frozenset(row.roles)
    return Actor(user, row.person_id, row.name, roles, means.password_age, of_key)


def scopes_now(connection: Connection, user: UUID, key: UUID) -> frozenset[str]:
    """What a key may do now. Refuses one that was revoked, has expired or is another's."""
    found = connection.execute(KEY, {"user": user, "key": key}).scalar_one_or_none()
    if found is None:
        raise Refusal("api_key_must_be_valid", "This key was revoked or has expired.")
    return frozenset(found)


def holders(connection: Connection, roles: Collection[str]) -> dict[UUID, str]:
    """Everybody who holds one of the roles now, by name."""
    rows = connection.execute(HOLDERS, {"roles": list(roles)})
    return {row.id: row.name for row in rows}
