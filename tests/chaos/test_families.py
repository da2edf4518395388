"""A process that starts others dies at each labelled point, is delivered twice, and acts once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from temporalio.client import Client

from activities.children import ChildActivities
from activities.twice import DeliverTwice
from sandbox.auditor import Asked, Row
from tests.chaos.errand import Errand, money
from tests.chaos.outcomes import all_of
from tests.chaos.test_crash_points import IN_EVERY_EFFECT, registered
from tests.chaos.test_deliveries import DeliverAtOnce
from tests.chaos.world import World, world
from tests.today import today

AT_A_TIME = 4
RUN, PAYMENT = "payment_run", "payment"
AMOUNTS = (29_500_00, 11_800_00)
STARTED = "SELECT * FROM processes WHERE parent_id = %s ORDER BY child_item"


class Member(Errand):
    """A list of payments, or a payment that it started."""

    def __init__(self, made: World, temporal: Client, queue: str, row: Row | None = None) -> None:
        super().__init__(made, temporal, queue, type=PAYMENT if row else RUN)
        self.paise = sum(AMOUNTS)
        if row is not None:
            self.id, self.workflow_id, self.paise = row["id"], row["workflow_id"], row["amount"]

    def input(self, **changed: Any) -> dict[str, Any]:
        """Two payments of today."""
        payments = [
            {"vendor": "V-001", "paid_for": f"{self.number}/{n}", "amount": money(amount)}
            for n, amount in enumerate(AMOUNTS)
        ]
        return {
            "entry_date": str(today()), "money_account": "bank", "method": "cheque",
            "purpose": self.number, "payments": payments, **changed,
        }  # fmt: skip

    async def started(self) -> list["Member"]:
        """What the list started, once it is there."""
        await self.waits_for(STARTED)
        rows = await self.look(STARTED, self.id)
        return [Member(self.world, self.temporal, self.task_queue, row) for row in rows]

    async def ends(self, stage: str) -> None:
        """Wait for the end, and write down what must be true of it."""
        await self.stands_at(stage)
        await self.closes()
        is_paid = stage == "final"
        book = {"vendor_payable": self.paise, "bank": -self.paise} if is_paid else {}
        self.world.asked.append(
            Asked(
                workflow_id=self.workflow_id, stage=stage, book=book, entries=int(is_paid),
                payments=0, amount=self.paise, refused=self.refused, acknowledged=self.acknowledged,
            )
        )  # fmt: skip


async def all_paid(run: Member) -> None:
    """Approved once; both are audited and posted."""
    await run.open()
    await run.decide("deepa", "approve")
    children = await run.started()
    for child in children:
        await child.decide("nila", "approve")
    for child in children:
        await child.ends("final")
    await run.ends("paid")
    assert len(children) == len(AMOUNTS)


async def all_withdrawn(run: Member) -> None:
    """Cancelled before one is audited."""
    await run.open()
    await run.decide("deepa", "approve")
    children = await run.started()
    await run.stands_at("paying")
    await run.waits_for("SELECT 1 FROM processes WHERE id = %s AND status = 'waiting'")
    await run.act("deepa", "cancel")
    for child in children:
        await child.ends("cancelled")
    await run.ends("cancelled")


LEADS_PAST: dict[str, Callable[[Member], Awaitable[None]]] = {
    "open_children.paying": all_paid,
    "gather_children": all_paid,
    "withdraw_children": all_withdrawn,
    "withdraw_process": all_withdrawn,
}
# They read, start or tell again what was read, started or told before.
WITHOUT_EFFECT = {"start_children", "look_at_children", "take_up", "tell_parent"}
CASES = [(step, point) for step in LEADS_PAST for point in IN_EVERY_EFFECT]


def test_no_activity_of_families_is_forgotten() -> None:
    named = {step.partition(".")[0] for step in LEADS_PAST}
    assert registered(ChildActivities) == named | WITHOUT_EFFECT


async def dies_and_is_taken_over(made: World, temporal: Client, step: str, point: str) -> None:
    """The first worker is killed at the point; another one goes on."""
    armed = f"{step}/{point}"
    run = Member(made, temporal, f"family {armed}")
    async with made.working(run.task_queue, crash_at=armed) as victim:
        running = asyncio.ensure_future(LEADS_PAST[step](run))
        try:
            assert await victim.died(), f"{armed} was never reached, or did not kill"
            async with await made.worker_here(run.task_queue):
                await running
        finally:
            running.cancel()


def test_a_family_survives_a_crash_at_every_point() -> None:
    async def run(made: World) -> None:
        temporal, some = await made.temporal(), asyncio.Semaphore(AT_A_TIME)

        async def case(step: str, point: str) -> None:
            async with some:
                await dies_and_is_taken_over(made, temporal, step, point)

        await all_of(*(case(*each) for each in CASES))
        assert await made.findings() == []

    with world() as made:
        asyncio.run(run(made))


@pytest.mark.parametrize("play", [all_paid, all_withdrawn])
def test_a_family_delivered_twice_acts_once(play: Callable[[Member], Awaitable[None]]) -> None:
    async def run(made: World) -> None:
        temporal = await made.temporal()
        for interceptor in (DeliverTwice(), DeliverAtOnce()):
            queue = f"family {type(interceptor).__name__}"
            async with await made.worker_here(queue, interceptor):
                await play(Member(made, temporal, queue))
        assert await made.findings() == []

    with world() as made:
        asyncio.run(run(made))
