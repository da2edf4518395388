"""Parking a step that cannot go on, and repairing it."""

from dataclasses import dataclass
from uuid import UUID

from temporalio import activity

from activities.desk import Desk, Instruction
from domain.identifiers import EXCEPTION, written
from domain.processes import exceptions
from domain.processes.effect import Effect
from domain.processes.exceptions import Parked, Resolved


@dataclass(frozen=True, slots=True)
class ParkStep:
    """Open an exception for a step."""

    effect: Effect
    parked: Parked


@dataclass(frozen=True, slots=True)
class ResolveException:
    """A person's way out of an exception."""

    effect: Effect
    instruction: Instruction
    definition_hash: str
    exception: UUID
    resolution: str
    reason: str | None


class ExceptionActivities:
    """What happens to steps that need a person."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    @activity.defn
    def park_step(self, command: ParkStep) -> UUID:
        """Open the exception and say so in the record."""
        return self.desk.effects.once(
            command.effect,
            command,
            UUID,
            lambda connection: exceptions.park(connection, command.effect, command.parked),
        )

    @activity.defn
    def resolve_exception(self, command: ResolveException) -> Resolved:
        """Retry, or cancel and reverse."""
        definition = self.desk.catalog.by_hash(command.definition_hash)
        saying = (
            command.resolution,
            written(EXCEPTION, command.exception),
            {"reason": command.reason},
        )
        return self.desk.acted(
            command,
            Resolved,
            saying,
            lambda connection, actor: exceptions.resolve(
                connection,
                command.effect,
                definition,
                actor,
                id=command.exception,
                resolution=command.resolution,
                reason=command.reason,
            ),
        )
