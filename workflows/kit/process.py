"""What every process is: opened once, watched from outside, moved by signed instructions."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar, cast

from temporalio import workflow
from temporalio.common import SearchAttributeKey
from temporalio.exceptions import ActivityError, ApplicationError

from activities.children import AsChild, ChildActivities
from activities.desk import Instruction
from activities.processes import OpenProcess, ProcessActivities
from activities.refusals import failure
from domain.access import token
from domain.access.token import Assertion
from domain.approvals.inbox import OpenTask
from domain.canonical import digest
from domain.identifiers import PROCESS, written
from domain.processes.arriving import Arrival
from domain.processes.children import OPEN_STEP
from domain.processes.effect import Effect
from domain.processes.opening import Opened
from domain.refusal import Refusal
from workflows.kit.configuration import configured
from workflows.kit.messages import StartProcess
from workflows.kit.options import ALWAYS, DATABASE, LIFECYCLES, Options
from workflows.kit.release import check_known

STAGE = SearchAttributeKey.for_keyword("KontorStage")

# How long an instruction waits for the step it is about to arrive in the workflow.
CATCH_UP = timedelta(seconds=20)

Result = TypeVar("Result")


class Cancelled(Exception):
    """Somebody with the right to do so cancelled the process; what was done is undone."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What somebody outside just did, for the procedure to go on with."""

    kind: str
    reason: str = ""
    undoes: tuple[str, ...] = ()
    withdraws: bool = False


