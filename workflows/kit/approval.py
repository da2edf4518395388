"""What people do to a process while it waits: decide, act, and tend it."""

import contextlib
from uuid import UUID

from temporalio import workflow

from activities.approvals import ApprovalActivities, DecideTask
from activities.processes import ProcessActivities, TakeAction
from activities.refusals import failure
from activities.tending import TendingActivities, TendProcess
from domain.approvals import tending
from domain.approvals.deciding import Decision
from domain.approvals.tending import Tended
from domain.definitions import policy
from domain.identifiers import TASK, written
from domain.processes import action
from domain.processes.action import Taken, check_stage
from domain.processes.said import saying
from domain.refusal import Refusal
from workflows.kit.messages import Act, Decide, StartProcess, Tend
from workflows.kit.process import CATCH_UP, Turn
from workflows.kit.waiting import Waiting

NO_SUCH_TASK = Refusal("task_must_be_open", "The process waits for no decision on this task.")


class Approvable(Waiting):
    """A process that waits for checkers and takes actions from people while it waits."""

    @workflow.init
    def __init__(self, start: StartProcess) -> None:
        super().__init__(start)
        self.decided: set[UUID] = set()
        # From an action that undoes something until that is done nobody moves the process.
        self.is_undoing = False
        # What the stage starts has not all been started yet.
        self.is_starting = False

    @workflow.update
    async def decide(self, message: Decide) -> Decision:
        """Approve, reject or send back; the decision activity alone decides."""
        task = message.choice.task
        async with self.lock:
            if task in self.decided:
                raise failure(Refusal("already_decided", "The task was already decided."))
            await self.caught_up(
                lambda: task in {waiting.id for waiting in self.tasks}, NO_SUCH_TASK
            )
            decision = await self.instructed(
                ApprovalActivities.decide_task,
                DecideTask(
                    effect=self.effect("decide_task", item=message.call),
                    instruction=message.instruction,
                    definition_hash=self.definition.hash,
                    choice=message.choice,
                ),
                summary=f"Decide: {message.choice.action}",
            )
            self.decided.add(task)
            self.stand(decision.arrival)
            self.turn = Turn(decision.verdict)
            return decision

    @decide.validator
    def may_decide(self, message: Decide) -> None:
        """Signed by the API, or it never happened. Everything else is decided in the activity."""
        self.check_signed(message.instruction, *saying(message.choice))

    @workflow.update
    async def tend(self, message: Tend) -> Tended:
        """Claim, put off, comment, attach: what leaves the process where it stands.

        It takes no turn with the procedure; the activity takes its turn at the rows' locks.
        """
        return await self.instructed(
            TendingActivities.tend_process,
            TendProcess(
                effect=self.effect("tend_process", item=message.call),
                instruction=message.instruction,
                definition_hash=self.start.definition_hash,
                wish=message.wish,
            ),
            summary=f"Tend: {message.wish.verb}",
        )

    @tend.validator
    def may_tend(self, message: Tend) -> None:
        """Signed by the API, or it never happened."""
        wish = message.wish
        subject = written(TASK, wish.task) if wish.task else self.id
        self.check_signed(message.instruction, wish.verb, subject, tending.content(wish))

    @workflow.update
    async def act(self, message: Act) -> Taken:
        """Amend, cancel, pay now: whatever the definition names."""
        name = message.asked.action
        async with self.in_turn():
            await self.arrived_for(name)
            self.check_stage(name)
            taken = await self.instructed(
                ProcessActivities.take_action,
                TakeAction(
                    effect=self.effect("take_action", item=message.call),
                    instruction=message.instruction,
                    definition_hash=self.definition.hash,
                    asked=message.asked,
                ),
                summary=self.definition.actions[name].title,
            )
            if taken.undoes or taken.withdraws:
                self.is_undoing, self.tasks = True, ()
            else:
                self.stand(taken.arrival)
            self.turn = Turn(name, message.asked.reason or "", taken.undoes, taken.withdraws)
            return taken

    @act.validator
    def may_act(self, message: Act) -> None:
        """Signed by the API, or it never happened."""
        asked = message.asked
        self.check_signed(message.instruction, asked.action, self.id, action.content(asked))

    async def arrived_for(self, action: str) -> None:
        """Wait for the step under way, if it leads to where the action is possible.

        Its effect is seen outside before we are told of it; when a worker dies in between, long
        before.
        """

        def possible(stage: str) -> bool:
            return policy.action_is_possible(self.definition, action, stage)

        def arrived() -> bool:
            return not self.under_way or (possible(self.stage) and not self.is_starting)

        ahead = (self.stage, *self.definition.leads_to(self.stage).values())
        while not arrived() and any(map(possible, ahead)):
            with contextlib.suppress(TimeoutError):
                await workflow.wait_condition(arrived, timeout=CATCH_UP)

    def check_stage(self, action: str) -> None:
        """What was possible when it was sent may have become impossible since."""
        reference = self.receipt.reference if self.receipt else self.id
        try:
            if self.is_undoing or self.is_starting:
                raise Refusal(
                    "action_must_fit_stage", f"{reference} is just moving on. Look again."
                )
            check_stage(self.definition, action, stage=self.stage, reference=reference)
        except Refusal as refusal:
            raise failure(refusal) from refusal
