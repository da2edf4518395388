"""Three named sets of timeouts and retries. One retry loop, Temporal's; never a second inside."""

from datetime import timedelta
from typing import TypedDict

from temporalio.common import RetryPolicy

LIFECYCLES = ".lifecycles"


def lifecycles(task_queue: str) -> str:
    """The queue of the processes that are interpreted, beside the one of coded processes."""
    return task_queue + LIFECYCLES


class Options(TypedDict):
    """How an activity is tried."""

    start_to_close_timeout: timedelta
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
