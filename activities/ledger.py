"""Posting a journal entry of a process, and reversing one."""

from dataclasses import dataclass
from uuid import UUID

from temporalio import activity

from activities.desk import Desk
from domain.processes import posting
from domain.processes.effect import Effect
from domain.processes.posting import Posted


@dataclass(frozen=True, slots=True)
class PostJournal:
    """Fill a template from the document and post it; then the process goes on to the stage `to`."""

    effect: Effect
    definition_hash: str
    template: str
    to: str | None


@dataclass(frozen=True, slots=True)
class ReverseEntry:
    """Post the mirror of an entry; then the process goes on to the stage `to`."""

    effect: Effect
    definition_hash: str
    entry: UUID
    reason: str
    to: str | None


class LedgerActivities:
    """What a process does to the book."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    @activity.defn
    def post_journal(self, command: PostJournal) -> Posted:
        """Post, drawing the voucher number when the template has one."""
        definition = self.desk.catalog.by_hash(command.definition_hash)
        return self.desk.effects.once(
            command.effect,
            command,
            Posted,
            lambda connection: posting.post(
                connection,
                command.effect,
                definition,
                template=command.template,
                to=command.to,
            ),
        )

    @activity.defn
    def reverse_entry(self, command: ReverseEntry) -> Posted:
        """Reverse, once."""
        definition = self.desk.catalog.by_hash(command.definition_hash)
        return self.desk.effects.once(
            command.effect,
            command,
            Posted,
            lambda connection: posting.reverse(
                connection,
                command.effect,
                definition,
                entry=command.entry,
                reason=command.reason,
                to=command.to,
            ),
        )
