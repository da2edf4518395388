"""Who acts: a person behind a login, with roles and limits of now, and whom she stands in for."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from domain.access import archived, scopes
from domain.access.delegator import (
    IN_FORCE,
    STANDS_IN_FOR,
    AtBranches,
    Delegator,
    RoleHolder,
    delegator,
    pairs,
    roles_at_branches,
    roles_held,
    roles_held_somewhere,
)
from domain.access.limit import Limit, limit, limits_in_effect
from domain.access.token import NO_MEANS, Means
from domain.database import rows_by_driver
from domain.refusal import Refusal

ACTOR = f"""
    SELECT u.id, u.person_id, p.name, u.active, ARRAY({roles_held("p.id")}) AS roles,
        {roles_at_branches("p.id")} AS at_branches,
        {STANDS_IN_FOR} AS stands_in_for,
        {limits_in_effect("p.id", roles_held_somewhere("p.id"))} AS limits
    FROM users u JOIN persons p ON p.tenant_id = u.tenant_id AND p.id = u.person_id
    WHERE u.tenant_id = (SELECT current_tenant())
"""
WITH_LOGIN = f"{ACTOR} AND u.id = %(user)s"
# Each once, whatever the number of her logins: who holds one of the roles, or stands in for such.
ABLE = text(f"""
    SELECT DISTINCT ON (name, person_id) * FROM ({ACTOR} AND u.active AND (
        p.id IN (SELECT g.person_id FROM role_grants g
            WHERE g.tenant_id = (SELECT current_tenant()) AND g.role = ANY(:roles))
        OR p.id IN (SELECT d.to_person_id FROM delegations d
            WHERE d.tenant_id = (SELECT current_tenant()) AND {IN_FORCE}))) AS a
    WHERE roles && CAST(:roles AS text[])
       OR EXISTS (SELECT FROM jsonb_array_elements(at_branches) AS b
                  WHERE b->>0 = ANY(CAST(:roles AS text[])))
       OR EXISTS (SELECT FROM jsonb_array_elements(stands_in_for) AS d
                  WHERE d->'roles' ?| CAST(:roles AS text[])
                     OR EXISTS (SELECT FROM jsonb_array_elements(d->'at_branches') AS b
                                WHERE b->>0 = ANY(CAST(:roles AS text[]))))
    ORDER BY name, person_id, id
""")
OF_PERSONS = text(f"""
    SELECT DISTINCT ON (person_id) * FROM ({ACTOR} AND u.active
        AND u.person_id = ANY(CAST(:persons AS uuid[]))) AS a
    ORDER BY person_id, id
""")
AWAY = text(f"""
    SELECT d.from_person_id FROM delegations d
    WHERE d.tenant_id = (SELECT current_tenant()) AND d.is_away AND {IN_FORCE}
""")
KEY = text("""
    SELECT k.scopes FROM api_keys k
    LEFT JOIN api_key_uses u ON u.tenant_id = k.tenant_id AND u.key_id = k.id
    WHERE k.tenant_id = (SELECT current_tenant()) AND k.id = :key AND k.user_id = :user
      AND k.revoked_at IS NULL AND u.withdrawn_at IS NULL AND k.expires_at > now()
""")


@dataclass(frozen=True, slots=True)
class Actor(RoleHolder):
    """A person (a human) acting through a user (one login of hers).

    `roles` count everywhere, `at_branches` (pairs of role and branch) for what is of that branch.
    `password_age` is how many seconds ago she gave her password, None when she gave none.
    `scopes` are those of the key that acts for her, None when she acts herself.
    """

    user: UUID
    person: UUID
    name: str
    roles: frozenset[str]
    stands_in_for: tuple[Delegator, ...] = ()
    limits: tuple[Limit, ...] = ()
    password_age: int | None = None
    scopes: frozenset[str] | None = None
    at_branches: AtBranches = frozenset()

    def check_scope(self, verb: str, what: str) -> None:
        """Refuse a key that may not do this. A person who acts herself is not bound by scopes."""
        if self.scopes is not None:
            scopes.check(self.scopes, verb, what)


def actor(connection: Connection, user: UUID, means: Means = NO_MEANS) -> Actor:
    """The person behind a login, with her roles as they are now. Refuses a login that is off."""
    (row,) = rows_by_driver(connection, WITH_LOGIN, {"user": user}) or (None,)
    if row is None or not row.active:
        raise archived.refused_login(connection)
    of_key = scopes_now(connection, user, means.key) if means.key else None
    return replace(actor_of(row), password_age=means.password_age, scopes=of_key)


def scopes_now(connection: Connection, user: UUID, key: UUID) -> frozenset[str]:
    """What a key may do now. Refuses one that was revoked, has expired or is another's."""
    found = connection.execute(KEY, {"user": user, "key": key}).scalar_one_or_none()
    if found is None:
        raise Refusal("api_key_must_be_valid", "This key was revoked or has expired.")
    return frozenset(found)


def able(connection: Connection, roles: Collection[str]) -> list[Actor]:
    """Everybody who holds one of the roles somewhere now or stands in for such a person, by name.

    Who is away is left out: another stands in for her.
    """
    away = set(connection.scalars(AWAY))
    rows = connection.execute(ABLE, {"roles": list(roles)})
    return [actor_of(row) for row in rows if row.person_id not in away]


def acting_as(connection: Connection, persons: Collection[UUID]) -> list[Actor]:
    """These persons with their rights of now, without those who have no login in use."""
    rows = connection.execute(OF_PERSONS, {"persons": list(persons)})
    return [actor_of(row) for row in rows]


def actor_of(row: Any) -> Actor:
    """A row as what it means."""
    lent = tuple(map(delegator, row.stands_in_for))
    limits = tuple(map(limit, row.limits))
    return Actor(
        row.id, row.person_id, row.name, frozenset(row.roles), lent, limits,
        at_branches=pairs(row.at_branches),
    )  # fmt: skip
