"""A process starts others and waits for them; and one that was started may be withdrawn."""

import contextlib
from collections.abc import Collection
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from temporalio import workflow

from activities.children import (
    ChildActivities,
    Family,
    GatherChildren,
    OpenChildren,
    WithdrawProcess,
)
from activities.refusals import failure
from domain.processes.children import Begun, Standing
from domain.processes.effect import Effect
from domain.processes.parting import Withdrawn
from domain.refusal import Refusal
from workflows.kit.messages import StartProcess, Withdraw
from workflows.kit.migrating import Migratable
from workflows.kit.options import ALWAYS, ITEMS_QUEUE, OTHERS
from workflows.kit.process import Turn

# A child tells when it has ended. What it told may be lost, so its parent looks again: soon at
# first, then less often, since most wait for people.
FIRST_LOOK, SELDOM = timedelta(minutes=1), timedelta(hours=12)
WITHDRAWN = "withdrawn"
BUSY = Refusal(
    "child_must_be_waiting",
    "It is parked, waits for what it started, or has ended: it goes on by itself.",
)


class Related(Migratable):
    """A process with children, or with a parent, or neither."""

    @workflow.init
    def __init__(self, start: StartProcess) -> None:
        super().__init__(start)
        self.ended_children: set[UUID] = set()

    @workflow.signal
    def child_ended(self, child: UUID) -> None:
        """One that this process started has come to its end."""
        self.ended_children.add(child)

    async def children_carried_out(self) -> None:
        """Start what the stage starts, and go on when all have ended or a person leads away."""
        stage, self.is_starting = self.stage, True
        begun = await self.carried_out(f"open_children.{stage}", self.children_opened)
        self.stand(begun.arrival)
        await self.about_children(ChildActivities.start_children, "start_children")
        self.is_starting = False
        turn = await self.children_ended(begun.children)
        if turn is None or await self.withdrawn_for(turn):
            return
        await self.children_gathered()
        self.is_undoing = False

    async def children_opened(self, effect: Effect) -> Begun:
        """All of them in the record, or none."""
        command = OpenChildren(effect, self.definition.hash, self.stage)
        title = self.definition.stages[self.stage].title
        return await self.perform(ChildActivities.open_children, command, summary=title)

    async def about_children(self, method: Any, step: str, *, queue: str = "") -> Any:
        """Have an activity reach all children of the stage."""
        title = step.replace("_", " ").capitalize()
        # The stage may be come to again, and its children looked at many times.
        command = Family(self.effect(step, item=f"{self.stage}.{self.sequence + 1}"), self.stage)
        return await self.perform(
            cast(Any, method), command, summary=title, options=OTHERS, queue=queue
        )

    async def children_ended(self, children: Collection[UUID]) -> Turn | None:
        """Wait for the end of all and go on; a person's turn comes first."""
        pause = FIRST_LOOK
        while True:
            self.show_stage()
            await self.heard(children, pause)
            async with self.lock:
                if self.turn is not None:
                    return self.taken_turn()
                if not (await self.looked()).open:
                    await self.children_gathered()
                    return None
            pause = min(2 * pause, SELDOM)

    async def withdrawn_for(self, turn: Turn) -> bool:
        """Withdraw the children, wait for all, and go where the action leads.

        False when something stands that they did: then what became of them says where to.
        """
        withdraw = ChildActivities.withdraw_children
        await self.about_children(withdraw, "withdraw_children", queue=ITEMS_QUEUE)
        pause = FIRST_LOOK
        while (found := await self.looked()).open:
            await self.heard(found.open, pause)
            pause = min(2 * pause, SELDOM)
        if found.completed:
            return False
        to = self.definition.actions[turn.kind].to
        await self.undone(turn.undoes, turn.reason, to=str(to))
        self.is_undoing = False
        return True

    async def heard(self, children: Collection[UUID], pause: timedelta) -> None:
        """Wait until every one of them has told its end, somebody acts, or it is time to look."""
        with contextlib.suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: self.turn is not None or self.ended_children.issuperset(children),
                timeout=pause,
                timeout_summary="Look after what was started",
            )

    async def looked(self) -> Standing:
        """What the record says of them. Who told too early is waited for again."""
        look = ChildActivities.look_at_children
        found: Standing = await self.about_children(look, "look_at_children")
        self.ended_children -= {*found.open}
        return found

    async def children_gathered(self) -> None:
        """Go on with what became of them."""
        self.stand(
            await self.perform(
                ChildActivities.gather_children,
                GatherChildren(
                    self.effect("gather_children", item=f"{self.stage}.{self.sequence + 1}"),
                    self.definition.hash,
                    self.stage,
                ),
                summary="Sum up what was started",
                options=ALWAYS,
            )
        )

    @workflow.update
    async def withdraw(self, message: Withdraw) -> Withdrawn:
        """The parent was led away. Whoever sends this: the activity looks up whether that is so.

        A step under way is waited for, however long: nobody asks the child again.
        """
        async with self.in_turn():
            await workflow.wait_condition(lambda: not self.under_way)
            if self.is_undoing or self.stage_works:
                raise failure(BUSY)
            withdrawn = await self.instructed(
                ChildActivities.withdraw_process,
                WithdrawProcess(
                    self.effect("withdraw_process", item=message.call),
                    self.definition.hash,
                    tuple(self.entries),
                ),
                summary="Withdraw it with what started it",
            )
            if withdrawn.undoes:
                self.is_undoing, self.tasks = True, ()
            else:
                self.stand(withdrawn.arrival)
            self.turn = Turn(WITHDRAWN, withdrawn.reason, withdrawn.undoes)
            return withdrawn
