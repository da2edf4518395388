"""Rounds of the watcher: a turn looks at the next few, so that each round looks at all."""

from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import Connection, text

FROM_THE_START: Final = UUID(int=0)
REACHED = text("SELECT reached FROM watch_rounds WHERE tenant_id = :tenant AND name = :name")
REACH = text("""
    INSERT INTO watch_rounds AS r (tenant_id, name, reached) VALUES (:tenant, :name, :reached)
    ON CONFLICT (tenant_id, name) DO UPDATE SET reached = excluded.reached
""")


@dataclass(frozen=True, slots=True)
class Suspect:
    """A process to look at in the engine."""

    process: UUID
    workflow_id: str


def turn(
    connection: Connection,
    tenant: UUID,
    name: Literal["processes", "starts"],
    all_of_them: str,
    *,
    limit: int,
) -> list[Suspect]:
    """The next of a round by their ids, from the first again after the last.

    `all_of_them` is a query for id and workflow id. Whoever stays is looked at once in each round,
    however many come and go meanwhile.
    """
    place = {"tenant": tenant, "name": name}
    reached = connection.execute(REACHED, place).scalar_one_or_none() or FROM_THE_START
    following = text(
        f"SELECT id, workflow_id FROM ({all_of_them}) AS round WHERE id > :reached "
        "ORDER BY id LIMIT :limit"
    )
    rows = connection.execute(following, {"reached": reached, "limit": limit}).all()
    last = rows[-1].id if len(rows) == limit else FROM_THE_START
    connection.execute(REACH, {**place, "reached": last})
    return [Suspect(*row) for row in rows]
