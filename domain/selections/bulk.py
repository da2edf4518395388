"""Bulk work: the signed instruction for each item of a selection, and what became of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import Connection, text

from domain import money
from domain.access.token import Means
from domain.approvals.policy import VERBS
from domain.canonical import plain
from domain.database import with_json
from domain.definitions import content as reading
from domain.definitions.model import Definition
from domain.money import Money
from domain.processes import record
from domain.processes.arriving import About, Arrival, arrive
from domain.processes.effect import Done, Effect

INSTRUCT = with_json("""
    INSERT INTO bulk_instructions (tenant_id, process_id, position, selection_id, signed, means)
    VALUES (:tenant, :process, :position, :selection, :signed, :means) ON CONFLICT DO NOTHING
""", "means")  # fmt: skip
COUNT = text("""
    SELECT count(*) FROM bulk_instructions
    WHERE tenant_id = (SELECT current_tenant()) AND process_id = :process
""")
ORDERS = text("""
    SELECT b.position, i.item_id, i.workflow_id, i.seen, b.signed, s.user_id,
        (b.means->>'password_age')::integer AS password_age, (b.means->>'key')::uuid AS key
    FROM bulk_instructions b
    JOIN selection_items i ON i.tenant_id = b.tenant_id AND i.selection_id = b.selection_id
        AND i.position = b.position
    JOIN selections s ON s.tenant_id = b.tenant_id AND s.id = b.selection_id
    WHERE b.tenant_id = (SELECT current_tenant()) AND b.process_id = :process
      AND b.position BETWEEN :first AND :last
    ORDER BY b.position
""")
STANDING = text("""
    SELECT effect_key FROM effects
    WHERE tenant_id = (SELECT current_tenant()) AND effect_key = ANY(:keys)
""")
RECORD = text("""
    INSERT INTO bulk_items (tenant_id, process_id, position, state, code, message)
    VALUES (:tenant, :process, :position, :state, :code, :message)
""")
RESULTS = text("""
    SELECT b.position, i.item_id, i.title, i.amount, i.currency,
        coalesce(o.state, 'pending') AS state, o.code, o.message
    FROM bulk_instructions b
    JOIN selection_items i ON i.tenant_id = b.tenant_id AND i.selection_id = b.selection_id
        AND i.position = b.position
    LEFT JOIN bulk_items o ON o.tenant_id = b.tenant_id AND o.process_id = b.process_id
        AND o.position = b.position
    WHERE b.tenant_id = (SELECT current_tenant()) AND b.process_id = :process
      AND b.position > :after
      AND (CAST(:state AS text) IS NULL OR coalesce(o.state, 'pending') = :state)
    ORDER BY b.position LIMIT :limit
""")
TOTALS = text("""
    SELECT coalesce(o.state, 'pending') AS state, i.currency, count(*) AS size,
        sum(i.amount)::bigint AS amount
    FROM bulk_instructions b
    JOIN selection_items i ON i.tenant_id = b.tenant_id AND i.selection_id = b.selection_id
        AND i.position = b.position
    LEFT JOIN bulk_items o ON o.tenant_id = b.tenant_id AND o.process_id = b.process_id
        AND o.position = b.position
    WHERE b.tenant_id = (SELECT current_tenant()) AND b.process_id = :process
    GROUP BY 1, i.currency ORDER BY 1, i.currency
