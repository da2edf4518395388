"""Writing a master: the row as it is to be. The database keeps its version by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, text

from domain.access.company import Company
from domain.identifiers import new_uuid
from domain.masters import asking
from domain.masters import reading as masters
from domain.masters.asking import Asked
from domain.masters.kinds import Wish
from domain.masters.reading import Master

# One at a time in a tenant, so that two masters that look alike cannot pass each other.
ONE_BY_ONE = text(
    "SELECT pg_advisory_xact_lock(hashtextextended('masters/' || current_tenant(), 0))"
)


@dataclass(frozen=True, slots=True)
class By:
    """Who made and checked a version, and in which process; None outside of any."""

    maker: UUID
    checker: UUID | None
    process: UUID | None


def write(connection: Connection, company: Company, asked: Asked, by: By) -> Master:
    """Carry the wish out after climbing its rules anew: others may have been faster."""
    connection.execute(ONE_BY_ONE)
    after = asking.check(connection, company, asked)
    kind, table = asked.kind, asked.kind.table
    signed = {"changed_by": by.maker, "checked_by": by.checker, "changed_in": by.process}
    values: dict[str, Any] = {name: after.get(name) for name in kind.known} | signed
    if asked.wish is Wish.ADD:
        new = {"tenant_id": func.current_tenant(), "id": new_uuid(), "code": asked.code}
        connection.execute(table.insert().values(**new, **values, **belonging(asked, company)))
    else:
        values |= state(asked.wish)
        connection.execute(table.update().where(table.c.code == asked.code).values(**values))
    return masters.get(connection, kind, asked.code)


def belonging(asked: Asked, company: Company) -> Mapping[str, Any]:
    """What a new row says beside what is known of the master."""
    if asked.kind.is_party:
        return {"kind": asked.kind.name}
    return {"company_id": company.id} if asked.kind.name == "branch" else {}


def state(wish: Wish) -> Mapping[str, bool]:
    """Whether it is active afterwards, where that changes."""
    match wish:
        case Wish.DEACTIVATE:
            return {"active": False}
        case Wish.REACTIVATE:
            return {"active": True}
        case _:
            return {}