class Process:
    """State and handlers that every process shares. The procedure is the subclass's `run`."""

    @workflow.init
    def __init__(self, start: StartProcess) -> None:
        check_known(start.release)
        self.start = start
        self.definition = configured().catalog.by_hash(start.definition_hash)
        self.stage = self.shown = self.definition.first_stage
        self.sequence = 0
        self.receipt: Opened | None = None
        self.tasks: tuple[OpenTask, ...] = ()
        self.due_in_seconds: int | None = None
        self.turn: Turn | None = None
        self.under_way = 0
        # Instructions and the procedure take turns: what one decides, the next one sees.
        self.lock = asyncio.Lock()

    async def opened(self) -> bool:
        """Check and record the input and ask the first checker. False when it was refused."""
        start = self.start
        if start.parent is not None:
            return await self.taken_up()
        self.receipt = await self.perform(
            ProcessActivities.open_process,
            OpenProcess(
                effect=self.effect("open_process"),
                instruction=start.instruction,
                company=start.company,
                definition_hash=start.definition_hash,
                input=start.input,
                request_hash=start.request_hash,
                external_ref=start.external_ref,
            ),
            summary=f"Receive and check: {self.definition.title}",
            # Whoever started was told that it is taken: only a refusal may end it here.
            options=ALWAYS,
        )
        self.stand(self.receipt.arrival)
        return self.receipt.refused is None

    async def taken_up(self) -> bool:
        """A child goes on from where its parent opened it."""
        self.receipt = await self.perform(
            ChildActivities.take_up,
            AsChild(self.effect(OPEN_STEP)),
            summary=f"Take up: {self.definition.title}",
            options=ALWAYS,
        )
        self.stand(self.receipt.arrival)
        return True

    def stand(self, arrival: Arrival) -> None:
        """Stand where an activity has let the process arrive."""
        self.stage, self.tasks = arrival.stage, arrival.tasks
        self.due_in_seconds = arrival.due_in_seconds

    @workflow.update
    async def received(self) -> Opened:
        """Answers once the process stands in the database."""
        await workflow.wait_condition(lambda: self.receipt is not None)
        assert self.receipt is not None
        return self.receipt

    async def finished(self) -> str:
        """End when nobody is being answered any more. The outcome is the last stage."""
        self.show_stage()
        if self.start.parent is not None:
            await self.perform(
                cast(Any, ChildActivities.tell_parent),
                AsChild(self.effect("tell_parent")),
                summary="Tell who started it",
                options=ALWAYS,
            )
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self.stage

    def effect(self, step: str, *, item: str = "-", attempt: int = 1) -> Effect:
        """Names the next effect; the sequence keeps late retries from moving the record back."""
        self.sequence += 1
        return Effect(
            tenant=self.start.tenant,
            process=self.start.process,
            workflow_id=workflow.info().workflow_id,
            step=step,
            item=item,
            attempt=attempt,
            sequence=self.sequence,
        )

    async def perform(
        self,
        method: Callable[[Any, Any], Result | Awaitable[Result]],
        command: Any,
        *,
        summary: str,
        options: Options = DATABASE,
        queue: str = "",
    ) -> Result:
        """Run an activity under a summary in business words; `queue` names one with own slots."""
        self.under_way += 1
        try:
            main = workflow.info().task_queue.removesuffix(LIFECYCLES)
            # The stubs know methods that wait and methods that do not, but not either of them.
            result: Result = await workflow.execute_activity_method(
                method,  # type: ignore[arg-type]
                command,
                task_queue=main + queue,
                summary=summary,
                **options,
            )
            return result
        finally:
            self.under_way -= 1

    async def instructed(
        self, method: Callable[[Any, Any], Result], command: Any, *, summary: str
    ) -> Result:
        """Run an activity that a person asked for; a refusal is her answer, as it is."""
        try:
            return await self.perform(method, command, summary=summary)
        except ActivityError as fault:
            if isinstance(fault.cause, ApplicationError):
                raise fault.cause from fault
            raise

    def show_stage(self) -> None:
        """Show in the engine where the process has come to wait or rest: one event per wait."""
        if self.stage != self.shown:
            self.shown = self.stage
            workflow.upsert_search_attributes([STAGE.value_set(self.stage)])
        title = self.definition.stages[self.stage].title
        roles = " and ".join(dict.fromkeys(task.role for task in self.tasks))
        waiting = f", needs {roles}" if roles else ""
        subject = self.receipt.subject if self.receipt else ""
        workflow.set_current_details(f"**{subject}** {title}{waiting}")

    def taken_turn(self) -> Turn:
        """The turn that was waited for."""
        turn, self.turn = self.turn, None
        assert turn is not None
        return turn

    @asynccontextmanager
    async def in_turn(self) -> AsyncIterator[None]:
        """The lock, once the procedure has gone on from what somebody else just did.

        Who waits for that does not hold it: the procedure may need it to go on.
        """
        await self.lock.acquire()
        while self.turn is not None:
            self.lock.release()
            await workflow.wait_condition(lambda: self.turn is None)
            await self.lock.acquire()
        try:
            yield
        finally:
            self.lock.release()

    async def caught_up(self, arrived: Callable[[], bool], refusal: Refusal) -> None:
        """Wait for a step whose effect the caller saw before we did. Refuse what never comes.

        A step that is still under way may bring it yet: what the record shows is never refused.
        """
        while not arrived():
            try:
                await workflow.wait_condition(arrived, timeout=CATCH_UP)
            except TimeoutError:
                # Both may come at once: the time, and what was waited for.
                if not (self.under_way or arrived()):
                    raise failure(refusal) from None

    async def at_rest(self, refusal: Refusal) -> None:
        """Wait a little for the step under way; refuse when it takes long."""
        if self.under_way:
            try:
                await workflow.wait_condition(lambda: not self.under_way, timeout=CATCH_UP)
            except TimeoutError:
                if self.under_way:
                    raise failure(refusal) from None

    def check_signed(
        self, instruction: Instruction, action: str, subject: str, content: Any
    ) -> None:
        """Reject an instruction that did not come through the API. Leaves no trace in history."""
        asked = Assertion(self.start.tenant, instruction.user, action, subject, digest(content))
        try:
            token.check(configured().actor_key, instruction.signed, asked, instruction.means)
        except Refusal as refusal:
            raise failure(refusal) from refusal

    @property
    def id(self) -> str:
        """The process's id as people see it."""
        return written(PROCESS, self.start.process)
