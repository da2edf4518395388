"""Members of a running stack are killed in mid-process, started again, and nothing is lost."""

import asyncio
import signal
from collections.abc import Iterator, Mapping

import pytest

from local.members import API, BANK, POSTGRES, TEMPORAL, WORKER
from tests.chaos.customer import Customer
from tests.chaos.errand import LARGE, Errand
from tests.chaos.outcomes import LOCKING, OUTCOMES, all_of
from tests.chaos.world import World, world

SECOND = "worker-2"
MEMBERS = (POSTGRES, TEMPORAL, API, BANK, WORKER)
# Over REST a bad input is refused before there is a process.
IN_MOTION = [name for name in OUTCOMES if name not in (*LOCKING, "refused_at_receipt")]


@pytest.fixture
def made() -> Iterator[World]:
    with world((*World.SERVERS, WORKER, API)) as made:
        yield made


async def wait_everywhere(made: World, errands: Mapping[str, Errand]) -> None:
    """Bring one process to each place where it waits for a person or a date."""
    for errand in errands.values():
        await errand.open()
    await errands["second level"].decide("bina", "approve")
    await errands["correction"].decide("bina", "send_back")
    await errands["due date"].decide("bina", "approve")
    await errands["exception"].bank_will("refuse")
    await errands["exception"].decide("bina", "approve")
    for stage in ("correction", "due date"):
        await errands[stage].stands_at({"due date": "awaiting_due_date"}.get(stage, stage))
    await errands["exception"].waits_for("SELECT 1 FROM exceptions WHERE process_id = %s")


async def go_on(errands: Mapping[str, Errand]) -> None:
    """End them all as if nothing had been."""
    await errands["first level"].decide("bina", "approve")
    await errands["second level"].decide("deepa", "approve")
    await errands["correction"].amend()
    await errands["correction"].decide("bina", "approve")
    await errands["due date"].act("esha", "pay_now")
    await errands["exception"].repair("esha", "retry", cause="payment_refused")
    await all_of(*(errand.ends("paid") for errand in errands.values()))


def test_every_member_may_be_killed_in_mid_process(made: World) -> None:
    async def run() -> None:
        temporal = await made.temporal()
        waiting = {
            "first level": Customer(made, temporal, "kontor"),
            "second level": Customer(made, temporal, "kontor", net=LARGE),
            "correction": Customer(made, temporal, "kontor"),
            "due date": Customer(made, temporal, "kontor", due_in_days=30),
            "exception": Customer(made, temporal, "kontor"),
        }
        await wait_everywhere(made, waiting)
        moving = []
        for number, member in enumerate(MEMBERS):
            for name in IN_MOTION[number::3]:
                script, about = OUTCOMES[name]
                moving.append(
                    asyncio.create_task(script(Customer(made, temporal, "kontor", **about)))
                )
            await asyncio.sleep(0.7)
            made.stack.kill(member)
            await asyncio.sleep(0.5)
            await made.revive(member)
        await all_of(go_on(waiting), *moving)
        assert await made.findings() == []

    asyncio.run(run())


def test_a_worker_that_slept_through_its_time_does_nothing_twice(made: World) -> None:
    async def run() -> None:
        temporal = await made.temporal()
        moving = [
            asyncio.create_task(script(Customer(made, temporal, "kontor", **about)))
            for script, about in map(OUTCOMES.__getitem__, IN_MOTION)
        ]
        await asyncio.sleep(0.7)
        made.stack.kill(WORKER, signal.SIGSTOP)
        await asyncio.to_thread(made.stack.start_worker, SECOND)
        await asyncio.sleep(15)
        made.stack.kill(WORKER, signal.SIGCONT)
        await all_of(*moving)
        made.stack.stop(SECOND)
        assert await made.findings() == []

    asyncio.run(run())
