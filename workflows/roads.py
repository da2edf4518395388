"""How one process instructs another: with what the API signed for it, or what stands on record."""

from activities.desk import Instruction
from activities.migrations import Migrate
from domain.processes.migrating import Migrated
from domain.processes.said import Said
from domain.refusal import Refusal
from workflows.instructions import ProcessClosed, Updates
from workflows.kit.messages import told


class Roads(Updates):
    """What `activities.bulk` and `activities.migrations` send by."""

    async def say(self, workflow_id: str, call: str, said: Said, instruction: Instruction) -> None:
        """Something about a task or a parked step. Raises the process's Refusal, or NotAnswered."""
        try:
            await self.tell(workflow_id, told(call, said, instruction))
        except ProcessClosed as closed:
            raise Refusal(
                "process_must_be_open", "The process has ended meanwhile. Read what became of it."
            ) from closed

    async def migrate(self, workflow_id: str, call: str, message: Migrate) -> None:
        """That a process is to take another version. Raises its Refusal, or NotAnswered."""
        try:
            await self.updated(workflow_id, "migrate", message, Migrated, call=call)
        except ProcessClosed as closed:
            raise Refusal(
                "process_must_be_open", "The process has ended. Cancel the migration."
            ) from closed
