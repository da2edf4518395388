"""Advancing a sandbox's clock: it is put forward, then every process that waits is told."""

from typing import Any, cast

from temporalio import workflow

from activities.clock import ClockActivities, TellProcesses
from domain.processes.arriving import Arrival
from domain.processes.effect import Effect
from workflows.kit.messages import StartProcess
from workflows.kit.options import OTHERS
from workflows.kit.process import Cancelled
from workflows.kit.staging import Staged


@workflow.defn(name="ClockAdvance")
class ClockAdvance(Staged):
    """A sandbox's clock is put forward, and whatever waits by it looks again."""

    @workflow.init
    def __init__(self, start: StartProcess) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: StartProcess) -> str:
        """Receive; put it forward; tell every process that is open."""
        if await self.opened():
            try:
                if await self.reached("telling"):
                    self.stand(await self.carried_out("tell_processes", self.telling))
            except Cancelled as cancelled:
                await self.given_up(cancelled)
        return await self.finished()

    async def telling(self, effect: Effect) -> Arrival:
        """One round of signals."""
        to = str(self.definition.stages["telling"].then)
        command = TellProcesses(effect, self.definition.hash, to)
        told: Arrival = await self.perform(
            cast(Any, ClockActivities.tell_processes),
            command,
            summary="Tell who waits",
            options=OTHERS,
        )
        return told
