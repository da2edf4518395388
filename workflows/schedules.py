"""What runs again and again by itself: one schedule each, once per task queue."""

import contextlib
from collections.abc import Callable
from typing import Any

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
)


async def schedule(
    client: Client, task_queue: str, run: Callable[..., Any], *, name: str, spec: ScheduleSpec
) -> None:
    """See that a workflow runs by its times, never beside itself. Again changes nothing."""
    id = f"kontor/{name}/{task_queue}"
    wanted = Schedule(
        action=ScheduleActionStartWorkflow(run, id=id, task_queue=task_queue),
        spec=spec,
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP),
    )
    with contextlib.suppress(ScheduleAlreadyRunningError):
        await client.create_schedule(id, wanted)
