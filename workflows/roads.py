"""How one process instructs another: with what the API signed for it beforehand."""

from activities.desk import Instruction
from domain.approvals.deciding import Choice, Decision
from domain.refusal import Refusal
from workflows.instructions import ProcessClosed, Updates
from workflows.kit.messages import Decide


class Roads(Updates):
    """What `activities.bulk` sends by."""

    async def decide(
        self, workflow_id: str, call: str, choice: Choice, instruction: Instruction
    ) -> None:
        """A decision on a task. Raises the Refusal of the process, or NotAnswered."""
        try:
            await self.updated(workflow_id, "decide", Decide(call, choice, instruction), Decision)
        except ProcessClosed as closed:
            raise Refusal(
                "process_must_be_open", "The process has ended meanwhile. Read what became of it."
            ) from closed
