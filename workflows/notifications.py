"""People are told of what happens: events become messages, messages leave, without end.

A process never waits for it: what is told is read off the events that its steps committed.
"""

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.client import Client, ScheduleIntervalSpec, ScheduleSpec
from temporalio.common import RetryPolicy

from activities.notifications import NotificationActivities
from workflows import schedules
from workflows.kit.options import MESSAGES_QUEUE, Options

NAME = "tell-people"
# The schedule begins it again if it ever ends.
EVERY = timedelta(minutes=1)
TURN = timedelta(minutes=10)


def options(turn: timedelta) -> Options:
    """How a turn is tried: again and again, and elsewhere soon when its worker died."""
    return Options(
        start_to_close_timeout=turn + timedelta(minutes=2),
        heartbeat_timeout=timedelta(seconds=45),
        retry_policy=RetryPolicy(
            initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=30)
        ),
    )


@workflow.defn
class TellPeople:
    """Turn events into messages and send messages, side by side, in turns of some minutes."""

    @workflow.run
    async def run(self, seconds: float = TURN.total_seconds(), turns: int = 0) -> None:
        """Go on for ever, or for some turns."""
        queue = workflow.info().task_queue + MESSAGES_QUEUE
        tried = options(timedelta(seconds=seconds))
        await asyncio.gather(
            workflow.execute_activity_method(
                NotificationActivities.tell_in_turn, seconds, task_queue=queue,
                summary="Turn events into messages", **tried,
            ),
            workflow.execute_activity_method(
                NotificationActivities.send_in_turn, seconds, task_queue=queue,
                summary="Send messages", **tried,
            ),
        )  # fmt: skip
        if turns != 1:
            workflow.continue_as_new(args=[seconds, max(turns - 1, 0)])


async def schedule(client: Client, task_queue: str) -> None:
    """See that people are told, once per task queue. Again changes nothing."""
    spec = ScheduleSpec(intervals=[ScheduleIntervalSpec(every=EVERY)])
    await schedules.schedule(client, task_queue, TellPeople.run, name=NAME, spec=spec)
