"""Persons as people name them: by a login of theirs."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, text

from domain.access.delegator import roles_held_somewhere
from domain.refusal import Refusal

NAMED = text(f"""
    SELECT p.id, p.name, ARRAY({roles_held_somewhere("p.id")}) AS roles
    FROM users u JOIN persons p ON p.tenant_id = u.tenant_id AND p.id = u.person_id
    WHERE u.tenant_id = (SELECT current_tenant()) AND u.login = :login AND u.active
""")
OF_LOGIN = text("""
    SELECT person_id FROM users WHERE tenant_id = (SELECT current_tenant()) AND login = :login
""")
HOLDERS = text("""
    SELECT DISTINCT p.id, p.name FROM role_grants g
    JOIN persons p ON p.tenant_id = g.tenant_id AND p.id = g.person_id
    WHERE g.tenant_id = (SELECT current_tenant()) AND g.role = ANY(:roles)
      AND g.granted_at <= now() AND (g.revoked_at IS NULL OR g.revoked_at > now())
    ORDER BY p.name
""")


@dataclass(frozen=True, slots=True)
class Person:
    """A human, with the roles that were granted to her and hold now, be it at a branch."""

    id: UUID
    name: str
    roles: frozenset[str]


def with_login(connection: Connection, login: str) -> Person:
    """The person behind a login. Refuses one that is not there or off: `person_must_exist`."""
    row = connection.execute(NAMED, {"login": login}).one_or_none()
    if row is None:
        raise Refusal(
            "person_must_exist", f"Nobody here has the login {login!r}. Name one that is in use."
        )
    return Person(row.id, row.name, frozenset(row.roles))


def of_login(connection: Connection, login: str) -> frozenset[UUID]:
    """The person of a login, whether it is on or off; nobody for one that is not there."""
    return frozenset(connection.scalars(OF_LOGIN, {"login": login}))


def holders(connection: Connection, roles: Collection[str]) -> dict[UUID, str]:
    """Everybody who holds one of the roles now by grant, by name."""
    rows = connection.execute(HOLDERS, {"roles": list(roles)})
    return {row.id: row.name for row in rows}
