"""Who calls and what she may read; what a person is told about herself."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, text

from domain.access import company as masters
from domain.access import scopes
from domain.access.actor import Actor, actor
from domain.access.company import Company
from domain.access.token import NO_MEANS, Means
from domain.database import by_driver
from domain.definitions.vocabulary import Area, Role
from domain.refusal import Refusal

LIVEMODE = "SELECT livemode FROM tenants WHERE id = (SELECT current_tenant())"
TENANT = text("SELECT name, language FROM tenants WHERE id = (SELECT current_tenant())")
LOGIN = text("SELECT login FROM users WHERE tenant_id = (SELECT current_tenant()) AND id = :user")

__all__ = ["Area", "Self", "caller", "check_reads", "may_read", "myself"]


@dataclass(frozen=True, slots=True)
class Self:
    """A person's own account of herself."""

    login: str
    tenant_name: str
    language: str
    companies: tuple[Company, ...]


def caller(connection: Connection, user: UUID, means: Means = NO_MEANS) -> tuple[Actor, bool]:
    """The person behind a login, and whether her tenant is a live one."""
    found = actor(connection, user, means)
    ((livemode,),) = by_driver(connection, LIVEMODE)
    return found, livemode


def myself(connection: Connection, found: Actor) -> Self:
    """Login, tenant and the companies she may name."""
    login = connection.execute(LOGIN, {"user": found.user}).scalar_one()
    tenant = connection.execute(TENANT).one()
    rows = connection.execute(masters.COMPANIES, {"id": None})
    return Self(login, tenant.name, tenant.language, tuple(Company(*row) for row in rows))


def may_read(roles: Mapping[str, Role], found: Actor, area: Area) -> bool:
    """Whether one of her roles reads the area; one held at a branch reads as it does elsewhere."""
    held = (roles[role] for role in found.roles_somewhere if role in roles)
    return any({area, "everything"} & set(role.reads) for role in held)


def check_reads(roles: Mapping[str, Role], found: Actor, area: Area) -> None:
    """Refuse a person none of whose roles reads the area, and a key that has no scope for it."""
    found.check_scope(scopes.READ, area)
    if may_read(roles, found, area):
        return
    able = sorted(name for name, role in roles.items() if {area, "everything"} & set(role.reads))
    raise Refusal(
        "role_must_allow_reading",
        f"Reading {area} needs one of the roles {', '.join(able)}; you hold none of them.",
        role=" or ".join(able),
    )
