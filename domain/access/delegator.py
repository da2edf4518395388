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


def roles_held_somewhere(person: str) -> str:
    """SQL: the roles that were granted to a person and hold now, be it at one branch alone."""
    return f"""
        SELECT g.role FROM role_grants g WHERE g.tenant_id = p.tenant_id AND g.person_id = {person}
        AND g.granted_at <= now() AND (g.revoked_at IS NULL OR g.revoked_at > now())
    """


def roles_held(person: str) -> str:
    """SQL: those among them that hold for every branch."""
    return f"{roles_held_somewhere(person)} AND g.branch IS NULL"


def roles_at_branches(person: str, passed_on: str = "") -> str:
    """SQL: the others, as JSON: pairs of a role and the code of a branch."""
    held = roles_held_somewhere(person).replace(
        "SELECT g.role", "SELECT coalesce(jsonb_agg(jsonb_build_array(g.role, g.branch)), '[]')"
    )
    return f"({held} AND g.branch IS NOT NULL {passed_on})"


PASSED_ON = "AND (d.roles = '{}' OR g.role = ANY(d.roles))"


# Of a person `p`: what each delegator may do by her own grants, as far as she passed it on. Nothing
# that she was herself lent is among it, so authority is never passed on twice.
STANDS_IN_FOR = f"""
    (SELECT coalesce(jsonb_agg(jsonb_build_object(
        'delegation', d.id, 'person', f.id, 'name', f.name, 'until', d.last_day, 'cap', d.cap,
        'currency', d.currency, 'types', d.process_types, 'is_away', d.is_away,
        'roles', ARRAY({roles_held("f.id")} {PASSED_ON}),
        'at_branches', {roles_at_branches("f.id", PASSED_ON)},
        'limits', {limits_in_effect("f.id", roles_held_somewhere("f.id"))}
    ) ORDER BY d.last_day, f.name, d.id), '[]')
    FROM delegations d JOIN persons f ON f.tenant_id = d.tenant_id AND f.id = d.from_person_id
    WHERE d.tenant_id = p.tenant_id AND d.to_person_id = p.id AND {IN_FORCE}
      AND EXISTS (SELECT FROM users u
        WHERE u.tenant_id = f.tenant_id AND u.person_id = f.id AND u.active))
"""


AtBranches = frozenset[tuple[str, str]]


class RoleHolder:
    """Somebody's roles: those that count at every branch, and those that count at one alone."""

    __slots__ = ()
    roles: frozenset[str]
    at_branches: AtBranches

    def roles_at(self, branch: str | None) -> frozenset[str]:
        """The roles that count for what is of a branch. What is of none is for whoever is limited
        to none."""
        if not self.at_branches:
            return self.roles
        return self.roles | {role for role, place in self.at_branches if place == branch}

    @property
    def roles_somewhere(self) -> frozenset[str]:
        """Every role, be it at one branch alone."""
        return self.roles | {role for role, _ in self.at_branches}


@dataclass(frozen=True, slots=True)
class Delegator(RoleHolder):
    """Somebody for whom another stands in today. No types means every type.

    `roles` count at every branch, `at_branches` (pairs of role and branch) at that one alone.
    """

    delegation: UUID
    person: UUID
    name: str
    roles: frozenset[str]
    types: frozenset[str]
    until: date
    cap: Money | None
    is_away: bool
    limits: tuple[Limit, ...] = ()
    at_branches: AtBranches = frozenset()

    def covers(self, roles: Collection[str], process_type: str, branch: str | None = None) -> bool:
        """Whether what was delegated lets one act in one of the roles on such a process."""
        is_of_type = not self.types or process_type in self.types
        return is_of_type and not self.roles_at(branch).isdisjoint(roles)


def pairs(found: Collection[Collection[str]]) -> AtBranches:
    """The JSON of `roles_at_branches` as what it means."""
    return frozenset((role, branch) for role, branch in found)


def delegator(found: Mapping[str, Any]) -> Delegator:
    """One of `STANDS_IN_FOR`."""
    return Delegator(
        UUID(found["delegation"]), UUID(found["person"]), found["name"],
        frozenset(found["roles"]), frozenset(found["types"]), date.fromisoformat(found["until"]),
        money.given(found["cap"], found["currency"]), found["is_away"],
        tuple(map(limit, found["limits"])), pairs(found["at_branches"]),
    )  # fmt: skip
