"""What the tenant's calendar and clock say, for a process that waits."""

from dataclasses import dataclass
from uuid import UUID

from temporalio import activity

from activities.desk import Desk
from activities.refusals import refusals
from domain.database import transaction
from domain.deadlines import pacing
from domain.deadlines.pacing import Pace


@dataclass(frozen=True, slots=True)
class PaceProcess:
    """How long may a process sleep?"""

    tenant: UUID
    process: UUID
    definition_hash: str


class DeadlineActivities:
    """What is asked of the calendar. It writes nothing, so it leaves no effect."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    @activity.defn
    def pace_process(self, command: PaceProcess) -> Pace:
        """Until the date, the next reminder or the deadline."""
        definition = self.desk.catalog.by_hash(command.definition_hash)
        with refusals(), transaction(self.desk.effects.engine, command.tenant) as connection:
            return pacing.pace(connection, definition, command.process)
