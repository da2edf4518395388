"""Any document's lifecycle: one workflow that does what a definition says, under its own name."""

from collections.abc import Sequence

from temporalio import workflow
from temporalio.common import RawValue

from workflows.kit.messages import StartProcess
from workflows.kit.process import Cancelled
from workflows.kit.staging import Staged


@workflow.defn(dynamic=True)
class Lifecycle(Staged):
    """A process whose definition names no workflow of its own.

    An unknown definition fails the workflow task, which heals when the definition is there.
    """

    @workflow.init
    def __init__(self, arguments: Sequence[RawValue]) -> None:
        super().__init__(started(arguments))

    @workflow.run
    async def run(self, arguments: Sequence[RawValue]) -> str:
        """Receive, then pass stage after stage until one ends the process."""
        if await self.opened():
            try:
                await self.reached()
            except Cancelled as cancelled:
                await self.given_up(cancelled)
        return await self.finished()


def started(arguments: Sequence[RawValue]) -> StartProcess:
    """What the process was started with."""
    found: StartProcess = workflow.payload_converter().from_payload(
        arguments[0].payload, StartProcess
    )
    return found
