"""Many processes by many clients while members are killed at random; then an outsider's audit.

A run prints its seed. To run one again, or longer:

    KONTOR_CAMPAIGN_SEEDS=7 KONTOR_CAMPAIGN_PROCESSES=600 make campaign
"""

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Awaitable

import pytest
from temporalio.client import Client

from local.members import API, BANK, POSTGRES, TEMPORAL, WORKER
from tests.chaos.customer import Customer
from tests.chaos.errand import Errand, Refused
from tests.chaos.outcomes import LOCKING, OUTCOMES, all_of
from tests.chaos.world import World, world

pytestmark = pytest.mark.campaign

PROCESSES = int(os.environ.get("KONTOR_CAMPAIGN_PROCESSES", "600"))
CLIENTS = int(os.environ.get("KONTOR_CAMPAIGN_CLIENTS", "16"))
SEEDS = os.environ.get("KONTOR_CAMPAIGN_SEEDS", "1").split(",")
MEMBERS = (WORKER, API, POSTGRES, TEMPORAL, BANK)
PATIENCE = 900


async def bad_input(errand: Errand) -> None:
    """Refused before there is a process; the auditor looks whether there is one all the same."""
    with pytest.raises(Refused, match="arithmetic_must_agree"):
        await errand.open(total={"amount": 1, "currency": "INR"})


SCRIPTS = {name: OUTCOMES[name] for name in OUTCOMES if name not in LOCKING}
SCRIPTS["refused_at_receipt"] = (bad_input, {})


class Nemesis:
    """Kills a member every two to six seconds, sometimes two at once, and starts it again."""

    def __init__(self, made: World, source: random.Random) -> None:
        self.made, self.source = made, source
        self.kills: Counter[str] = Counter()
        self.reviving: dict[str, asyncio.Task[None]] = {}

    async def rage(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(self.source.uniform(2, 6))
            victims = self.source.sample(MEMBERS, 2 if self.source.random() < 0.1 else 1)
            for victim in victims:
                if victim in self.reviving and not self.reviving[victim].done():
                    continue
                self.made.stack.kill(victim)
                self.kills[victim] += 1
                pause = self.source.uniform(0, 1.5)
                self.reviving[victim] = asyncio.create_task(self.revive(victim, pause))

    async def revive(self, victim: str, pause: float) -> None:
        await asyncio.sleep(pause)
        await self.made.revive(victim)

    async def quiet(self) -> None:
        """Everything runs again."""
        await all_of(*self.reviving.values())
        for member in MEMBERS:
            if not self.made.stack.is_alive(member):
                await self.made.revive(member)


async def client(made: World, temporal: Client, errands: list[str]) -> None:
    """One client: an errand after the other until none is left."""
    while errands:
        script, about = SCRIPTS[errands.pop()]
        await script(Customer(made, temporal, "kontor", **about, patience=PATIENCE))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.timeout(3600)
def test_nothing_is_lost_and_nothing_done_twice(seed: str) -> None:
    async def run(made: World) -> None:
        source = random.Random(seed)
        errands = source.choices(sorted(SCRIPTS), k=PROCESSES)
        temporal = await made.temporal()
        nemesis = Nemesis(made, source)
        began = time.monotonic()
        raging = asyncio.create_task(nemesis.rage())
        clients: list[Awaitable[None]] = [client(made, temporal, errands) for _ in range(CLIENTS)]
        try:
            await all_of(*clients)
        finally:
            raging.cancel()
            await nemesis.quiet()
            seconds = time.monotonic() - began
            print(
                f"\nseed {seed}: {len(made.asked)} of {PROCESSES} processes have ended, "
                f"{nemesis.kills.total()} kills {dict(nemesis.kills)}, {seconds:.0f} s"
            )
        assert await made.findings(patience=60) == []

    with world((*World.SERVERS, WORKER, API), durable=True) as made:
        asyncio.run(run(made))
