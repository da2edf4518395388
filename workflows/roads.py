"""How one process instructs another: with what the API signed for it."""

from activities.desk import Instruction
from domain.processes.said import Said
from domain.refusal import Refusal
from workflows.instructions import ProcessClosed, Updates
from workflows.kit.messages import told

ENDED = Refusal("process_must_be_open", "The process has ended meanwhile. Read what became of it.")


class Roads(Updates):
    """What `activities.bulk` sends by."""

    async def say(self, workflow_id: str, call: str, said: Said, instruction: Instruction) -> None:
        """Something about a task or a parked step. Raises the process's Refusal, or NotAnswered."""
        try:
            await self.tell(workflow_id, told(call, said, instruction))
        except ProcessClosed as closed:
            raise ENDED from closed
