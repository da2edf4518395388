"""Approval by other people than the maker: levels, reminders, escalation, correction."""

import contextlib
from datetime import timedelta
from uuid import UUID

from temporalio import workflow

from activities.approvals import ApprovalActivities, DecideTask, RemindTask
from activities.processes import MoveOn, ProcessActivities, TakeAction
from activities.refusals import failure
from domain.approvals import deciding
from domain.approvals.deciding import Decision
from domain.definitions import policy
from domain.identifiers import TASK, written
from domain.processes import action
from domain.processes.action import Taken, check_stage
from domain.processes.arriving import Arrival
from domain.refusal import Refusal
from workflows.kit.messages import Act, Decide, StartProcess
from workflows.kit.options import ALWAYS
from workflows.kit.process import CATCH_UP, Turn
from workflows.kit.repairing import Repairable

NO_SUCH_TASK = Refusal("task_must_be_open", "The process waits for no decision on this task.")


class Approvable(Repairable):
    """A process that waits for checkers and takes actions from people while it waits."""

    @workflow.init
    def __init__(self, start: StartProcess) -> None:
        super().__init__(start)
        self.decided: set[UUID] = set()
        # From an action that undoes something until that is done nobody moves the process.
        self.is_undoing = False

    async def waited(self) -> Turn | None:
        """Rest at the stage until somebody moves the process on; None when its date came first."""
        if self.due_in_seconds is None:
            return await self.reminded_turn()
        self.show_stage()
        with contextlib.suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: self.turn is not None,
                timeout=timedelta(seconds=self.due_in_seconds),
                timeout_summary="Wait for the date",
            )
        async with self.lock:
            if self.turn is not None:
                return self.taken_turn()
            await self.go_on(str(self.definition.stages[self.stage].then))
            return None

    async def go_on(self, to: str) -> None:
        """Stand at the stage that follows; where somebody is waited for, an activity asks him."""
        if self.definition.stages[to].works:
            self.stand(Arrival(to))
            return
        command = MoveOn(self.effect("move_on"), self.definition.hash, to)
        title = self.definition.stages[to].title
        self.stand(
            await self.perform(ProcessActivities.move_on, command, summary=title, options=ALWAYS)
        )

    async def reminded_turn(self) -> Turn:
        """The next turn; until it comes the checkers are reminded, and at the deadline others."""
        approval = self.definition.approval_at(self.stage)
        pause = (
            approval.remind_every if approval else self.definition.stages[self.stage].remind_every
        )
        deadline = approval.deadline if approval else None
        pause = pause or deadline
        waited, reminders = timedelta(0), 0
        while True:
            self.show_stage()
            try:
                await workflow.wait_condition(
                    lambda: self.turn is not None,
                    timeout=policy.duration(pause) if pause else None,
                    timeout_summary="Remind the checkers",
                )
                return self.taken_turn()
            except TimeoutError:
                waited, reminders = waited + policy.duration(pause or "1d"), reminders + 1
                late = deadline is not None and waited >= policy.duration(deadline)
                await self.remind(reminders, escalate=late)

    async def remind(self, number: int, *, escalate: bool) -> None:
        """Remind once more; past the deadline ask another role as well."""
        approval = self.definition.approval_at(self.stage)
        for task in self.tasks:
            widens = escalate and task.kind == "approval"
            to = approval.escalate_to if approval and widens else None
            await self.perform(
                ApprovalActivities.remind_task,
                RemindTask(
                    self.effect("remind_task", item=str(task.id), attempt=number), task.id, to
                ),
                summary=f"Escalate to {to}" if to else "Remind the checkers",
                options=ALWAYS,
            )

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
        choice = message.choice
        subject = written(TASK, choice.task)
        self.check_signed(message.instruction, choice.action, subject, deciding.content(choice))

    @workflow.update
    async def act(self, message: Act) -> Taken:
        """Amend, cancel, pay now: whatever the definition names."""
        name = message.asked.action
        async with self.lock:
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
            if taken.undoes:
                self.is_undoing, self.tasks = True, ()
            else:
                self.stand(taken.arrival)
            self.turn = Turn(name, message.asked.reason or "", taken.undoes)
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
            return possible(self.stage) or not self.under_way or self.turn is not None

        ahead = self.definition.leads_to(self.stage).values()
        if not arrived() and any(map(possible, ahead)):
            with contextlib.suppress(TimeoutError):
                await workflow.wait_condition(arrived, timeout=CATCH_UP)

    def check_stage(self, action: str) -> None:
        """What was possible when it was sent may have become impossible since."""
        reference = self.receipt.reference if self.receipt else self.id
        try:
            if self.turn is not None or self.is_undoing:
                raise Refusal(
                    "action_must_fit_stage", f"{reference} is just moving on. Look again."
                )
            check_stage(self.definition, action, stage=self.stage, reference=reference)
        except Refusal as refusal:
            raise failure(refusal) from refusal
