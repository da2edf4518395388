"""What the engine does not get past is looked for every minute and shown as an exception."""

from datetime import timedelta

from temporalio import workflow
from temporalio.client import (
    Client,
    ScheduleIntervalSpec,
    ScheduleSpec,
)
from temporalio.common import RetryPolicy

from activities.stuck import StuckActivities
from workflows import schedules
from workflows.kit.options import Options
from workflows.tenants import by_tenant

NAME = "watch-processes"
EVERY = timedelta(minutes=1)
# A tenant whose look fails some times gives way to the next; the schedule comes again.
LOOKING = Options(
    start_to_close_timeout=timedelta(minutes=2),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_attempts=3),
)


@workflow.defn
class WatchProcesses:
    """Look for workflow tasks that fail and activities that are tried for long, by tenant."""

    @workflow.run
    async def run(self) -> int:
        """How many processes are stuck."""
        answers = await by_tenant(StuckActivities.watch, "Look for what is stuck", LOOKING)
        return sum(answers.found)


async def schedule(client: Client, task_queue: str) -> None:
    """See that the watcher runs, once per task queue. Again changes nothing."""
    spec = ScheduleSpec(intervals=[ScheduleIntervalSpec(every=EVERY)])
    await schedules.schedule(client, task_queue, WatchProcesses.run, name=NAME, spec=spec)
