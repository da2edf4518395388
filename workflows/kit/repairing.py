"""What people say to a process whose step is parked: retry, cancel, propose, confirm, assign."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from temporalio import workflow

from activities.exceptions import (
    AssignException,
    ConfirmRepair,
    ExceptionActivities,
    ProposeRepair,
    ResolveException,
)
from domain.processes.exceptions import Choice, Resolved
from domain.processes.proposals import Confirmed, Waiting
from domain.processes.said import saying
from domain.refusal import Refusal
from workflows.kit.messages import Assign, Confirm, Propose, Repair
from workflows.kit.parking import Parkable

Result = TypeVar("Result")

NOT_THE_ONE = Refusal(
    "exception_must_be_open", "The process does not wait for this exception to be repaired."
)


class Repairable(Parkable):
    """A process whose parked steps people repair, alone or, where it is needed, two of them."""

    async def told(
        self,
        exception: UUID,
        method: Callable[[Any, Any], Result],
        command: Callable[[], Any],
        summary: str,
    ) -> Result:
        """Let an activity do what a person says of the exception that waits.

        The command is made when it is its turn, so that effects are numbered in their order.
        """
        async with self.lock:
            await self.caught_up(lambda: self.exception == exception, NOT_THE_ONE)
            answer = await self.instructed(method, command(), summary=summary)
            if isinstance(answer, Resolved):
                self.exception = None
                self.repairs.append(answer)
            return answer

    @workflow.update
    async def repair(self, message: Repair) -> Resolved:
        """Retry or cancel a parked step."""
        return await self.told(
            message.exception,
            ExceptionActivities.resolve_exception,
            lambda: ResolveException(
                effect=self.effect("resolve_exception", item=message.call),
                instruction=message.instruction,
                definition_hash=self.definition.hash,
                exception=message.exception,
                resolution=message.resolution,
                reason=message.reason,
            ),
            f"Repair: {message.resolution}",
        )

    @repair.validator
    def may_repair(self, message: Repair) -> None:
        """Signed by the API, or it never happened."""
        choice = Choice(message.exception, message.resolution, message.reason)
        self.check_signed(message.instruction, *saying(choice))

    @workflow.update
    async def propose(self, message: Propose) -> Waiting:
        """Propose a fix, or to skip the step; the process waits on."""
        return await self.told(
            message.proposed.exception,
            ExceptionActivities.propose_repair,
            lambda: ProposeRepair(
                effect=self.effect("propose_repair", item=message.call),
                instruction=message.instruction,
                definition_hash=self.definition.hash,
                proposed=message.proposed,
            ),
            f"Propose: {message.proposed.way}",
        )

    @propose.validator
    def may_propose(self, message: Propose) -> None:
        """Signed by the API, or it never happened."""
        self.check_signed(message.instruction, *saying(message.proposed))

    @workflow.update
    async def confirm(self, message: Confirm) -> Resolved:
        """Do what was proposed: the step is tried with the corrected document, or left out."""
        return await self.told(
            message.exception,
            ExceptionActivities.confirm_repair,
            lambda: ConfirmRepair(
                effect=self.effect("confirm_repair", item=message.call),
                instruction=message.instruction,
                definition_hash=self.definition.hash,
                exception=message.exception,
                seen=message.seen,
            ),
            "Confirm",
        )

    @confirm.validator
    def may_confirm(self, message: Confirm) -> None:
        """Signed by the API, or it never happened."""
        confirmed = Confirmed(message.exception, message.seen)
        self.check_signed(message.instruction, *saying(confirmed))

    @workflow.update
    async def assign(self, message: Assign) -> str:
        """Give the exception to a person or a role; the process waits on."""
        return await self.told(
            message.assigned.exception,
            ExceptionActivities.assign_exception,
            lambda: AssignException(
                effect=self.effect("assign_exception", item=message.call),
                instruction=message.instruction,
                definition_hash=self.definition.hash,
                assigned=message.assigned,
            ),
            "Assign",
        )

    @assign.validator
    def may_assign(self, message: Assign) -> None:
        """Signed by the API, or it never happened."""
        self.check_signed(message.instruction, *saying(message.assigned))
