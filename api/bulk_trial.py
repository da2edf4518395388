"""The dry run of a bulk action: the ladder of each item climbed on the reader, in their order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from api.caller import Caller
from api.edge import Edge
from api.viewing import checking_of
from domain.approvals import authority
from domain.approvals import reading as tasks
from domain.approvals.ahead import Ahead
from domain.approvals.deciding import Choice as Decided
from domain.approvals.policy import APPROVE, check_decision
from domain.approvals.task_records import TaskRecord
from domain.money import Money
from domain.processes import repairs, said
from domain.refusal import Refusal
from domain.selections.bulk import Result, Total, Wanted
from domain.selections.selection import Item, sums

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Trying:
    """What one person would come to. What she would approve counts against her limits of the day,
    so that of two documents the second may be too much.
    """

    edge: Edge
    connection: Connection
    caller: Caller
    wanted: Wanted
    ahead: Ahead = field(default_factory=Ahead)

    def each(self, resource: str, items: Sequence[Item]) -> Iterator[Result]:
        """What each item would come to."""
        refusals = self.of_tasks(items) if resource == "tasks" else self.of_exceptions(items)
        for item, refusal in zip(items, refusals, strict=True):
            known = (refusal.code, refusal.message) if refusal else (None, None)
            state = "failed" if refusal else "done"
            yield Result(item.position, resource, item.id, item.title, item.amount, state, *known)

    def of_tasks(self, items: Sequence[Item]) -> Iterator[Refusal | None]:
        """Why each would fail; None when it would be done."""
        for first in range(0, len(items), CHUNK):
            chunk = items[first : first + CHUNK]
            records = tasks.with_ids(self.connection, [item.id for item in chunk])
            for item, record in zip(chunk, records, strict=True):
                yield self.of_task(item, record)

    def of_task(self, item: Item, record: TaskRecord) -> Refusal | None:
        """One task, after those before it."""
        definition = self.edge.definition(self.connection, record.definition_hash)
        checking, actor = checking_of(definition, record), self.caller.actor
        action, reason = self.wanted.action, self.wanted.reason
        try:
            check_decision(checking, actor, action, seen=item.seen, reason=reason)
            standing = authority.check_authority(
                self.connection, checking, actor, action, ahead=self.ahead
            )
        except Refusal as refusal:
            return refusal
        if action == APPROVE:
            self.ahead.note(checking, actor.person, standing.person if standing else None)
        return None

    def of_exceptions(self, items: Sequence[Item]) -> Iterator[Refusal | None]:
        """Why each repair would be refused; whether a retried step stops again shows the trying."""
        for item in items:
            try:
                found = repairs.look(self.connection, item.id)
                definition = self.edge.definition(self.connection, found.definition_hash)
                wanted = self.wanted.said(item.id, item.seen)
                assert not isinstance(wanted, Decided)
                said.check(self.connection, definition, self.caller.actor, wanted)
                yield None
            except Refusal as refusal:
                yield refusal


def totals_of(found: Sequence[Result]) -> list[Total]:
    """How many came to each state, and what they amount to."""
    alike: dict[tuple[str, str], list[Money | None]] = {}
    for each in found:
        currency = each.amount.currency if each.amount else ""
        alike.setdefault((each.state, currency), []).append(each.amount)
    return [
        Total(state, len(amounts), next(iter(sums(amounts)), None))
        for (state, _), amounts in sorted(alike.items())
    ]
