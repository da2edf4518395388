"""Deciding a task, reminding its checkers."""

from dataclasses import dataclass
from uuid import UUID

from temporalio import activity

from activities.desk import Desk, Instruction
from domain.approvals import deciding
from domain.approvals.deciding import Choice, Decision
from domain.identifiers import TASK, written
from domain.processes.effect import Effect


@dataclass(frozen=True, slots=True)
class DecideTask:
    """A person's choice on a task."""

    effect: Effect
    instruction: Instruction
    definition_hash: str
    choice: Choice


@dataclass(frozen=True, slots=True)
class RemindTask:
    """Remind whoever may decide; also ask another role when `escalate_to` is set."""

    effect: Effect
    task: UUID
    escalate_to: str | None


class ApprovalActivities:
    """What happens to tasks."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    @activity.defn
    def decide_task(self, command: DecideTask) -> Decision:
        """Decide under the task's lock; losers of a race are told who won."""
        definition = self.desk.catalog.by_hash(command.definition_hash)
        choice = command.choice
        return self.desk.acted(
            command,
            Decision,
            (choice.action, written(TASK, choice.task), deciding.content(choice)),
            lambda connection, actor: deciding.decide(
                connection, command.effect, definition, choice, actor
            ),
        )

    @activity.defn
    def remind_task(self, command: RemindTask) -> bool:
        """Remind, or escalate. False when the task no longer waits."""
        return self.desk.effects.once(
            command.effect,
            command,
            bool,
            lambda connection: deciding.remind(
                connection, command.effect, command.task, escalate_to=command.escalate_to
            ),
        )
