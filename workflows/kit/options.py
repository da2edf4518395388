"""Three named sets of timeouts and retries. One retry loop, Temporal's; never a second inside."""

from datetime import timedelta
from typing import NotRequired, TypedDict

from temporalio.common import RetryPolicy

LIFECYCLES = ".lifecycles"
# Activities that wait for other processes have slots of their own: else those would wait for them.
ITEMS_QUEUE = ".items"
# What is told and sent has slots of its own: a slow gateway holds up no process.
MESSAGES_QUEUE = ".messages"


def lifecycles(task_queue: str) -> str:
    """The queue of the processes that are interpreted, beside the one of coded processes."""
    return task_queue + LIFECYCLES


class Options(TypedDict):
    """How an activity is tried."""

    start_to_close_timeout: timedelta
    heartbeat_timeout: NotRequired[timedelta]
    retry_policy: RetryPolicy


# A transaction: tried for some minutes, then a person is asked.
DATABASE = Options(
    start_to_close_timeout=timedelta(seconds=10),
    retry_policy=RetryPolicy(
        initial_interval=timedelta(milliseconds=200),
        maximum_interval=timedelta(seconds=10),
        maximum_attempts=40,
    ),
)

# Asking a person must not fail: parking and ending are tried for ever.
ALWAYS = Options(
    start_to_close_timeout=timedelta(seconds=10),
    retry_policy=RetryPolicy(
        initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=30)
    ),
)

# A partner: a few tries with growing pauses, then a person is asked.
PARTNER = Options(
    start_to_close_timeout=timedelta(seconds=20),
    retry_policy=RetryPolicy(
        initial_interval=timedelta(milliseconds=500),
        backoff_coefficient=2.0,
        maximum_interval=timedelta(seconds=30),
        maximum_attempts=5,
    ),
)

# A chunk of items, each sent to a process of its own. It lasts; a worker that died is noticed soon.
ITEMS = Options(
    start_to_close_timeout=timedelta(minutes=5),
    heartbeat_timeout=timedelta(seconds=10),
    retry_policy=RetryPolicy(
        initial_interval=timedelta(seconds=1),
        maximum_interval=timedelta(seconds=30),
        maximum_attempts=8,
    ),
)

# Other processes, as those that one started: all of them are reached, however long that takes.
OTHERS = Options(
    start_to_close_timeout=timedelta(minutes=5),
    heartbeat_timeout=timedelta(seconds=10),
    retry_policy=ALWAYS["retry_policy"],
)
