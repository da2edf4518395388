"""Every activity delivered more than once acts once: one after the other, or at the same moment."""

import asyncio

from tests.chaos.errand import Errand
from tests.chaos.outcomes import OUTCOMES, all_of
from tests.chaos.world import World, world


async def every_outcome(made: World, queue: str) -> None:
    temporal = await made.temporal()
    await all_of(
        *(script(Errand(made, temporal, queue, **about)) for script, about in OUTCOMES.values())
    )
    assert await made.findings() == []


def test_an_activity_delivered_twice_acts_once() -> None:
    async def run(made: World) -> None:
        async with made.working("twice", deliver_twice="true"):
            await every_outcome(made, "twice")

    with world() as made:
        asyncio.run(run(made))
