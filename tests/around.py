"""What a test does around every activity of a worker."""

from collections.abc import Awaitable, Callable
from typing import Any

from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

Call = Callable[[ExecuteActivityInput], Awaitable[Any]]


class Around(Interceptor):
    """Says in `carry_out` what becomes of a call."""

    async def carry_out(self, call: Call, input: ExecuteActivityInput) -> Any:
        """The answer to an activity's input."""
        raise NotImplementedError

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """Wrap the activity."""
        return Wrapped(next, self)


class Wrapped(ActivityInboundInterceptor):
    """The wrapped activity."""

    def __init__(self, next: ActivityInboundInterceptor, around: Around) -> None:
        super().__init__(next)
        self.around = around

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        """As it is said."""
        return await self.around.carry_out(self.next.execute_activity, input)
