"""Bulk work: the signed instruction for each item of a selection, and what became of it."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import Connection, text

from domain import money
from domain.access.token import Means
from domain.approvals import inbox
from domain.approvals.deciding import Choice as Decided
from domain.approvals.policy import APPROVE, REJECT, SEND_BACK, already_decided
from domain.canonical import plain
from domain.database import with_json
from domain.definitions import content as reading
from domain.definitions.model import Definition
from domain.money import Money
from domain.processes import record, repairs
from domain.processes.arriving import About, Arrival, arrive
from domain.processes.assigning import Assigned
from domain.processes.effect import Done, Effect
from domain.processes.exceptions import Choice
from domain.processes.proposals import Confirmed, Proposed
from domain.processes.repairs import ASSIGN, CANCEL, CONFIRM, RETRY, SKIP
from domain.processes.said import Said
from domain.refusal import Refusal
from domain.selections.selection import sums

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
# What a stop left alone.
LEAVE = text("""
    INSERT INTO bulk_items (tenant_id, process_id, position, state)
    SELECT b.tenant_id, b.process_id, b.position, 'not_done' FROM bulk_instructions b
    WHERE b.tenant_id = :tenant AND b.process_id = :process
      AND NOT EXISTS (SELECT FROM bulk_items o WHERE o.tenant_id = b.tenant_id
                      AND o.process_id = b.process_id AND o.position = b.position)
""")
RESULTS = text("""
    SELECT b.position, s.resource, i.item_id, i.title, i.amount, i.currency,
        coalesce(o.state, 'pending') AS state, o.code, o.message
    FROM bulk_instructions b
    JOIN selections s ON s.tenant_id = b.tenant_id AND s.id = b.selection_id
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
# Refused; stopped again at its step or another; not known when the time was over; never begun.
State = Literal["done", "failed", "parked", "under_way", "not_done"]
CARRY_OUT: Final = "carry_out_items"
OF_TASKS: Final = (APPROVE, REJECT, SEND_BACK)
OF_EXCEPTIONS: Final = (RETRY, CANCEL, SKIP, CONFIRM, ASSIGN)
ACTIONS: Final = {"tasks": OF_TASKS, "exceptions": OF_EXCEPTIONS}
# The step of each in the process that is told; a decision's is `decide_task`.
STEPS: Final = {
    RETRY: "resolve_exception",
    CANCEL: "resolve_exception",
    SKIP: "propose_repair",
    CONFIRM: "confirm_repair",
    ASSIGN: "assign_exception",
}
# A step is left out by two people, so the first of them proposes.
WORDS: Final = {
    SEND_BACK: "send back",
    SKIP: "propose to skip",
    CONFIRM: "confirm what is proposed for",
}
TOLD: Final = {
    "failed": "were refused",
    "parked": "parked again",
    "under_way": "are still under way",
    "not_done": "were not begun",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is done to every item, why, and to whom it is given where it is assigned."""

    action: str
    reason: str | None = None
    person: UUID | None = None
    role: str | None = None

    def said(self, item: UUID, seen: str) -> Said:
        """The same of one item, as somebody would say it of that one alone."""
        match self.action:
            case action if action in OF_TASKS:
                return Decided(item, action, self.reason, seen)
            case "skip":
                return Proposed(item, SKIP, self.reason)
            case "confirm":
                return Confirmed(item, seen)
            case "assign":
                return Assigned(item, self.reason, self.person, self.role)
            case _:
                return Choice(item, self.action, self.reason)


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
    """What became of an item; a failed one says which rule said no, a parked one what stops it."""

    position: int
    state: State
    code: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """An item of bulk work as people read of it, also one that is pending."""

    position: int
    resource: str
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


def explained(connection: Connection, action: str, order: Order, refusal: Refusal) -> Refusal:
    """Why an item failed: whoever came first is named, since a process that went on knows less."""
    if action in OF_TASKS:
        task = inbox.look(connection, order.item).checking
        return already_decided(task.title, task.decided) if task.decided else refusal
    try:
        repairs.check_waits(repairs.look(connection, order.item))
    except Refusal as known:
        return known
    return refusal


def keep(
    connection: Connection, effect: Effect, action: str, outcomes: Sequence[Outcome]
) -> Done[int]:
    """Write down what became of some items; the result is how many were done."""
    place = {"tenant": effect.tenant, "process": effect.process}
    begun = [each for each in outcomes if each.state != "not_done"]
    if begun:
        connection.execute(RECORD, [{**place, **asdict(each)} for each in begun])
    done = sum(each.state == "done" for each in outcomes)
    return Done(
        done,
        title=f"{verb(action)}: {done} of {len(outcomes)}",
        event="bulk.items_done",
        inputs={"first": outcomes[0].position, "last": outcomes[-1].position},
        outputs={"done": done, "failed": len(begun) - done},
    )


def results(
    connection: Connection, process: UUID, *, state: str | None, after: int, limit: int
) -> list[Result]:
    """The items after a position, in the order they were selected; of one state, if it is named."""
    asked = {"process": process, "state": state, "after": after, "limit": limit}
    return [
        Result(
            row.position, row.resource, row.item_id, row.title,
            money.given(row.amount, row.currency), row.state, row.code, row.message,
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
    """Tell what came of it all; then the process goes on to the stage `to`.

    What nobody began by now, since it was stopped, counts as not done.
    """
    facts = record.facts(connection, effect.process)
    connection.execute(LEAVE, {"tenant": effect.tenant, "process": effect.process})
    found = totals(connection, effect.process)
    arrival, move = arrive(connection, About.of(effect, definition, facts), to)
    return Done(
        arrival,
        title=f"{verb(reading.text(facts.content, 'action'))}: {summary(found)}",
        event="bulk.done",
        move=move,
        outputs={"totals": found},
    )


def summary(totals: Sequence[Total]) -> str:
    """`3 of 5 done; 1 were refused; 1 parked again`."""
    sizes: dict[str, int] = {}
    for total in totals:
        sizes[total.state] = sizes.get(total.state, 0) + total.size
    rest = [f"{sizes[state]} {words}" for state, words in TOLD.items() if state in sizes]
    return "; ".join([f"{sizes.get('done', 0)} of {sum(sizes.values())} done", *rest])


def verb(action: str) -> str:
    """What is done, as a sentence begins."""
    words = WORDS.get(action, action)
    return words[0].upper() + words[1:]


def about(action: str, resource: str, amounts: Sequence[Money | None]) -> str:
    """What it is about in people's words: `Approve 48 tasks, 12,40,000.00 INR`."""
    noun = resource if len(amounts) != 1 else resource.removesuffix("s")
    return ", ".join([f"{verb(action)} {len(amounts)} {noun}", *map(str, sums(amounts))])
