"""Every activity delivered more than once, for tests: the answers must agree, the effect be one."""

from typing import Any

from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

# What is left to copy, how long it still is, and what is stuck just now: none of them does anything
# outside a second time.
MAY_DIFFER = ("archive", "pace_process", "watch")


class AnswersMustAgree(Exception):
    """A second delivery answered something else than the first."""


class DeliverTwice(Interceptor):
    """Runs each activity `times` times and compares the answers."""

    def __init__(self, times: int = 2) -> None:
        self.times = times

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """Wrap the activity."""
        return Repeating(next, self.times)


class Repeating(ActivityInboundInterceptor):
    """The wrapped activity."""

    def __init__(self, next: ActivityInboundInterceptor, times: int) -> None:
        super().__init__(next)
        self.times = times

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        """The first answer, after the others agreed with it."""
        first = await self.next.execute_activity(input)
        for _ in range(self.times - 1):
            again = await self.next.execute_activity(input)
            if again != first and input.fn.__name__ not in MAY_DIFFER:
                raise AnswersMustAgree(f"{input.fn.__name__}: {first!r}, then {again!r}")
        return first
