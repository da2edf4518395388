"""Waiting at a stage: for a turn, a date, a reminder or a deadline; the tenant's clock may move."""

import contextlib
from datetime import timedelta
from uuid import UUID

from temporalio import workflow

from activities.approvals import ApprovalActivities, RemindTask
from activities.deadlines import DeadlineActivities, PaceProcess
from activities.processes import MoveOn, ProcessActivities
from domain.deadlines.pacing import Pace
from domain.definitions import policy
from domain.definitions.model import Approval
from domain.processes.arriving import Arrival
from workflows.kit.messages import StartProcess
from workflows.kit.options import ALWAYS
from workflows.kit.process import Turn
from workflows.kit.repairing import Repairable


class Waiting(Repairable):
    """A process that rests at stages, reminds and escalates, and goes on when a date comes."""

    @workflow.init
    def __init__(self, start: StartProcess) -> None:
        super().__init__(start)
        # How often the tenant's clock was put forward. Timers count real time, so from then on the
        # database is asked how long to wait.
        self.clock_moves = 0
        # Each reminder of a task is an effect of its own, also after another seat was decided.
        self.reminders: dict[UUID, int] = {}

    @workflow.signal
    def clock_moved(self) -> None:
        """The tenant's clock was put forward: whatever waits by it looks again."""
        self.clock_moves += 1

    async def waited(self) -> Turn | None:
        """Rest at the stage until somebody moves the process on; None when its date came first."""
        if self.due_in_seconds is None:
            return await self.reminded_turn()
        self.show_stage()
        known, left = 0, timedelta(seconds=self.due_in_seconds)
        while not await self.rested(left, known, "Wait for the date"):
            known, left = self.clock_moves, await self.left_by_calendar()
        async with self.lock:
            if self.turn is not None:
                return self.taken_turn()
            await self.go_on(str(self.definition.stages[self.stage].then))
            return None

    async def rested(self, pause: timedelta | None, known: int, summary: str) -> bool:
        """Wait until a turn is taken or the time has passed. False as soon as the clock moved.

        `known` are the moves of the clock that the pause reckons with.
        """
        with contextlib.suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: self.turn is not None or self.clock_moves != known,
                timeout=pause,
                timeout_summary=summary,
            )
        return self.turn is not None or self.clock_moves == known

    async def left_by_calendar(self) -> timedelta:
        """How long it is to the date, on the tenant's clock."""
        return timedelta(seconds=(await self.pace()).seconds or 0)

    async def pace(self) -> Pace:
        """What the tenant's clock and calendar say that there is to wait for."""
        command = PaceProcess(self.start.tenant, self.start.process, self.definition.hash)
        return await self.perform(
            DeadlineActivities.pace_process, command, summary="Look at the calendar", options=ALWAYS
        )

    async def go_on(self, to: str, reason: str = "") -> None:
        """Stand at the stage that follows; where somebody is waited for, an activity asks him."""
        if self.definition.stages[to].works:
            self.stand(Arrival(to))
            return
        command = MoveOn(self.effect("move_on"), self.definition.hash, to, reason or None)
        title = self.definition.stages[to].title
        self.stand(
            await self.perform(ProcessActivities.move_on, command, summary=title, options=ALWAYS)
        )

    async def reminded_turn(self) -> Turn:
        """The next turn; until it comes the checkers are reminded, and at the deadline others."""
        approval = self.definition.approval_at(self.stage)
        deadline = approval.deadline if approval else None
        pause = self.remind_every(approval) or deadline
        waited = timedelta(0)
        while not (
            self.clock_moves or policy.is_by_calendar(pause) or policy.is_by_calendar(deadline)
        ):
            self.show_stage()
            try:
                await workflow.wait_condition(
                    lambda: self.turn is not None or self.clock_moves > 0,
                    timeout=policy.duration(pause) if pause else None,
                    timeout_summary="Remind the checkers",
                )
                if self.turn is not None:
                    return self.taken_turn()
            except TimeoutError:
                waited += policy.duration(pause or "1d")
                late = deadline is not None and waited >= policy.duration(deadline)
                await self.remind(escalate=late)
        return await self.paced_turn()

    def remind_every(self, approval: Approval | None) -> str | None:
        """How often whoever is waited for is reminded."""
        return (
            approval.remind_every if approval else self.definition.stages[self.stage].remind_every
        )

    async def paced_turn(self) -> Turn:
        """The same by the tenant's calendar and clock, which the database knows."""
        while True:
            self.show_stage()
            known, pace = self.clock_moves, await self.pace()
            pause = None if pace.seconds is None else timedelta(seconds=pace.seconds)
            if await self.rested(pause, known, "Remind the checkers"):
                if self.turn is not None:
                    return self.taken_turn()
                await self.remind(escalate=pace.escalates)

    async def remind(self, *, escalate: bool) -> None:
        """Remind once more; past the deadline ask another role as well."""
        approval = self.definition.approval_at(self.stage)
        for task in self.tasks:
            widens = escalate and task.kind == "approval"
            to = approval.escalate_to if approval and widens else None
            number = self.reminders[task.id] = self.reminders.get(task.id, 0) + 1
            await self.perform(
                ApprovalActivities.remind_task,
                RemindTask(
                    self.effect("remind_task", item=str(task.id), attempt=number), task.id, to
                ),
                summary=f"Escalate to {to}" if to else "Remind the checkers",
                options=ALWAYS,
            )
