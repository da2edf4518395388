"""A process goes from stage to stage as its definition says."""

from workflows.kit.booking import Bookable


class Staged(Bookable):
    """A process that does at each stage what the definition names there."""

    async def reached(self, stage: str | None = None) -> bool:
        """Pass stage after stage until the process stands at this one; False when it ended."""
        while self.stage != stage and not self.has_ended:
            await self.passed()
        return self.stage == stage

    async def passed(self) -> None:
        """Post what the stage posts, or wait until somebody or a date moves the process on."""
        if self.definition.stages[self.stage].post:
            await self.posted()
            return
        turn = await self.waited()
        if turn is not None and turn.undoes:
            to = self.definition.actions[turn.kind].to
            await self.undone(turn.undoes, turn.reason, to=str(to))

    @property
    def has_ended(self) -> bool:
        """Whether the process has come to rest."""
        return self.definition.stages[self.stage].ends is not None
