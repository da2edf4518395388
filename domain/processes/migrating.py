"""A running process moves to another version of its definition: only where it means the same.

Two persons agree on it in a process of its own (`process_migration`); what that says is read here
from the record, so that nobody moves a process past it.
"""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, text

from domain.definitions import input as inputs
from domain.definitions import policy
from domain.definitions.catalog import Catalog
from domain.definitions.model import Definition, Stage
from domain.documents import store
from domain.identifiers import PROCESS, read, written
from domain.processes import record
from domain.processes.arriving import About, Arrival, arrive
from domain.processes.effect import Done, Effect
from domain.processes.record import Facts
from domain.refusal import Refusal
from domain.versions import versions

MIGRATION: Final = "process_migration"
MOVING: Final = "moving"

PIN = text("""
    UPDATE processes SET definition_hash = :hash WHERE tenant_id = :tenant AND id = :process
""")
ASKED = text("""
    SELECT p.type, p.stage, p.workflow_id, d.content FROM processes p
    JOIN documents d ON d.tenant_id = p.tenant_id AND d.id = p.document_id
    WHERE p.tenant_id = (SELECT current_tenant()) AND p.id = :migration
""")
ADDRESS = text("""
    SELECT workflow_id FROM processes
    WHERE tenant_id = (SELECT current_tenant()) AND id = :process
""")


@dataclass(frozen=True, slots=True)
class Migrated:
    """The definition that a process has now, and where it stands under it."""

    definition_hash: str
    arrival: Arrival


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a migration says: which process, and where the engine has it, moves to which hash."""

    process: UUID
    workflow_id: str
    definition_hash: str


def agreed(connection: Connection, migration: UUID) -> Agreed:
    """What was agreed on. Refuses a process that is no migration, or is not approved."""
    row = connection.execute(ASKED, {"migration": migration}).one_or_none()
    if row is None or row.type != MIGRATION or row.stage != MOVING:
        raise Refusal(
            "migration_must_be_agreed", "Two persons agree on a migration first; this was not."
        )
    process = read(PROCESS, row.content["process"])
    address = connection.execute(ADDRESS, {"process": process}).scalar_one_or_none()
    if address is None:
        raise Refusal("process_must_exist", "There is no such process.")
    return Agreed(process, address, row.content["definition"])


def check_known(connection: Connection, to: str, process_type: str, shipped: Catalog) -> None:
    """Refuse what neither is shipped nor was ever a version of this tenant."""
    known = {each.hash for each in versions.listed(connection, process_type)}
    if process_type in shipped.definitions:
        known.add(shipped.get(process_type).hash)
    if to not in known:
        raise Refusal(
            "version_must_be_known",
            f"{to} is no version of {process_type} here. Use one of /v1/config/definitions.",
        )


def check(before: Definition, after: Definition, facts: Facts) -> None:
    """Climb the ladder of a migration. Raises the first Refusal, which says what stands against."""
    if (before.process, before.workflow) != (after.process, after.workflow):
        raise Refusal(
            "migration_must_keep_the_type",
            f"{facts.reference} is a {before.process}; {after.hash} is of {after.process}.",
        )
    if before.hash == after.hash:
        raise Refusal("migration_must_change_something", f"{facts.reference} has that version.")
    here = before.stages[facts.stage]
    if here.ends or here.works:
        raise Refusal(
            "process_must_be_waiting",
            f"{facts.reference} stands at {here.title!r}. Only a process that waits is moved.",
        )
    there = after.stages.get(facts.stage)
    if there is None or waits_for(here) != waits_for(there):
        raise Refusal(
            "stage_must_mean_the_same",
            f"{facts.reference} stands at {here.title!r}, which in the other version "
            f"{'waits for something else' if there else 'is not there'}. Move it on first.",
            stage=facts.stage,
        )
    left = policy.posted_before(before, facts.stage) - policy.posted_before(after, facts.stage)
    if left:
        raise Refusal(
            "posted_journals_must_be_undoable",
            f"{facts.reference} may have posted {', '.join(sorted(left))}, "
            "which the other version could not reverse from here.",
        )
    inputs.accept(after, facts.content, currency=facts.company.base_currency)


def waits_for(stage: Stage) -> tuple[Any, ...]:
    """What a stage waits for: an approval, somebody's action, a date; and how it may be left."""
    approves = stage.approval is not None
    leads = tuple(sorted(stage.leads)) if approves else stage.leads.get("then")
    return approves, stage.asks, stage.until, stage.works, stage.ends, leads


def migrate(
    connection: Connection,
    effect: Effect,
    before: Definition,
    after: Definition,
    *,
    migration: UUID,
) -> Done[Migrated]:
    """Pin the other version. Whoever is waited for is asked anew, and every level checks again."""
    order = agreed(connection, migration)
    if (order.process, order.definition_hash) != (effect.process, after.hash):
        raise Refusal("migration_must_be_agreed", "What was agreed on is another migration.")
    facts = record.facts(connection, effect.process)
    check(before, after, facts)
    values = {"hash": after.hash, "tenant": effect.tenant, "process": effect.process}
    connection.execute(PIN, values)
    store.hold_keys(connection, after, facts.content, tenant=effect.tenant, process=effect.process)
    about = About.of(effect, after, facts)
    arrival, move = arrive(connection, about, facts.stage, is_edited=True)
    return Done(
        Migrated(after.hash, arrival),
        title=f"Moved to the version {after.hash}",
        event="process.migrated",
        move=move,
        inputs={"migration": written(PROCESS, migration), "before": before.hash},
        outputs={"definition": after.hash, "stage": arrival.stage},
    )


def finished(
    connection: Connection, effect: Effect, definition: Definition, *, moved: Agreed, to: str
) -> Done[Arrival]:
    """The migration itself goes on, once the process has the other version."""
    facts = record.facts(connection, effect.process)
    arrival, move = arrive(connection, About.of(effect, definition, facts), to)
    return Done(
        arrival,
        title=f"Moved {written(PROCESS, moved.process)}",
        event="process.moved",
        move=move,
        outputs={"process": written(PROCESS, moved.process), "definition": moved.definition_hash},
    )
