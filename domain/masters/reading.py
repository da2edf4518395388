"""Masters as they stand and as they were: one by its code, a page of a kind, its versions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, select

from domain.access.tables import persons
from domain.masters.kinds import Kind
from domain.masters.tables import master_versions
from domain.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Master:
    """A master as it stands. `known` has what its kind knows, without what nobody said."""

    id: UUID
    kind: Kind
    code: str
    version: int
    is_active: bool
    known: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Named:
    """A human and her name."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class MasterVersion:
    """What a master was from a moment on, and who made and checked it; None where nobody did."""

    version: int
    content: Mapping[str, Any]
    effective_at: datetime
    made_by: Named | None
    checked_by: Named | None
    process: UUID | None


def find(connection: Connection, kind: Kind, code: str) -> Master | None:
    """The master of this code, or None. Of parties another kind's code is none."""
    row = connection.execute(of_kind(kind).where(kind.table.c.code == code)).one_or_none()
    return master(kind, row) if row is not None else None


def get(connection: Connection, kind: Kind, code: str) -> Master:
    """The master of this code. Refuses one that is not there: `master_must_exist`."""
    found = find(connection, kind, code)
    if found is None:
        raise Refusal("master_must_exist", f"There is no {kind.name} {code!r}. Add it first.")
    return found


def listed(
    connection: Connection,
    kind: Kind,
    *,
    active: bool | None = None,
    q: str | None = None,
    after: str = "",
    limit: int,
) -> list[Master]:
    """Masters of a kind by code, those after a code alone. `q` stands somewhere in the name."""
    c = kind.table.c
    query = of_kind(kind).where(c.code > after).order_by(c.code).limit(limit)
    if active is not None:
        query = query.where(c.active == active)
    if q is not None:
        query = query.where(c.name.icontains(q, autoescape=True))
    return [master(kind, row) for row in connection.execute(query)]


def versions(connection: Connection, found: Master) -> tuple[MasterVersion, ...]:
    """Every version of a master, the last first."""
    c, maker, checker = master_versions.c, persons.alias("maker"), persons.alias("checker")
    query = (
        select(master_versions, maker.c.name.label("maker"), checker.c.name.label("checker"))
        .outerjoin(maker, maker.c.id == c.made_by)
        .outerjoin(checker, checker.c.id == c.checked_by)
        .where(c.master == found.id)
        .order_by(c.version.desc())
    )
    return tuple(
        MasterVersion(
            row.version, row.content, row.effective_at, named(row.made_by, row.maker),
            named(row.checked_by, row.checker), row.process_id,
        )
        for row in connection.execute(query)
    )  # fmt: skip


def named(id: UUID | None, name: str | None) -> Named | None:
    """A human, where one is known."""
    return Named(id, str(name)) if id is not None else None


def of_kind(kind: Kind) -> Select[Any]:
    """The rows of a kind."""
    query = select(kind.table)
    return query.where(kind.table.c.kind == kind.name) if kind.is_party else query


def master(kind: Kind, row: Row[Any]) -> Master:
    """A row as what it means."""
    values = row._mapping
    known = {name: values[name] for name in kind.known if values[name] is not None}
    return Master(row.id, kind, row.code, row.version, row.active, known)
