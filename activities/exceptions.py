"""Parking a step that cannot go on, and repairing it."""

from dataclasses import dataclass
from uuid import UUID

from temporalio import activity

from activities.desk import Desk, Instruction
from domain.processes import assigning, exceptions, proposals
from domain.processes.assigning import Assigned
from domain.processes.effect import Effect
from domain.processes.exceptions import Choice, Parked, Resolved
from domain.processes.proposals import Confirmed, Proposed, Waiting
from domain.processes.said import saying


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


@dataclass(frozen=True, slots=True)
class ProposeRepair:
    """A person's proposal that another has to confirm."""

    effect: Effect
    instruction: Instruction
    definition_hash: str
    proposed: Proposed


@dataclass(frozen=True, slots=True)
class ConfirmRepair:
    """A second person's word for what she saw."""

    effect: Effect
    instruction: Instruction
    definition_hash: str
    exception: UUID
    seen: str


@dataclass(frozen=True, slots=True)
class AssignException:
    """Somebody is to look after an exception."""

    effect: Effect
    instruction: Instruction
    definition_hash: str
    assigned: Assigned


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
        choice = Choice(command.exception, command.resolution, command.reason)
        return self.desk.acted(
            command,
            Resolved,
            saying(choice),
            lambda connection, actor: exceptions.resolve(
                connection, command.effect, definition, actor, choice
            ),
        )

    @activity.defn
    def propose_repair(self, command: ProposeRepair) -> Waiting:
        """Put a fix, or skipping the step, before a second person."""
        definition = self.desk.catalog.by_hash(command.definition_hash)
        return self.desk.acted(
            command,
            Waiting,
            saying(command.proposed),
            lambda connection, actor: proposals.propose(
                connection, command.effect, definition, actor, command.proposed
            ),
        )

    @activity.defn
    def confirm_repair(self, command: ConfirmRepair) -> Resolved:
        """Correct the document, or pass the step: what was proposed and seen."""
        definition = self.desk.catalog.by_hash(command.definition_hash)
        return self.desk.acted(
            command,
            Resolved,
            saying(Confirmed(command.exception, command.seen)),
            lambda connection, actor: proposals.confirm(
                connection,
                command.effect,
                definition,
                actor,
                id=command.exception,
                seen=command.seen,
            ),
        )

    @activity.defn
    def assign_exception(self, command: AssignException) -> str:
        """Give the exception to a person or a role."""
        definition = self.desk.catalog.by_hash(command.definition_hash)
        return self.desk.acted(
            command,
            str,
            saying(command.assigned),
            lambda connection, actor: assigning.assign(
                connection, command.effect, definition, actor, command.assigned
            ),
        )
