"""Tending a process: claims, snoozes, comments, attachments, escalation by hand."""

from dataclasses import dataclass

from temporalio import activity

from activities.desk import Desk, Instruction
from domain.approvals import tending
from domain.approvals.tending import Tended, Tending, Wish
from domain.identifiers import PROCESS, TASK, written
from domain.processes.effect import Effect


@dataclass(frozen=True, slots=True)
class TendProcess:
    """What a person wishes, which leaves the process where it stands."""

    effect: Effect
    instruction: Instruction
    definition_hash: str
    wish: Wish


class TendingActivities:
    """What happens to a process that stays where it is."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    @activity.defn
    def tend_process(self, command: TendProcess) -> Tended:
        """Once, under the lock of what it is about, with the rights of now."""
        wish, process = command.wish, command.effect.process
        definition = self.desk.catalog.by_hash(command.definition_hash)
        asked = Tending(process, definition, self.desk.catalog.roles, wish)
        subject = written(TASK, wish.task) if wish.task else written(PROCESS, process)
        return self.desk.acted(
            command,
            Tended,
            (wish.verb, subject, tending.content(wish)),
            lambda connection, actor: tending.tend(connection, command.effect, asked, actor),
        )