""")
State = Literal["done", "failed"]
CARRY_OUT: Final = "carry_out_items"


@dataclass(frozen=True, slots=True)
class Order:
    """An instruction of the maker's for one item, as the API signed it."""

    position: int
    item: UUID
    workflow_id: str
    seen: str
    signed: str
    user: UUID
    means: Means


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an item; a failed one says which rule said no."""

    position: int
    state: State
    code: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """An item of bulk work as people read of it: done, failed or pending."""

    position: int
    item: UUID
    title: str
    amount: Money | None
    state: str
    code: str | None
    message: str | None


@dataclass(frozen=True, slots=True)
class Total:
    """How many items came to a state, and what they amount to, in one currency or none."""

    state: str
    size: int
    amount: Money | None


def instruct(
    connection: Connection,
    tenant: UUID,
    process: UUID,
    selection: UUID,
    *,
    signed: Sequence[str],
    means: Means,
) -> None:
    """Keep the instruction for each item, in the order of the selection. Again changes nothing."""
    place = {"tenant": tenant, "process": process, "selection": selection, "means": plain(means)}
    rows = [{**place, "position": at, "signed": each} for at, each in enumerate(signed, 1)]
    connection.execute(INSTRUCT, rows)


def count(connection: Connection, process: UUID) -> int:
    """For how many items the process has instructions."""
    found: int = connection.execute(COUNT, {"process": process}).scalar_one()
    return found


def orders(connection: Connection, process: UUID, *, first: int, last: int) -> list[Order]:
    """The instructions for the items at these positions."""
    rows = connection.execute(ORDERS, {"process": process, "first": first, "last": last})
    return [
        Order(
            row.position, row.item_id, row.workflow_id, row.seen, row.signed, row.user_id,
            Means(row.password_age, row.key),
        )
        for row in rows
    ]  # fmt: skip


def standing(connection: Connection, keys: Collection[str]) -> set[str]:
    """Which of these effects stand already."""
    return set(connection.scalars(STANDING, {"keys": list(keys)}))


def keep(
    connection: Connection, effect: Effect, action: str, outcomes: Sequence[Outcome]
) -> Done[int]:
    """Write down what became of some items; the result is how many were done."""
    place = {"tenant": effect.tenant, "process": effect.process}
    connection.execute(
        RECORD,
        [
            {
                **place,
                "position": each.position,
                "state": each.state,
                "code": each.code,
                "message": each.message,
            }
            for each in outcomes
        ],
    )
    done = sum(each.state == "done" for each in outcomes)
    return Done(
        done,
        title=f"{VERBS[action].capitalize()}: {done} of {len(outcomes)}",
        event="bulk.items_done",
        inputs={"first": outcomes[0].position, "last": outcomes[-1].position},
        outputs={"done": done, "failed": len(outcomes) - done},
    )


def results(
    connection: Connection, process: UUID, *, state: str | None, after: int, limit: int
) -> list[Result]:
    """The items after a position, in the order they were selected; of one state, if it is named."""
    asked = {"process": process, "state": state, "after": after, "limit": limit}
    return [
        Result(
            row.position, row.item_id, row.title, money.given(row.amount, row.currency), row.state,
            row.code, row.message,
        )
        for row in connection.execute(RESULTS, asked)
    ]  # fmt: skip


def is_bulk(definition: Definition) -> bool:
    """Whether processes of this type work through items."""
    return any(stage.does == CARRY_OUT for stage in definition.stages.values())


def totals(connection: Connection, process: UUID) -> list[Total]:
    """What came of all items so far, by state and currency; they add up to the selection."""
    rows = connection.execute(TOTALS, {"process": process})
    return [Total(row.state, row.size, money.given(row.amount, row.currency)) for row in rows]


def sum_up(
    connection: Connection, effect: Effect, definition: Definition, *, to: str
) -> Done[Arrival]:
    """Tell what came of it all; then the process goes on to the stage `to`."""
    facts = record.facts(connection, effect.process)
    found = totals(connection, effect.process)
    failed = sum(total.size for total in found if total.state == "failed")
    all_ = sum(total.size for total in found)
    arrival, move = arrive(connection, About.of(effect, definition, facts), to)
    verb = VERBS[reading.text(facts.content, "action")].capitalize()
    left = f"; {failed} were refused" if failed else ""
    return Done(
        arrival,
        title=f"{verb}: {all_ - failed} of {all_} done{left}",
        event="bulk.done",
        move=move,
        outputs={"totals": found},
    )
