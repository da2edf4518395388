"""What a process does to the book: the journals of a stage, and their reversal, last first."""

from collections.abc import Sequence
from uuid import UUID

from temporalio import workflow

from activities.ledger import LedgerActivities, PostJournal, ReverseEntry
from domain.processes.effect import Effect
from domain.processes.posting import Posted
from workflows.kit.approval import Approvable
from workflows.kit.messages import StartProcess
from workflows.kit.process import Cancelled


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
        """Reverse journals, the last posted first; then the process goes on to the stage `to`."""
        standing = [name for name in reversed(self.entries) if name in journals]
        if not standing:
            await self.go_on(to)
        for template in standing:
            await self.reverse(template, reason, to=to if template == standing[-1] else None)

    async def reverse(self, template: str, reason: str, *, to: str | None) -> None:
        """Post the mirror of a journal that stands."""
        entry = self.entries[template]

        async def perform(effect: Effect) -> Posted:
            command = ReverseEntry(effect, self.definition.hash, entry, reason, to)
            return await self.perform(
                LedgerActivities.reverse_entry, command, summary=f"Reverse the {template}"
            )

        reversed_ = await self.carried_out(f"reverse_entry.{template}", perform)
        del self.entries[template]
        self.stand(reversed_.arrival)

    async def given_up(self, cancelled: Cancelled) -> None:
        """End a process that somebody gave up: what stands in the book is reversed first."""
        given_up = self.definition.given_up
        if self.entries:
            await self.undone([*self.entries], str(cancelled), to=str(given_up.undone))
        else:
            await self.ended(given_up.to, str(cancelled))
