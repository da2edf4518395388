"""Opening, correcting, acting on and ending a process."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from temporalio import activity

from activities.desk import Desk, Instruction
from domain.identifiers import PROCESS, written
from domain.processes import action, arriving, ending, opening
from domain.processes.action import Asked, Taken
from domain.processes.arriving import Arrival
from domain.processes.effect import Effect
from domain.processes.opening import Opened, Request


@dataclass(frozen=True, slots=True)
class OpenProcess:
    """Open a process about an input that a person sent."""

    effect: Effect
    instruction: Instruction
    company: UUID
    definition_hash: str
    input: Mapping[str, Any]
    request_hash: str
    external_ref: str | None


@dataclass(frozen=True, slots=True)
class TakeAction:
    """Take an action on a running process, with the changed document when it edits."""

    effect: Effect
    instruction: Instruction
    definition_hash: str
    asked: Asked


@dataclass(frozen=True, slots=True)
class MoveOn:
    """Go on to the stage `to`: its time has come, or somebody led it there for a reason."""

    effect: Effect
    definition_hash: str
    to: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class EndProcess:
    """End a process that has nothing to undo."""

    effect: Effect
    definition_hash: str
    stage: str
    reason: str


class ProcessActivities:
    """What happens to a process as a whole."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    @activity.defn
    def open_process(self, command: OpenProcess) -> Opened:
        """Write process, document and first task, or the process as refused."""
        definition = self.desk.catalog.by_hash(command.definition_hash)
        request = Request(
            company=command.company,
            definition_hash=command.definition_hash,
            input=command.input,
            request_hash=command.request_hash,
            external_ref=command.external_ref,
        )
        content = opening.start_content(definition.process, request)
        return self.desk.acted(
            command,
            Opened,
            ("start", written(PROCESS, command.effect.process), content),
            lambda connection, actor: opening.open_process(
                connection, command.effect, definition, request, actor
            ),
        )

    @activity.defn
    def take_action(self, command: TakeAction) -> Taken:
        """Cancel, amend, pay now: whatever the definition names."""
        definition = self.desk.catalog.by_hash(command.definition_hash)
        asked = command.asked
        return self.desk.acted(
            command,
            Taken,
            (asked.action, written(PROCESS, command.effect.process), action.content(asked)),
            lambda connection, actor: action.take(
                connection, command.effect, definition, actor, asked
            ),
        )

    @activity.defn
    def move_on(self, command: MoveOn) -> Arrival:
        """Arrive where the process goes by itself."""
        definition = self.desk.catalog.by_hash(command.definition_hash)
        return self.desk.effects.once(
            command.effect,
            command,
            Arrival,
            lambda connection: arriving.move_on(
                connection, command.effect, definition, to=command.to, reason=command.reason
            ),
        )

    @activity.defn
    def end_process(self, command: EndProcess) -> Arrival:
        """Come to rest."""
        definition = self.desk.catalog.by_hash(command.definition_hash)
        return self.desk.effects.once(
            command.effect,
            command,
            Arrival,
            lambda _: ending.end(definition, stage=command.stage, reason=command.reason),
        )
