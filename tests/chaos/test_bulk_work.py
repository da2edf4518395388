"""Bulk work dies at each of its labelled points, is delivered twice, and decides each item once."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from temporalio.client import Client

from activities.bulk import BulkActivities
from activities.twice import DeliverTwice
from config import database
from domain.access import token
from domain.access.token import Assertion
from domain.canonical import digest
from domain.identifiers import PROCESS, written
from domain.processes.opening import Request, start_content
from tests.bulk import BULK, Desk, given
from tests.chaos.errand import ANSWER, Errand
from tests.chaos.outcomes import all_of
from tests.chaos.test_crash_points import IN_EVERY_EFFECT, registered
from tests.chaos.test_deliveries import DeliverAtOnce
from tests.chaos.world import World, world
from workflows.kit.messages import StartProcess

STEPS = ("carry_out_items.1", "sum_up")
CASES = [f"{step}/{point}" for step in STEPS for point in IN_EVERY_EFFECT]
ITEMS = 3


class BulkErrand(Errand):
    """A bulk approval of some invoices that wait."""

    who = "bina"

    def __init__(self, made: World, temporal: Client, task_queue: str) -> None:
        super().__init__(made, temporal, task_queue, type=BULK)

    @property
    def total(self) -> None:
        """It is about no amount of its own."""

    async def order(self, desk: Desk, errands: Sequence[Errand], action: str = "approve") -> None:
        """Freeze what waits, sign for each, start."""
        freeze = desk.freeze if action == "approve" else desk.freeze_parked
        selection = await asyncio.to_thread(freeze, await self.wanted(errands))
        await asyncio.to_thread(desk.instruct, selection, self.id, action, None)
        asked = given(selection, action)
        company, hash = self.world.tenant.company, self.definition.hash
        content = start_content(BULK, Request(company, hash, asked, digest(asked), None))
        instruction = self.signed(self.who, "start", written(PROCESS, self.id), content)
        start = StartProcess(
            self.world.tenant.id, self.id, company, hash, asked, instruction, digest(asked)
        )
        await self.temporal.start_workflow(
            "BulkAction", start, id=self.workflow_id, task_queue=self.task_queue, rpc_timeout=ANSWER
        )

    async def wanted(self, errands: Sequence[Errand]) -> list[UUID]:
        """What waits in each."""
        return [await self.task_of(errand.id) for errand in errands]

    async def task_of(self, process: UUID) -> UUID:
        """The approval that waits in a process."""
        rows = await self.look(
            "SELECT id FROM tasks WHERE process_id = %s AND state = 'open'", process
        )
        found: UUID = rows[0]["id"]
        return found

    async def outcomes(self) -> list[str]:
        """What became of each item."""
        sql = "SELECT state FROM bulk_items WHERE process_id = %s ORDER BY position"
        return [row["state"] for row in await self.look(sql, self.id)]


def desk_of(made: World, who: str = "bina") -> Desk:
    """Where she selects."""
    tenant = made.tenant

    def sign(action: str, subject: str, content: object) -> str:
        asked = Assertion(tenant.id, tenant.user(who), action, subject, digest(content))
        return token.sign(made.actor_key, asked)

    login = [
        database.engine(made.settings, name, pool=2) for name in ("kontor_reader", "kontor_edge")
    ]
    return Desk(login[0], login[1], tenant, tenant.user(who), sign)


async def waiting(made: World, temporal: Client, queue: str) -> list[Errand]:
    """Invoices that wait for their approval."""
    errands = [Errand(made, temporal, queue) for _ in range(ITEMS)]
    for errand in errands:
        await errand.open()
    return errands


async def brought_to_its_end(bulk: BulkErrand, errands: Sequence[Errand]) -> None:
    """Everything was decided, once, and told."""
    await bulk.ends("done")
    for errand in errands:
        await errand.ends("paid")
    assert await bulk.outcomes() == ["done"] * ITEMS


async def dies_and_is_taken_over(made: World, temporal: Client, desk: Desk, armed: str) -> None:
    """The first worker is killed at the point; another one goes on."""
    bulk = BulkErrand(made, temporal, f"bulk {armed}")
    async with made.working(bulk.task_queue, crash_at=armed) as victim:
        errands = await waiting(made, temporal, bulk.task_queue)
        await bulk.order(desk, errands)
        assert await victim.died(), f"{armed} was never reached, or did not kill"
        async with await made.worker_here(bulk.task_queue):
            await brought_to_its_end(bulk, errands)


def test_no_activity_of_bulk_work_is_forgotten() -> None:
    # `count_items` only reads; to stop is in test_bulk_repair_work.
    named = {step.partition(".")[0] for step in STEPS}
    assert registered(BulkActivities) == named | {"count_items", "stop_items"}


def test_bulk_work_survives_a_crash_at_every_point() -> None:
    async def run(made: World) -> None:
        temporal, desk = await made.temporal(), desk_of(made)
        await all_of(*(dies_and_is_taken_over(made, temporal, desk, armed) for armed in CASES))
        assert await made.findings() == []

    with world() as made:
        asyncio.run(run(made))


def test_bulk_work_delivered_twice_decides_once() -> None:
    async def run(made: World) -> None:
        temporal, desk = await made.temporal(), desk_of(made)
        for interceptor in (DeliverTwice(), DeliverAtOnce()):
            bulk = BulkErrand(made, temporal, f"bulk {type(interceptor).__name__}")
            async with await made.worker_here(bulk.task_queue, interceptor):
                errands = await waiting(made, temporal, bulk.task_queue)
                await bulk.order(desk, errands)
                await brought_to_its_end(bulk, errands)
        assert await made.findings() == []

    with world() as made:
        asyncio.run(run(made))
