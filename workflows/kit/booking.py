"""What a process does to the book: the journals of a stage, and their reversal, last first."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from uuid import UUID

from temporalio import workflow

from activities.ledger import LedgerActivities, PostJournal, ReverseEntry
from domain.processes.effect import Effect
from domain.processes.posting import Posted
from workflows.kit.approval import Approvable
from workflows.kit.messages import StartProcess
from workflows.kit.parking import Trouble
from workflows.kit.process import Cancelled

# Since then a reversal that fails no longer keeps the others from being done.
GO_ON_UNDOING = "go-on-undoing"


class Bookable(Approvable):
    """A process that posts the journals of its stages and can undo them."""

    @workflow.init
    def __init__(self, start: StartProcess) -> None:
        super().__init__(start)
        # Journals that stand in the book, in the order they were posted.
        self.entries: dict[str, UUID] = {}

    async def posted(self) -> None:
        """Post what the stage posts; then the process goes on."""
        stage = self.definition.stages[self.stage]
        for template in stage.post:
            is_last = template == stage.post[-1]
            await self.post(template, to=stage.then if is_last else None)

    async def post(self, template: str, *, to: str | None) -> None:
        """Post a journal template, once."""

        async def perform(effect: Effect) -> Posted:
            command = PostJournal(effect, self.definition.hash, template, to)
            return await self.perform(
                LedgerActivities.post_journal, command, summary=f"Post the {template}"
            )

        posted = await self.carried_out(f"post_journal.{template}", perform)
        self.entries[template] = posted.entry
        self.stand(posted.arrival)

    async def undone(self, journals: Sequence[str], reason: str, *, to: str) -> None:
        """Reverse journals, the last posted first; then the process goes on to the stage `to`.

        One that cannot be reversed now holds up no other: it is put before a person afterwards.
        """
        standing = [name for name in reversed(self.entries) if name in journals]
        if not standing:
            await self.go_on(to, reason)
        left: dict[str, Trouble] = {}
        for template in standing:
            is_last = template == standing[-1]
            goes_on = to if is_last and not left else None
            trouble = await self.reversed_or_trouble(template, reason, to=goes_on)
            if trouble is None:
                continue
            others_wait = not is_last or bool(left)
            if others_wait and workflow.patched(GO_ON_UNDOING):
                left[template] = trouble
            else:
                await self.reverse(template, reason, to=goes_on, stopped=trouble)
        if left:
            await self.undone_later(left, reason)
            await self.go_on(to, reason)

    async def undone_later(self, left: dict[str, Trouble], reason: str) -> None:
        """What could not be reversed at first: each is put before a person, with what is left."""
        waiting = list(left)
        for number, (template, trouble) in enumerate(left.items()):
            not_undone = f"{trouble.message} Not undone yet: {', '.join(waiting[number:])}."
            stopped = replace(trouble, message=not_undone)
            await self.reverse(template, reason, to=None, stopped=stopped)

    async def reverse(
        self, template: str, reason: str, *, to: str | None, stopped: Trouble | None = None
    ) -> None:
        """Post the mirror of a journal that stands."""
        step, perform = self.reversal(template, reason, to)
        self.is_reversed(template, await self.carried_out(step, perform, stopped=stopped))

    async def reversed_or_trouble(
        self, template: str, reason: str, *, to: str | None
    ) -> Trouble | None:
        """Post the mirror of a journal that stands, or say why it cannot be posted now."""
        step, perform = self.reversal(template, reason, to)
        done = await self.tried(step, self.attempts.get(step, 0) + 1, perform)
        if isinstance(done, Trouble):
            return done
        self.is_reversed(template, done)
        return None

    def reversal(
        self, template: str, reason: str, to: str | None
    ) -> tuple[str, Callable[[Effect], Awaitable[Posted]]]:
        """The step that reverses a journal."""
        entry = self.entries[template]

        async def perform(effect: Effect) -> Posted:
            command = ReverseEntry(effect, self.definition.hash, entry, reason, to)
            return await self.perform(
                LedgerActivities.reverse_entry, command, summary=f"Reverse the {template}"
            )

        return f"reverse_entry.{template}", perform

    def is_reversed(self, template: str, posted: Posted) -> None:
        """The journal stands no more."""
        del self.entries[template]
        self.stand(posted.arrival)

    async def given_up(self, cancelled: Cancelled) -> None:
        """End a process that somebody gave up: what stands in the book is reversed first."""
        given_up = self.definition.given_up
        if self.entries:
            await self.undone([*self.entries], str(cancelled), to=str(given_up.undone))
        else:
            await self.ended(given_up.to, str(cancelled))
