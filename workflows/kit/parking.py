"""A step that cannot go on by itself waits for a person; the workflow never dies."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from activities.exceptions import ExceptionActivities, ParkStep, ResolveException
from activities.processes import EndProcess, ProcessActivities
from domain.identifiers import EXCEPTION, written
from domain.processes.effect import Effect
from domain.processes.exceptions import CANCEL, Parked, Resolved
from domain.refusal import Refusal
from workflows.kit.messages import Repair, StartProcess
from workflows.kit.options import ALWAYS
from workflows.kit.process import Cancelled, Process

Result = TypeVar("Result")

NOT_THE_ONE = Refusal(
    "exception_must_be_open", "The process does not wait for this exception to be repaired."
)


class StepRefused(Exception):
    """A partner definitely said no; the next try is a new business attempt."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


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
        self.exception: UUID | None = None
        self.repairs: list[Resolved] = []
        self.parkings = 0
        # The last business attempt of each step that was done: a step done again is another.
        self.attempts: dict[str, int] = {}

    async def carried_out(
        self, step: str, perform: Callable[[Effect], Awaitable[Result]]
    ) -> Result:
        """Carry out a step. What stops it is put before a person, then it is tried again."""
        attempt = self.attempts.get(step, 0) + 1
        while True:
            try:
                done = await perform(self.effect(step, attempt=attempt))
                self.attempts[step] = attempt
                return done
            except (ActivityError, StepRefused) as stopped:
                trouble = trouble_of(stopped)
            await self.parked(step, attempt, trouble)
            attempt += trouble.definite

    async def parked(self, step: str, attempt: int, trouble: Trouble) -> None:
        """Open an exception and wait for its repair. Raises Cancelled when that is the choice."""
        self.parkings += 1
        parked = Parked(step, attempt, trouble.cause, trouble.message, self.stage)
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

    @workflow.update
    async def repair(self, message: Repair) -> Resolved:
        """Retry or cancel a parked step."""
        async with self.lock:
            await self.caught_up(lambda: self.exception == message.exception, NOT_THE_ONE)
            resolved = await self.instructed(
                ExceptionActivities.resolve_exception,
                ResolveException(
                    effect=self.effect("resolve_exception", item=message.call),
                    instruction=message.instruction,
                    definition_hash=self.definition.hash,
                    exception=message.exception,
                    resolution=message.resolution,
                    reason=message.reason,
                ),
                summary=f"Repair: {message.resolution}",
            )
            self.exception = None
            self.repairs.append(resolved)
            return resolved

    @repair.validator
    def may_repair(self, message: Repair) -> None:
        """Signed by the API, or it never happened."""
        subject = written(EXCEPTION, message.exception)
        content = {"reason": message.reason}
        self.check_signed(message.instruction, message.resolution, subject, content)


def trouble_of(stopped: ActivityError | StepRefused) -> Trouble:
    """What to tell the person: the rule and its words, or what broke."""
    if isinstance(stopped, StepRefused):
        return Trouble(stopped.code, stopped.message, definite=True)
    cause = stopped.cause
    if isinstance(cause, ApplicationError):
        return Trouble(cause.type or "fault", cause.message, definite=cause.non_retryable)
    return Trouble("timed_out", f"{cause or stopped}", definite=False)
