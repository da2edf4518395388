"""The ledger is sealed every minute and verified every night, tenant by tenant."""

from datetime import timedelta

from temporalio import workflow
from temporalio.client import (
    Client,
    ScheduleCalendarSpec,
    ScheduleIntervalSpec,
    ScheduleRange,
    ScheduleSpec,
)
from temporalio.common import RetryPolicy

from activities.integrity import IntegrityActivities
from workflows import schedules
from workflows.kit.options import Options
from workflows.tenants import by_tenant

SEAL_EVERY = timedelta(minutes=1)
# Two in the morning in India, where most of the people who post are asleep.
VERIFY_AT = ScheduleCalendarSpec(hour=[ScheduleRange(20)], minute=[ScheduleRange(30)])

# A tenant whose database work fails some times gives way to the next; the schedule comes again.
SOME = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_attempts=3)
# A worker that cares for ledgers alone has no other group of activities.
TENANTS = IntegrityActivities.ledger_tenants
SEALING = Options(start_to_close_timeout=timedelta(minutes=2), retry_policy=SOME)
VERIFYING = Options(start_to_close_timeout=timedelta(hours=2), retry_policy=SOME)


@workflow.defn
class SealLedgers:
    """Seal what was posted since the last time, tenant by tenant."""

    @workflow.run
    async def run(self) -> int:
        """How many entries were sealed."""
        answers = await by_tenant(
            IntegrityActivities.seal_tenant, "Seal entries", SEALING, tenants=TENANTS
        )
        return sum(answers.found)


@workflow.defn
class VerifyLedgers:
    """Recompute every book and every seal, tenant by tenant, and keep what was found."""

    @workflow.run
    async def run(self) -> list[str]:
        """The differences."""
        answers = await by_tenant(
            IntegrityActivities.verify_tenant, "Verify", VERIFYING, tenants=TENANTS
        )
        return [difference for found in answers.found for difference in found] + [
            f"Tenant {tenant} could not be verified: {cause}"
            for tenant, cause in answers.broken.items()
        ]


WORKFLOWS = (SealLedgers, VerifyLedgers)


async def schedule(client: Client, task_queue: str) -> None:
    """See that both run, once per task queue. Again changes nothing."""
    sealing = ScheduleSpec(intervals=[ScheduleIntervalSpec(every=SEAL_EVERY)])
    verifying = ScheduleSpec(calendars=[VERIFY_AT])
    for run, name, spec in (
        (SealLedgers.run, "seal-ledgers", sealing),
        (VerifyLedgers.run, "verify-ledgers", verifying),
    ):
        await schedules.schedule(client, task_queue, run, name=name, spec=spec)
