"""Bulk repair and its stop die at each labelled point, are delivered twice, and repair once."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from temporalio.client import Client

from activities.twice import DeliverTwice
from domain.selections import stopping
from tests.bulk import Desk
from tests.chaos.errand import Errand
from tests.chaos.outcomes import all_of
from tests.chaos.test_bulk_work import BulkErrand, desk_of
from tests.chaos.test_crash_points import IN_EVERY_EFFECT
from tests.chaos.test_deliveries import DeliverAtOnce
from tests.chaos.world import World, world
from workflows.kit.messages import Stop

CASES = [
    f"{step}/{point}" for step in ("carry_out_items.1", "stop_items") for point in IN_EVERY_EFFECT
]
ITEMS = 2
AT_A_TIME = 3


class RepairErrand(BulkErrand):
    """A bulk retry of payments that the bank refused, which esha wants."""

    who = "esha"

    async def wanted(self, errands: Sequence[Errand]) -> list[UUID]:
        """The parked steps."""
        return [(await errand.parked("payment_refused"))["id"] for errand in errands]

    async def stop(self) -> None:
        """Stop it; what was begun comes to its end."""
        await self.waits_for("SELECT 1 FROM processes WHERE id = %s AND stage = 'carrying_out'")
        instruction = self.signed(self.who, *stopping.saying(self.id, "Enough"))
        await self.update("stop", stopping.STEP, Stop(f"stop {self.number}", "Enough", instruction))


async def parked(made: World, temporal: Client, queue: str) -> list[Errand]:
    """Payments that the bank refused, and will take its time with."""
    errands = [Errand(made, temporal, queue) for _ in range(ITEMS)]
    for errand in errands:
        await errand.open()
        await errand.bank_will("refuse")
        await errand.decide("bina", "approve")
        await errand.parked("payment_refused")
        await errand.bank_will("slow", seconds=4)
    return errands


async def repaired_and_stopped(bulk: RepairErrand, desk: Desk, errands: Sequence[Errand]) -> None:
    """Everything begun is paid, once, and told; nothing is left over."""
    await bulk.order(desk, errands, "retry")
    for errand in errands:
        await errand.waits_for("SELECT 1 FROM exceptions WHERE process_id = %s AND state <> 'open'")
    await bulk.stop()
    await bulk.ends("done")
    for errand in errands:
        await errand.ends("paid")
    assert await bulk.outcomes() == ["done"] * ITEMS


async def dies_and_is_taken_over(
    made: World, temporal: Client, desk: Desk, armed: str, some: asyncio.Semaphore
) -> None:
    """The first worker is killed at the point; another one goes on."""
    async with some, made.working(f"repair {armed}", crash_at=armed) as victim:
        bulk = RepairErrand(made, temporal, f"repair {armed}")
        errands = await parked(made, temporal, bulk.task_queue)
        running = asyncio.create_task(repaired_and_stopped(bulk, desk, errands))
        try:
            assert await victim.died(), f"{armed} was never reached, or did not kill"
            async with await made.worker_here(bulk.task_queue):
                await running
        finally:
            running.cancel()


def test_bulk_repair_survives_a_crash_at_every_point() -> None:
    async def run(made: World) -> None:
        temporal, desk = await made.temporal(), desk_of(made, "esha")
        some = asyncio.Semaphore(AT_A_TIME)
        await all_of(
            *(dies_and_is_taken_over(made, temporal, desk, armed, some) for armed in CASES)
        )
        assert await made.findings() == []

    with world() as made:
        asyncio.run(run(made))


def test_bulk_repair_delivered_twice_repairs_once() -> None:
    async def run(made: World) -> None:
        temporal, desk = await made.temporal(), desk_of(made, "esha")
        for interceptor in (DeliverTwice(), DeliverAtOnce()):
            bulk = RepairErrand(made, temporal, f"repair {type(interceptor).__name__}")
            async with await made.worker_here(bulk.task_queue, interceptor):
                errands = await parked(made, temporal, bulk.task_queue)
                await repaired_and_stopped(bulk, desk, errands)
        assert await made.findings() == []

    with world() as made:
        asyncio.run(run(made))
