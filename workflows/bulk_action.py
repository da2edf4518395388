"""Bulk work: one thing that somebody has done to everything she selected."""

from typing import Final

from temporalio import workflow

from activities.bulk import BulkActivities, CarryOutItems, CountItems, StopItems, SumUp
from domain import identifiers
from domain.definitions import content as reading
from domain.identifiers import PERSON
from domain.processes.arriving import Arrival
from domain.processes.effect import Effect
from domain.selections import stopping
from workflows.kit.messages import StartProcess, Stop
from workflows.kit.options import ITEMS, ITEMS_QUEUE
from workflows.kit.process import Cancelled
from workflows.kit.staging import Staged

CHUNK: Final = 50
NOTHING = "Nothing was selected for it. Start bulk work through POST /v1/bulk."


@workflow.defn(name="BulkAction")
class BulkAction(Staged):
    """Somebody's choice is carried out on each item that she selected, and what failed is told."""

    @workflow.init
    def __init__(self, start: StartProcess) -> None:
        super().__init__(start)
        self.is_stopped = False

    @workflow.run
    async def run(self, start: StartProcess) -> str:
        """Receive; do it to the items, chunk by chunk; sum up."""
        if await self.opened():
            try:
                if await self.reached("carrying_out"):
                    await self.carry_out_items()
            except Cancelled as cancelled:
                await self.given_up(cancelled)
        return await self.finished()

    async def carry_out_items(self) -> None:
        """A chunk at a time; one item that is refused stops no other."""
        count = await self.perform(
            BulkActivities.count_items,
            CountItems(self.effect("count_items")),
            summary="Count the items",
            queue=ITEMS_QUEUE,
        )
        if not count:
            await self.ended("refused", NOTHING)
            return
        for first in range(1, count + 1, CHUNK):
            if self.is_stopped:
                break
            await self.carry_out_chunk(first, min(first + CHUNK - 1, count), count)
        self.stand(await self.carried_out("sum_up", self.summed_up))

    async def carry_out_chunk(self, first: int, last: int, count: int) -> None:
        """Once each; a chunk that breaks off is put before a person, and then tried again."""
        content = self.start.input
        reason = reading.text(content, "reason") or None
        action, role = reading.text(content, "action"), reading.text(content, "role") or None
        named = reading.text(content, "person")
        person = identifiers.read(PERSON, named) if named else None

        async def perform(effect: Effect) -> int:
            command = CarryOutItems(effect, action, reason, first, last, person, role)
            return await self.perform(
                BulkActivities.carry_out_items,
                command,
                summary=f"Items {first} to {last} of {count}",
                options=ITEMS,
                queue=ITEMS_QUEUE,
            )

        await self.carried_out(f"carry_out_items.{first}", perform)

    async def summed_up(self, effect: Effect) -> Arrival:
        """What came of it all."""
        command = SumUp(effect, self.definition.hash, to="done")
        return await self.perform(
            BulkActivities.sum_up, command, summary="Sum up", queue=ITEMS_QUEUE
        )

    @workflow.update
    async def stop(self, message: Stop) -> int:
        """Begin no further item; what is under way comes to its end. How many are left alone."""
        async with self.lock:
            left = await self.instructed(
                BulkActivities.stop_items,
                StopItems(
                    effect=self.effect(stopping.STEP, item=message.call),
                    instruction=message.instruction,
                    definition_hash=self.definition.hash,
                    reason=message.reason,
                ),
                summary="Stop",
            )
            self.is_stopped = True
            return left

    @stop.validator
    def may_stop(self, message: Stop) -> None:
        """Signed by the API, or it never happened."""
        saying = stopping.saying(self.start.process, message.reason)
        self.check_signed(message.instruction, *saying)
