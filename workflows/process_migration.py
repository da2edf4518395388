"""Moving a running process to another version of its type: the procedure, step by step."""

from temporalio import workflow

from activities.migrations import MigrationActivities, MoveProcess
from domain.processes.arriving import Arrival
from domain.processes.effect import Effect
from workflows.kit.messages import StartProcess
from workflows.kit.options import ITEMS_QUEUE, PARTNER
from workflows.kit.process import Cancelled
from workflows.kit.staging import Staged


@workflow.defn(name="ProcessMigration")
class ProcessMigration(Staged):
    """Somebody asks for a process to be moved, another agrees, and the process is told."""

    @workflow.init
    def __init__(self, start: StartProcess) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: StartProcess) -> str:
        """Receive, approve, move."""
        if await self.opened():
            try:
                if await self.reached("moving"):
                    self.stand(await self.carried_out("move_process", self.moved))
                    await self.reached()
            except Cancelled as cancelled:
                await self.given_up(cancelled)
        return await self.finished()

    async def moved(self, effect: Effect) -> Arrival:
        """One attempt at telling the process. What it refuses is put before a person."""
        to = str(self.definition.stages["moving"].then)
        command = MoveProcess(effect, self.definition.hash, to)
        return await self.perform(
            MigrationActivities.move_process,
            command,
            summary="Move the process",
            options=PARTNER,
            queue=ITEMS_QUEUE,
        )
