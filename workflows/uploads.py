"""Files that were sent and that nobody attached are swept every night."""

from datetime import timedelta

from temporalio import workflow
from temporalio.client import Client, ScheduleCalendarSpec, ScheduleRange, ScheduleSpec
from temporalio.common import RetryPolicy

from activities.uploads import UploadActivities
from workflows import schedules
from workflows.kit.options import Options
from workflows.tenants import by_tenant

NAME = "sweep-uploads"
# Three in the morning in India.
AT = ScheduleCalendarSpec(hour=[ScheduleRange(21)], minute=[ScheduleRange(30)])
# A tenant whose sweep fails some times gives way to the next; the schedule comes again.
SWEEPING = Options(
    start_to_close_timeout=timedelta(minutes=10),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_attempts=3),
)


@workflow.defn
class SweepUploads:
    """Delete what nobody attached for so many days, tenant by tenant."""

    @workflow.run
    async def run(self) -> int:
        """How many were deleted."""
        answers = await by_tenant(UploadActivities.sweep_uploads, "Sweep uploads", SWEEPING)
        return sum(answers.found)


async def schedule(client: Client, task_queue: str) -> None:
    """See that the sweeper runs, once per task queue. Again changes nothing."""
    spec = ScheduleSpec(calendars=[AT])
    await schedules.schedule(client, task_queue, SweepUploads.run, name=NAME, spec=spec)
