"""One thing done to many items: the maker's own instruction for each, sent to its process."""

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from temporalio import activity

from activities.beating import beating
from activities.desk import Desk, Instruction
from activities.effects import decoded
from activities.refusals import refusals
from domain.database import transaction
from domain.identifiers import PROCESS, written
from domain.processes import effect as effects
from domain.processes.arriving import Arrival
from domain.processes.effect import Effect
from domain.processes.said import Said
from domain.refusal import Refusal
from domain.selections import bulk, settling, stopping
from domain.selections.bulk import Order, Outcome, Wanted

AT_ONCE: Final = 8
# How long a chunk waits for the effects of its repairs; what takes longer is told as under way.
SETTLE_SECONDS: Final = 120
LOOK_SECONDS: Final = 0.5


class Road(Protocol):
    """How an instruction reaches a process. Raises the Refusal of the process, or a fault."""

    async def say(
        self, workflow_id: str, call: str, said: Said, instruction: Instruction
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
    person: UUID | None = None
    role: str | None = None

    @property
    def wanted(self) -> Wanted:
        """What is done to each."""
        return Wanted(self.action, self.reason, self.person, self.role)


@dataclass(frozen=True, slots=True)
class SumUp:
    """Tell what came of all items; then the process goes on to the stage `to`."""

    effect: Effect
    definition_hash: str
    to: str


@dataclass(frozen=True, slots=True)
class StopItems:
    """Somebody wants no further item begun."""

    effect: Effect
    instruction: Instruction
    definition_hash: str
    reason: str | None


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
                if key_of(command, order) in done:
                    return Outcome(order.position, "done")
                return await self.sent(command, order)

        async with beating():
            sent = await asyncio.gather(*map(carried, orders))
            outcomes = await self.settled(command, orders, sent)
            return await asyncio.to_thread(self.keep, command, outcomes)

    @activity.defn
    def stop_items(self, command: StopItems) -> int:
        """Begin no further item. For how many nothing is on record yet."""
        definition = self.desk.catalog.by_hash(command.definition_hash)
        return self.desk.acted(
            command,
            int,
            stopping.saying(command.effect.process, command.reason),
            lambda connection, actor: stopping.stop(
                connection, command.effect, definition, actor, reason=command.reason
            ),
        )

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

    async def sent(self, command: CarryOutItems, order: Order) -> Outcome:
        """One item. What its process refuses is its outcome; a fault lets the whole try again."""
        if await asyncio.to_thread(self.is_stopped, command.effect):
            return Outcome(order.position, "not_done")
        said = command.wanted.said(order.item, order.seen)
        instruction = Instruction(order.user, order.signed, order.means)
        try:
            await self.road.say(order.workflow_id, call_of(command, order), said, instruction)
        except Refusal as refusal:
            return await asyncio.to_thread(self.refused, command, order, refusal)
        return Outcome(order.position, "done")

    def is_stopped(self, effect: Effect) -> bool:
        """Whether somebody stopped it meanwhile."""
        with transaction(self.desk.effects.engine, effect.tenant) as connection:
            return stopping.is_stopped(connection, effect.process)

    def refused(self, command: CarryOutItems, order: Order, refusal: Refusal) -> Outcome:
        """Done all the same when the effect is ours, sent before a worker died; else why not."""
        effect = command.effect
        with transaction(self.desk.effects.engine, effect.tenant) as connection:
            if bulk.standing(connection, [key_of(command, order)]):
                return Outcome(order.position, "done")
            said = bulk.explained(connection, command.action, order, refusal)
        return Outcome(order.position, "failed", said.code, said.message)

    async def settled(
        self, command: CarryOutItems, orders: Sequence[Order], sent: Sequence[Outcome]
    ) -> list[Outcome]:
        """What a repair came to: an item is done when its effect stands, not when it was sent."""
        if command.action not in settling.SETTLING:
            return list(sent)
        found = {each.position: each for each in sent if each.state != "done"}
        waiting = {each.item: each.position for each in orders if each.position not in found}
        deadline = time.monotonic() + SETTLE_SECONDS
        while waiting and time.monotonic() < deadline:
            seen = await asyncio.to_thread(self.look, command, waiting)
            found |= {each.position: each for each in seen}
            waiting = {item: at for item, at in waiting.items() if at not in found}
            await asyncio.sleep(LOOK_SECONDS if waiting else 0)
        found |= {at: settling.under_way(at) for at in waiting.values()}
        return [found[order.position] for order in orders]

    def look(self, command: CarryOutItems, waiting: Mapping[UUID, int]) -> Collection[Outcome]:
        """What is known by now of the exceptions that wait."""
        with transaction(self.desk.effects.engine, command.effect.tenant) as connection:
            return settling.settled(connection, command.action, waiting)

    def keep(self, command: CarryOutItems, outcomes: Sequence[Outcome]) -> int:
        """Write the outcomes down, once."""
        with refusals():
            return self.desk.effects.once(
                command.effect,
                command,
                int,
                lambda connection: bulk.keep(connection, command.effect, command.action, outcomes),
            )


def call_of(command: CarryOutItems, order: Order) -> str:
    """The name of the call for one item, the same however often it is sent."""
    return f"{written(PROCESS, command.effect.process)}.{order.position}"


def key_of(command: CarryOutItems, order: Order) -> str:
    """The key of the effect that the call has in the process it is sent to."""
    step = bulk.STEPS.get(command.action, "decide_task")
    return f"{order.workflow_id}/{step}/{call_of(command, order)}/1"
