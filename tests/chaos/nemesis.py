"""The nemesis: kills members of a stack at random, and starts them again."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable

from local.members import API, BANK, POSTGRES, TEMPORAL, WORKER
from tests.chaos.outcomes import all_of
from tests.chaos.world import World

MEMBERS = (WORKER, API, POSTGRES, TEMPORAL, BANK)
# Between two kills at least, so that something is done meanwhile.
PAUSE = (1.0, 4.0)


class Nemesis:
    """Kills a member, sometimes two at once, whenever fewer died than `due` says by now."""

    def __init__(self, made: World, source: random.Random, due: Callable[[], float]) -> None:
        self.made, self.source, self.due = made, source, due
        self.kills: Counter[str] = Counter()
        self.reviving: dict[str, asyncio.Task[None]] = {}

    async def rage(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(self.source.uniform(*PAUSE))
            while self.kills.total() > self.due():
                await asyncio.sleep(0.2)
            for victim in self.source.sample(MEMBERS, 2 if self.source.random() < 0.1 else 1):
                if victim in self.reviving and not self.reviving[victim].done():
                    continue
                self.made.stack.kill(victim)
                self.kills[victim] += 1
                pause = self.source.uniform(0, 1.5)
                self.reviving[victim] = asyncio.create_task(self.revive(victim, pause))

    async def revive(self, victim: str, pause: float) -> None:
        """Start it again after a pause, in seconds."""
        await asyncio.sleep(pause)
        await self.made.revive(victim)

    async def quiet(self) -> None:
        """Everything runs again."""
        await all_of(*self.reviving.values())
        for member in MEMBERS:
            if not self.made.stack.is_alive(member):
                await self.made.revive(member)
