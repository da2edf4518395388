"""A process that waits takes another version of its definition, when two persons agreed on that."""

from temporalio import workflow

from activities.migrations import Migrate, MigrationActivities, TakeVersion
from activities.refusals import failure
from domain.processes.migrating import Migrated
from domain.refusal import Refusal
from workflows.kit.booking import Bookable
from workflows.kit.configuration import configured
from workflows.kit.process import Turn

BUSY = Refusal(
    "process_must_be_waiting", "The process is doing something. Move it when it waits again."
)
MIGRATED = "migrated"


class Migratable(Bookable):
    """A process whose definition may be followed by another version while it runs."""

    @workflow.update
    async def migrate(self, message: Migrate) -> Migrated:
        """Take the version. Whoever sends this: the activity looks up what was agreed on."""
        async with self.in_turn():
            await self.at_rest(BUSY)
            if self.is_undoing or self.stage_works:
                raise failure(BUSY)
            moved = await self.instructed(
                MigrationActivities.take_version,
                TakeVersion(
                    effect=self.effect("take_version", item=str(message.migration)),
                    definition_hash=self.definition.hash,
                    migration=message.migration,
                    to_hash=message.definition_hash,
                ),
                summary="Take another version of the definition",
            )
            # What the activity answered stands in the history, and a hash has one meaning.
            self.definition = configured().catalog.by_hash(moved.definition_hash)
            self.stand(moved.arrival)
            self.turn = Turn(MIGRATED)
            return moved

    @property
    def stage_works(self) -> bool:
        """Whether something is being done here, or waits to be repaired."""
        found = self.definition.stages[self.stage]
        return found.works or found.ends is not None
