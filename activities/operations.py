"""Carrying out what a definition names in `does`."""

from dataclasses import dataclass

from temporalio import activity

from activities.desk import Desk
from domain.operations import catalog as operations
from domain.processes.arriving import Arrival
from domain.processes.effect import Effect


@dataclass(frozen=True, slots=True)
class CarryOut:
    """Carry an operation out; then the process goes on to the stage `to`."""

    effect: Effect
    definition_hash: str
    operation: str
    to: str


class OperationActivities:
    """What any process may have done."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    @activity.defn
    def carry_out(self, command: CarryOut) -> Arrival:
        """Once, in one transaction."""
        definition = self.desk.catalog.by_hash(command.definition_hash)
        return self.desk.effects.once(
            command.effect,
            command,
            Arrival,
            lambda connection: operations.carry_out(
                connection,
                command.effect,
                definition,
                operation=command.operation,
                to=command.to,
                catalog=self.desk.catalog,
            ),
        )
