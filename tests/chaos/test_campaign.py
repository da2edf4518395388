"""All types, many processes, by many clients while members are killed; then an outsider's audit.

Each tenant is given a season: every scenario of every type and every way of an invoice, in an order
of chance. A run prints its seed. To run one again, shorter or longer:

    KONTOR_CAMPAIGN_SEEDS=7 KONTOR_CAMPAIGN_PROCESSES=600 make campaign
"""

import asyncio
import math
import os
import random
import time
from collections import Counter
from uuid import UUID

import pytest

from local.members import API, WORKER
from tests.chaos.nemesis import Nemesis
from tests.chaos.outcomes import all_of
from tests.chaos.season import Season, missing, processes_of_a_season
from tests.chaos.traces import traces
from tests.chaos.world import World, world

pytestmark = pytest.mark.campaign

PROCESSES = int(os.environ.get("KONTOR_CAMPAIGN_PROCESSES", "10000"))
CLIENTS = int(os.environ.get("KONTOR_CAMPAIGN_CLIENTS", "32"))
SEEDS = os.environ.get("KONTOR_CAMPAIGN_SEEDS", "1").split(",")
# In a hundred processes.
KILLS = 3.2
INVOICES = 30
TENANTS_AT_ONCE = 8
PATIENCE = 900
SEASONS = math.ceil(PROCESSES / processes_of_a_season(INVOICES))
SHOWN = 40


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.timeout(7200)
def test_nothing_is_lost_and_nothing_done_twice(seed: str) -> None:
    async def run(made: World) -> None:
        source = random.Random(seed)
        temporal = await made.temporal()
        nemesis = Nemesis(made, source, due=lambda: len(made.asked) * KILLS / 100)
        tenants = [UUID(int=source.getrandbits(128), version=4) for _ in range(SEASONS)]
        played: Counter[str] = Counter()

        async def manage() -> None:
            while tenants:
                season = Season(made, temporal, patience=PATIENCE)
                own = random.Random(f"{seed}/{len(tenants)}")
                await season.open(tenants.pop())
                at_once = min(TENANTS_AT_ONCE, SEASONS)
                await season.play(own, invoices=INVOICES, actors=CLIENTS // at_once)
                played.update(season.played)

        began = time.monotonic()
        raging = asyncio.create_task(nemesis.rage())
        found: list[str] = []
        try:
            await all_of(*(manage() for _ in range(min(TENANTS_AT_ONCE, SEASONS))))
        except AssertionError as wrong:
            # What else there is to find is told with it.
            found.append(str(wrong))
        finally:
            seconds = time.monotonic() - began
            raging.cancel()
            await nemesis.quiet()
            print(
                f"\nseed {seed}: {len(made.asked)} processes in {SEASONS} tenants, "
                f"{nemesis.kills.total()} kills {dict(nemesis.kills)}, {seconds:.0f} s, "
                f"{len(made.asked) / seconds:.1f} processes/s\n"
                f"by type: {dict(sorted(played.items()))}\n"
                f"again: KONTOR_CAMPAIGN_SEEDS={seed} KONTOR_CAMPAIGN_PROCESSES={PROCESSES} "
                f"KONTOR_CAMPAIGN_CLIENTS={CLIENTS} make campaign"
            )
        found += await made.findings(patience=60)
        if found:
            print(await traces(made, temporal, found))
        assert not found, "\n".join(found[:SHOWN])
        assert missing(played, [each.process for each in made.catalog.all]) == set()
        assert len(made.asked) >= PROCESSES
        assert nemesis.kills.total() >= PROCESSES * 3 // 100

    with world((*World.SERVERS, WORKER, API), durable=True) as made:
        asyncio.run(run(made))
