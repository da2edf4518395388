"""Closed histories are copied into our database before the engine's retention removes them."""

from datetime import timedelta

from temporalio import workflow
from temporalio.client import (
    Client,
    ScheduleIntervalSpec,
    ScheduleSpec,
)

from activities.histories import HistoryActivities
from workflows import schedules
from workflows.kit.options import ALWAYS
from workflows.tenants import by_tenant

NAME = "archive-histories"
EVERY = timedelta(minutes=5)


@workflow.defn
class ArchiveHistories:
    """Copy the histories of processes that closed since the last time, tenant by tenant."""

    @workflow.run
    async def run(self) -> int:
        """How many were copied."""
        answers = await by_tenant(HistoryActivities.archive, "Copy closed histories", ALWAYS)
        return sum(answers.found)


async def schedule(client: Client, task_queue: str) -> None:
    """See that the archiver runs, once per task queue. Again changes nothing."""
    spec = ScheduleSpec(intervals=[ScheduleIntervalSpec(every=EVERY)])
    await schedules.schedule(client, task_queue, ArchiveHistories.run, name=NAME, spec=spec)
