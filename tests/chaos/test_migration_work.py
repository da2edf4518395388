"""A migration dies at each labelled point of both its ends, is delivered twice, and moves once."""

import asyncio
import json
from typing import Any

from temporalio.client import Client

from activities.migrations import MigrationActivities
from activities.twice import DeliverTwice
from config import database
from domain.canonical import digest
from domain.definitions.catalog import Catalog
from domain.definitions.model import Definition
from domain.identifiers import PROCESS, written
from domain.processes import release
from domain.processes.opening import Request, start_content
from tests.chaos.errand import ANSWER, Errand
from tests.chaos.outcomes import all_of
from tests.chaos.test_crash_points import IN_EVERY_EFFECT, registered
from tests.chaos.test_deliveries import DeliverAtOnce
from tests.chaos.world import World, world
from workflows.kit.messages import StartProcess

STEPS = ("move_process", "take_version")
CASES = [f"{step}/{point}" for step in STEPS for point in IN_EVERY_EFFECT]
MOVED = "period_state"


class MigrationErrand(Errand):
    """Esha wants a process moved to what is shipped."""

    def __init__(self, made: World, temporal: Client, task_queue: str) -> None:
        super().__init__(made, temporal, task_queue, type="process_migration")

    @property
    def total(self) -> None:
        """It is about no amount."""

    async def order(self, moved: Errand, to: str) -> None:
        """Ask for it."""
        asked: dict[str, Any] = {
            "process": written(PROCESS, moved.id), "definition": to, "reason": "Its titles are old",
        }  # fmt: skip
        company, hash = self.world.tenant.company, self.definition.hash
        request = Request(company, hash, asked, digest(asked), None)
        content = start_content(self.type, request)
        instruction = self.signed("esha", "start", written(PROCESS, self.id), content)
        start = StartProcess(
            self.world.tenant.id, self.id, company, hash, asked, instruction, digest(asked)
        )
        await self.temporal.start_workflow(
            "ProcessMigration", start, id=self.workflow_id, task_queue=self.task_queue,
            rpc_timeout=ANSWER,
        )  # fmt: skip


def older(made: World) -> Definition:
    """A version that was released before what is shipped, and said something in other words."""
    shipped = made.catalog.get(MOVED)
    changed = json.loads(shipped.canonical()) | {"summary": "As it was called before."}
    before = Definition.from_canonical(json.dumps(changed, ensure_ascii=False))
    engine = database.engine(made.settings, "kontor_app", pool=1)
    catalog = Catalog({MOVED: before}, made.catalog.roles, made.catalog.accounts)
    release.load(engine, catalog)
    engine.dispose()
    return before


async def moves(made: World, temporal: Client, queue: str, before: Definition, month: int) -> None:
    """A process of the older version waits, is moved, and goes on."""
    moved = Errand(made, temporal, queue, type=MOVED, months_ago=month)
    moved.definition = before
    await moved.open()
    migration = MigrationErrand(made, temporal, queue)
    await migration.order(moved, made.catalog.get(MOVED).hash)
    await migration.decide("deepa", "approve")
    await migration.ends("moved")
    (row,) = await moved.look("SELECT definition_hash FROM processes WHERE id = %s", moved.id)
    assert row["definition_hash"] == made.catalog.get(MOVED).hash
    await moved.decide("bina", "approve")
    await moved.ends("done")


async def dies_and_is_taken_over(
    made: World, temporal: Client, before: Definition, armed: str, month: int
) -> None:
    """The first worker is killed at the point; another one goes on."""
    queue = f"migration {armed}"
    async with made.working(queue, crash_at=armed) as victim:
        running = asyncio.create_task(moves(made, temporal, queue, before, month))
        try:
            assert await victim.died(), f"{armed} was never reached, or did not kill"
            async with await made.worker_here(queue):
                await running
        finally:
            running.cancel()


def test_no_activity_of_a_migration_is_forgotten() -> None:
    assert registered(MigrationActivities) == {*STEPS}


def test_a_migration_survives_a_crash_at_every_point() -> None:
    async def run(made: World) -> None:
        temporal, before = await made.temporal(), older(made)
        await all_of(
            *(
                dies_and_is_taken_over(made, temporal, before, armed, month)
                for month, armed in enumerate(CASES, 1)
            )
        )
        assert await made.findings() == []

    with world() as made:
        asyncio.run(run(made))


def test_a_migration_delivered_twice_moves_once() -> None:
    async def run(made: World) -> None:
        temporal, before = await made.temporal(), older(made)
        for month, interceptor in enumerate((DeliverTwice(), DeliverAtOnce()), 1):
            queue = f"migration {type(interceptor).__name__}"
            async with await made.worker_here(queue, interceptor):
                await moves(made, temporal, queue, before, month)
        assert await made.findings() == []

    with world() as made:
        asyncio.run(run(made))
