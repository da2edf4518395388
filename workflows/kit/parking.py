"""A step that cannot go on by itself waits for a person; the workflow never dies.

What people then say to it is taken in `repairing`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from activities.exceptions import ExceptionActivities, ParkStep
from activities.processes import EndProcess, ProcessActivities
from domain.processes.arriving import Arrival
from domain.processes.effect import Effect
from domain.processes.exceptions import Parked, Resolved
from domain.processes.repairs import CANCEL, SKIP
from workflows.kit.messages import StartProcess
from workflows.kit.options import ALWAYS
from workflows.kit.process import Cancelled, Process

Result = TypeVar("Result")


class StepRefused(Exception):
    """A partner definitely said no; the next try is a new business attempt."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Skipped(Exception):
    """Two people left the step out, and the process has arrived behind it."""

    def __init__(self, arrival: Arrival) -> None:
        super().__init__(arrival.stage)
        self.arrival = arrival


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a step stopped. A definite refusal ends its business attempt, a fault does not."""

    cause: str
    message: str
    definite: bool


class Parkable(Process):
    """A process whose steps park, and resume or end it."""

    @workflow.init
    def __init__(self, start: StartProcess) -> None:
        super().__init__(start)
        # The exception that waits, and what somebody chose for it.
        self.exception: UUID | None = None
        self.repairs: list[Resolved] = []
        self.parkings = 0
        # The last business attempt of each step that was done: a step done again is another.
        self.attempts: dict[str, int] = {}

    async def carried_out(
        self,
        step: str,
        perform: Callable[[Effect], Awaitable[Result]],
        *,
        stopped: Trouble | None = None,
    ) -> Result:
        """Carry out a step. What stops it is put before a person, then it is tried again.

        A step that `stopped` already begins with the person.
        """
        attempt = self.attempts.get(step, 0) + 1
        trouble = stopped
        while True:
            if trouble is None:
                done = await self.tried(step, attempt, perform)
                if not isinstance(done, Trouble):
                    return done
                trouble = done
            await self.parked(step, attempt, trouble)
            attempt += trouble.definite
            trouble = None

    async def tried(
        self, step: str, attempt: int, perform: Callable[[Effect], Awaitable[Result]]
    ) -> Result | Trouble:
        """Try a step once as this business attempt, or say what stopped it."""
        try:
            done = await perform(self.effect(step, attempt=attempt))
        except (ActivityError, StepRefused) as stopped:
            return trouble_of(stopped)
        self.attempts[step] = attempt
        return done

    async def parked(self, step: str, attempt: int, trouble: Trouble) -> None:
        """Open an exception and wait for its repair.

        Raises Cancelled or Skipped when that is the choice.
        """
        self.parkings += 1
        parked = Parked(step, attempt, trouble.cause, trouble.message, self.stage, trouble.definite)
        self.exception = await self.perform(
            ExceptionActivities.park_step,
            ParkStep(self.effect("park_step", item=f"{step}.{self.parkings}"), parked),
            summary=f"Park: {trouble.message}"[:200],
            options=ALWAYS,
        )
        self.show_stage()
        await workflow.wait_condition(lambda: bool(self.repairs))
        repair = self.repairs.pop()
        if repair.resolution == CANCEL:
            raise Cancelled(trouble.message)
        if repair.resolution == SKIP and repair.arrival is not None:
            raise Skipped(repair.arrival)

    async def ended(self, stage: str, reason: str) -> None:
        """Come to rest at a stage without a further effect."""
        command = EndProcess(self.effect("end_process"), self.definition.hash, stage, reason)
        arrival = await self.perform(
            ProcessActivities.end_process,
            command,
            summary="End without effect",
            options=ALWAYS,
        )
        self.stand(arrival)


def trouble_of(stopped: ActivityError | StepRefused) -> Trouble:
    """What to tell the person: the rule and its words, or what broke."""
    if isinstance(stopped, StepRefused):
        return Trouble(stopped.code, stopped.message, definite=True)
    cause = stopped.cause
    if isinstance(cause, ApplicationError):
        return Trouble(cause.type or "fault", cause.message, definite=cause.non_retryable)
    return Trouble("timed_out", f"{cause or stopped}", definite=False)
