"""Whom a person stands in for today: read together with her, by the business clock."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from domain import money
from domain.access.limit import Limit, limit, limits_in_effect
from domain.money import Money

# What a delegation `d` must be to count today.
IN_FORCE = """
    (SELECT business_today()) BETWEEN d.first_day AND d.last_day
    AND NOT EXISTS (SELECT FROM delegation_ends e
        WHERE e.tenant_id = d.tenant_id AND e.delegation_id = d.id)
"""


def roles_held(person: str) -> str:
    """SQL: the roles that were granted to a person and hold now."""
    return f"""
        SELECT g.role FROM role_grants g WHERE g.tenant_id = p.tenant_id AND g.person_id = {person}
        AND g.granted_at <= now() AND (g.revoked_at IS NULL OR g.revoked_at > now())
    """


# Of a person `p`: what each delegator may do by her own grants, as far as she passed it on. Nothing
# that she was herself lent is among it, so authority is never passed on twice.
STANDS_IN_FOR = f"""
    (SELECT coalesce(jsonb_agg(jsonb_build_object(
        'delegation', d.id, 'person', f.id, 'name', f.name, 'until', d.last_day, 'cap', d.cap,
        'currency', d.currency, 'types', d.process_types, 'is_away', d.is_away,
        'roles', ARRAY({roles_held("f.id")} AND (d.roles = '{{}}' OR g.role = ANY(d.roles))),
        'limits', {limits_in_effect("f.id", roles_held("f.id"))}
    ) ORDER BY d.last_day, f.name, d.id), '[]')
    FROM delegations d JOIN persons f ON f.tenant_id = d.tenant_id AND f.id = d.from_person_id
    WHERE d.tenant_id = p.tenant_id AND d.to_person_id = p.id AND {IN_FORCE}
      AND EXISTS (SELECT FROM users u
        WHERE u.tenant_id = f.tenant_id AND u.person_id = f.id AND u.active))
"""


@dataclass(frozen=True, slots=True)
class Delegator:
    """Somebody for whom another stands in today. No types means every type."""

    delegation: UUID
    person: UUID
    name: str
    roles: frozenset[str]
    types: frozenset[str]
    until: date
    cap: Money | None
    is_away: bool
    limits: tuple[Limit, ...] = ()

    def covers(self, roles: Collection[str], process_type: str) -> bool:
        """Whether what was delegated lets one act in one of the roles on such a process."""
        is_of_type = not self.types or process_type in self.types
        return is_of_type and not self.roles.isdisjoint(roles)


def delegator(found: Mapping[str, Any]) -> Delegator:
    """One of `STANDS_IN_FOR`."""
    return Delegator(
        UUID(found["delegation"]), UUID(found["person"]), found["name"],
        frozenset(found["roles"]), frozenset(found["types"]), date.fromisoformat(found["until"]),
        money.given(found["cap"], found["currency"]), found["is_away"],
        tuple(map(limit, found["limits"])),
    )  # fmt: skip
