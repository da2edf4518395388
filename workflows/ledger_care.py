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
from temporalio.exceptions import ActivityError

from activities.integrity import IntegrityActivities
from workflows import schedules
from workflows.kit.options import ALWAYS, Options

SEAL_EVERY = timedelta(minutes=1)
# Two in the morning in India, where most of the people who post are asleep.
VERIFY_AT = ScheduleCalendarSpec(hour=[ScheduleRange(20)], minute=[ScheduleRange(30)])

# A tenant whose database work fails some times gives way to the next; the schedule comes again.
SOME = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_attempts=3)
SEALING = Options(start_to_close_timeout=timedelta(minutes=2), retry_policy=SOME)
VERIFYING = Options(start_to_close_timeout=timedelta(hours=2), retry_policy=SOME)


@workflow.defn
class SealLedgers:
    """Seal what was posted since the last time, tenant by tenant."""

    @workflow.run
    async def run(self) -> int:
        """How many entries were sealed."""
        sealed = 0
        for tenant in await workflow.execute_activity_method(
            IntegrityActivities.ledger_tenants, summary="Which tenants there are", **ALWAYS
        ):
            try:
                sealed += await workflow.execute_activity_method(
                    IntegrityActivities.seal_tenant, tenant, summary="Seal entries", **SEALING
                )
            except ActivityError as fault:
                workflow.logger.error("Tenant %s was not sealed: %s", tenant, fault.cause)
        return sealed


@workflow.defn
class VerifyLedgers:
    """Recompute every book and every seal, tenant by tenant, and keep what was found."""

    @workflow.run
    async def run(self) -> list[str]:
        """The differences."""
        differences = []
        for tenant in await workflow.execute_activity_method(
            IntegrityActivities.ledger_tenants, summary="Which tenants there are", **ALWAYS
        ):
            try:
                differences += await workflow.execute_activity_method(
                    IntegrityActivities.verify_tenant, tenant, summary="Verify", **VERIFYING
                )
            except ActivityError as fault:
                differences.append(f"Tenant {tenant} could not be verified: {fault.cause}")
        return differences


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
