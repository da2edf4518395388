"""Every activity delivered more than once acts once: one after the other, or at the same moment."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from temporalio.worker import ExecuteActivityInput, Interceptor

from activities.histories import HistoryActivities
from activities.twice import DeliverTwice
from tests.around import Around, Call
from tests.chaos.errand import Errand
from tests.chaos.outcomes import LOCKING, OUTCOMES, all_of
from tests.chaos.test_crash_points import GROUPS, registered
from tests.chaos.world import World, world
from workflows.archive import ArchiveHistories

QUEUE = "deliveries"


class DeliverAtOnce(Around):
    """Delivers each activity twice at the same moment, in two threads. Keeps their names."""

    def __init__(self, times: int = 2) -> None:
        self.times = times
        self.delivered: set[str] = set()

    async def carry_out(self, call: Call, input: ExecuteActivityInput) -> Any:
        """The answer on which all deliveries agree. One that failed is delivered again anyway."""
        name = input.fn.__name__
        self.delivered.add(name)
        running = [call(input) for _ in range(self.times)]
        answers = await asyncio.gather(*running, return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
        # How many histories a delivery copied is what it did itself.
        assert name == "archive" or all(answer == answers[0] for answer in answers), answers
        return answers[0]


async def every_outcome(made: World, *, rounds: int = 1) -> None:
    """Play all of them, let the archiver copy the histories, and audit."""
    temporal = await made.temporal()
    for number in range(rounds):
        await all_of(
            *(
                script(Errand(made, temporal, QUEUE, **about))
                for name, (script, about) in OUTCOMES.items()
                if not number or name not in LOCKING
            )
        )
    await temporal.execute_workflow(ArchiveHistories.run, id=f"archive-{QUEUE}", task_queue=QUEUE)
    archived = await made.rows("SELECT process_id, count(*) FROM archived_histories GROUP BY 1")
    assert [row["count"] for row in archived] == [1] * len(made.asked)
    assert await made.findings() == []


async def delivered_by(made: World, interceptor: Interceptor, **more: Any) -> None:
    """The same with a worker in this process that has an interceptor."""
    async with await made.worker_here(QUEUE, interceptor):
        await every_outcome(made, **more)


def test_an_activity_delivered_twice_acts_once() -> None:
    async def run(made: World) -> None:
        async with made.working(QUEUE, deliver_twice="true"):
            await every_outcome(made)

    with world() as made:
        asyncio.run(run(made))


def test_two_deliveries_at_the_same_moment_act_once() -> None:
    at_once = DeliverAtOnce()
    with world() as made:
        asyncio.run(delivered_by(made, at_once))

    every = {name for group in (*GROUPS, HistoryActivities) for name in registered(group)}
    assert at_once.delivered == every


@pytest.mark.campaign
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("interceptor", [lambda: DeliverTwice(100), lambda: DeliverAtOnce(16)])
def test_a_hundred_deliveries_act_once(interceptor: Callable[[], Interceptor]) -> None:
    with world() as made:
        asyncio.run(delivered_by(made, interceptor(), rounds=3))
