"""Stopping bulk work half-way: what was not begun stays as it is, and is told as `not_done`."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, text

from domain.access.actor import Actor
from domain.definitions.model import Definition
from domain.identifiers import PROCESS, written
from domain.processes import record
from domain.processes.effect import Done, Effect
from domain.processes.opening import check_role
from domain.processes.record import Facts
from domain.refusal import Refusal
from domain.selections import bulk

STOP: Final = "stop"
STEP: Final = "stop_items"

STOPPED = text("""
    SELECT 1 FROM evidence
    WHERE tenant_id = (SELECT current_tenant()) AND process_id = :process AND step = :step LIMIT 1
""")


def saying(process: UUID, reason: str | None) -> tuple[str, str, Any]:
    """What the API signs of a stop."""
    return STOP, written(PROCESS, process), {"reason": reason}


def check(definition: Definition, facts: Facts, actor: Actor, reason: str | None) -> None:
    """Whoever had it begun stops it, and whoever may repair it."""
    if not bulk.is_bulk(definition):
        raise Refusal("process_must_be_bulk", f"{facts.reference} is no bulk work. Cancel it.")
    if actor.person != facts.maker:
        check_role(definition, "repair", actor, held=actor.roles_at(facts.branch))
    if definition.stages[facts.stage].does != bulk.CARRY_OUT:
        title = definition.stages[facts.stage].title
        raise Refusal(
            "process_must_be_open", f"{facts.reference} has ended: {title}.", stage=facts.stage
        )
    if not (reason or "").strip():
        raise Refusal("reason_must_be_given", f"Say why: {STOP}, {facts.reference}.")


def stop(
    connection: Connection,
    effect: Effect,
    definition: Definition,
    actor: Actor,
    *,
    reason: str | None,
) -> Done[int]:
    """Say that no further item is begun. The result is for how many nothing is on record yet."""
    facts = record.facts(connection, effect.process)
    check(definition, facts, actor, reason)
    totals = bulk.totals(connection, effect.process)
    left = sum(total.size for total in totals if total.state == "pending")
    return Done(
        left,
        title=f"{actor.name} stopped it: {reason}",
        event="bulk.stopped",
        person=actor.person,
        user=actor.user,
        inputs={"reason": reason},
        outputs={"left": left},
    )


def is_stopped(connection: Connection, process: UUID) -> bool:
    """Whether somebody stopped it."""
    asked = {"process": process, "step": STEP}
    return connection.execute(STOPPED, asked).first() is not None
