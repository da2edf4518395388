"""A process goes from stage to stage as its definition says."""

from activities.operations import CarryOut, OperationActivities
from domain.processes.arriving import Arrival
from domain.processes.effect import Effect
from workflows.kit.family import WITHDRAWN, Related
from workflows.kit.parking import Skipped


class Staged(Related):
    """A process that does at each stage what the definition names there."""

    async def reached(self, stage: str | None = None) -> bool:
        """Pass stage after stage until the process stands at this one; False when it ended."""
        while self.stage != stage and not self.has_ended:
            await self.passed()
        return self.stage == stage

    async def passed(self) -> None:
        """Post what the stage posts, or wait until somebody or a date moves the process on."""
        stage = self.definition.stages[self.stage]
        if stage.post:
            await self.posted()
            return
        if stage.does:
            await self.carry_out(stage.does, to=str(stage.then))
            return
        if stage.starts:
            await self.children_carried_out()
            return
        turn = await self.waited()
        if turn is not None and turn.undoes:
            given_up = self.definition.given_up.undone
            to = given_up if turn.kind == WITHDRAWN else self.definition.actions[turn.kind].to
            await self.undone(turn.undoes, turn.reason, to=str(to))
            self.is_undoing = False

    async def carry_out(self, operation: str, *, to: str) -> None:
        """An operation that the definition names, once, unless two people leave it out."""

        async def perform(effect: Effect) -> Arrival:
            command = CarryOut(effect, self.definition.hash, operation, to)
            summary = operation.replace("_", " ").capitalize()
            return await self.perform(OperationActivities.carry_out, command, summary=summary)

        try:
            arrival = await self.carried_out(f"carry_out.{operation}", perform)
        except Skipped as skipped:
            arrival = skipped.arrival
        self.stand(arrival)

    @property
    def has_ended(self) -> bool:
        """Whether the process has come to rest."""
        return self.definition.stages[self.stage].ends is not None
