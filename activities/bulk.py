"""One thing done to many items: the maker's own instruction for each, sent to its process."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, Protocol

from temporalio import activity

from activities.desk import Desk, Instruction
from activities.effects import decoded
from activities.refusals import refusals
from domain.approvals import inbox
from domain.approvals.deciding import Choice
from domain.approvals.policy import already_decided
from domain.database import transaction
from domain.identifiers import PROCESS, written
from domain.processes import effect as effects
from domain.processes.arriving import Arrival
from domain.processes.effect import Effect
from domain.refusal import Refusal
from domain.selections import bulk
from domain.selections.bulk import Order, Outcome

AT_ONCE: Final = 8
BEAT_SECONDS: Final = 3


class Road(Protocol):
    """How an instruction reaches a process. Raises the Refusal of the process, or a fault."""

    async def decide(
        self, workflow_id: str, call: str, choice: Choice, instruction: Instruction
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class CountItems:
    """For how many items a process has instructions."""

    effect: Effect


@dataclass(frozen=True, slots=True)
class CarryOutItems:
    """Do `action` to the items at the positions `first` to `last`."""

    effect: Effect
    action: str
    reason: str | None
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class SumUp:
    """Tell what came of all items; then the process goes on to the stage `to`."""

    effect: Effect
    definition_hash: str
    to: str


class BulkActivities:
    """What a bulk action does. Sending again is safe: each item's call has a name of its own."""

    def __init__(self, desk: Desk, road: Road) -> None:
        self.desk = desk
        self.road = road

    @activity.defn
    def count_items(self, command: CountItems) -> int:
        """How many items there are. They were written down before the process began."""
        effect = command.effect
        with transaction(self.desk.effects.engine, effect.tenant) as connection:
            return bulk.count(connection, effect.process)

    @activity.defn
    async def carry_out_items(self, command: CarryOutItems) -> int:
        """Send each instruction and keep what became of it. How many were done."""
        earlier = await asyncio.to_thread(self.earlier, command)
        if earlier is not None:
            return earlier
        orders, done = await asyncio.to_thread(self.left, command)
        slots = asyncio.Semaphore(AT_ONCE)

        async def carried(order: Order) -> Outcome:
            async with slots:
                is_done = key_of(command, order) in done
                return await self.sent(command, order, is_done=is_done)

        async with beating():
            outcomes = await asyncio.gather(*map(carried, orders))
            return await asyncio.to_thread(self.keep, command, outcomes)

    @activity.defn
    def sum_up(self, command: SumUp) -> Arrival:
        """Say how many were done and what they amount to."""
        definition = self.desk.catalog.by_hash(command.definition_hash)
        return self.desk.effects.once(
            command.effect,
            command,
            Arrival,
            lambda connection: bulk.sum_up(connection, command.effect, definition, to=command.to),
        )

    def earlier(self, command: CarryOutItems) -> int | None:
        """What an earlier delivery answered."""
        effect = command.effect
        with transaction(self.desk.effects.engine, effect.tenant) as connection:
            stored = effects.earlier(connection, effect)
        return decoded(int, stored.result) if stored else None

    def left(self, command: CarryOutItems) -> tuple[list[Order], set[str]]:
        """The instructions, and the effects of them that stand from an earlier delivery."""
        effect = command.effect
        with transaction(self.desk.effects.engine, effect.tenant) as connection:
            orders = bulk.orders(connection, effect.process, first=command.first, last=command.last)
            keys = [key_of(command, order) for order in orders]
            return orders, bulk.standing(connection, keys)

    async def sent(self, command: CarryOutItems, order: Order, *, is_done: bool) -> Outcome:
        """One item. What its process refuses is its outcome; a fault lets the whole try again."""
        if is_done:
            return Outcome(order.position, "done")
        choice = Choice(order.item, command.action, command.reason, order.seen)
        instruction = Instruction(order.user, order.signed, order.means)
        try:
            await self.road.decide(order.workflow_id, call_of(command, order), choice, instruction)
        except Refusal as refusal:
            return await asyncio.to_thread(self.refused, command, order, refusal)
        return Outcome(order.position, "done")

    def refused(self, command: CarryOutItems, order: Order, refusal: Refusal) -> Outcome:
        """Done all the same when the decision is ours, sent before a worker died; else why not.

        Whoever came first is named from her decision: a process that went on knows less.
        """
        effect = command.effect
        with transaction(self.desk.effects.engine, effect.tenant) as connection:
            if bulk.standing(connection, [key_of(command, order)]):
                return Outcome(order.position, "done")
            task = inbox.look(connection, order.item).checking
        said = already_decided(task.title, task.decided) if task.decided else refusal
        return Outcome(order.position, "failed", said.code, said.message)

    def keep(self, command: CarryOutItems, outcomes: Sequence[Outcome]) -> int:
        """Write the outcomes down, once."""
        with refusals():
            return self.desk.effects.once(
                command.effect,
                command,
                int,
                lambda connection: bulk.keep(connection, command.effect, command.action, outcomes),
            )


@asynccontextmanager
async def beating() -> AsyncIterator[None]:
    """Tell the engine that the work goes on, as long as it does."""

    async def beat() -> None:
        while True:
            activity.heartbeat()
            await asyncio.sleep(BEAT_SECONDS)

    running = asyncio.create_task(beat())
    try:
        yield
    finally:
        running.cancel()


def call_of(command: CarryOutItems, order: Order) -> str:
    """The name of the call for one item, the same however often it is sent."""
    return f"{written(PROCESS, command.effect.process)}.{order.position}"


def key_of(command: CarryOutItems, order: Order) -> str:
    """The key of the effect that the call has in the process it is sent to."""
    return f"{order.workflow_id}/decide_task/{call_of(command, order)}/1"
