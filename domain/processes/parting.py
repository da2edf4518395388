"""A child is withdrawn because its parent was led away: by whose word, and how it ends then."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from domain.definitions.model import Definition
from domain.processes import record
from domain.processes.arriving import About, Arrival, arrive
from domain.processes.effect import Done, Effect
from domain.refusal import Refusal

SAID = text("""
    SELECT p.reference, p.stage, p.withdrawal, p.withdrawn_by, w.name, o.reference AS parent
    FROM processes p
    LEFT JOIN persons w ON w.tenant_id = p.tenant_id AND w.id = p.withdrawn_by
    LEFT JOIN processes o ON o.tenant_id = p.tenant_id AND o.id = p.parent_id
    WHERE p.tenant_id = (SELECT current_tenant()) AND p.id = :process
""")
# Those that may be withdrawn, the last started first.
LEAVING = text("""
    SELECT id, workflow_id, reference FROM processes
    WHERE tenant_id = (SELECT current_tenant()) AND parent_id = :process AND parent_stage = :stage
      AND closed_at IS NULL AND withdrawn_by IS NOT NULL
    ORDER BY created_at DESC, child_name DESC, child_item DESC
""")
PARENT = text("""
    SELECT o.workflow_id FROM processes p
    JOIN processes o ON o.tenant_id = p.tenant_id AND o.id = p.parent_id
    WHERE p.tenant_id = (SELECT current_tenant()) AND p.id = :process
""")


@dataclass(frozen=True, slots=True)
class Leaving:
    """A child that is to be asked."""

    process: UUID
    workflow_id: str
    reference: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Where the child stands, the journals that are reversed first, and why."""

    arrival: Arrival
    reason: str
    undoes: tuple[str, ...] = ()


def withdraw(
    connection: Connection, effect: Effect, definition: Definition, *, entries: Collection[str]
) -> Done[Withdrawn]:
    """End the child as one that is given up; what it posted (`entries`) is reversed first.

    Whoever sends this: the record says whether somebody led the parent away.
    """
    said: Any = connection.execute(SAID, {"process": effect.process}).one()
    if said.withdrawn_by is None:
        raise Refusal(
            "child_must_be_withdrawn_by_its_parent",
            f"{said.reference} is withdrawn only by what started it. Cancel it by itself.",
        )
    must_finish = definition.stages[said.stage].must_finish
    if must_finish:
        raise Refusal(
            "not_cancellable_after_payment", f"{said.reference}: {must_finish}. It goes on."
        )
    reason = f"Withdrawn with {said.parent} by {said.name}: {said.withdrawal or 'no reason given'}"
    if entries:
        arrival, move = Arrival(said.stage), None
    else:
        about = About.of(effect, definition, record.facts(connection, effect.process))
        arrival, move = arrive(connection, about, definition.given_up.to, reason=reason)
    return Done(
        Withdrawn(arrival, reason, tuple(entries)),
        title=reason,
        event="process.withdrawn",
        move=move,
        person=said.withdrawn_by,
        outputs={"stage": arrival.stage, "undoes": list(entries)},
    )


def leaving(connection: Connection, process: UUID, stage: str) -> list[Leaving]:
    """The children that are to be asked, the last started first."""
    found = connection.execute(LEAVING, {"process": process, "stage": stage})
    return [Leaving(row.id, row.workflow_id, row.reference) for row in found]


def asked(done: int, kept: Collection[str]) -> Done[int]:
    """What they answered. Those that are kept go on to their end."""
    told = f"; {' '.join(kept)}" if kept else ""
    return Done(
        done,
        title=f"Withdrawn: {done} of {done + len(kept)}{told}"[:2000],
        event="children.withdrawn",
        outputs={"withdrawn": done, "kept": list(kept)},
    )


def parent_of(connection: Connection, process: UUID) -> str | None:
    """The workflow of the process that started this one."""
    found: str | None = connection.execute(PARENT, {"process": process}).scalar_one_or_none()
    return found
