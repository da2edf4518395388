"""Acting on a selection: each item's instruction is signed, then a process carries them out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from api.answers import answered
from api.bodies import Given, Reason, read_id
from api.caller import Caller
from api.edge import Edge
from api.once import Once, call_name, key_of
from api.problems import addressed, request_id_of
from api.shapes.selection import WouldBulk, result, total
from api.starting import Ready, StartBody, Starting, wait_of
from api.trial import is_trial
from api.viewing import checking_of
from domain.access.idempotency import Entry
from domain.approvals import authority
from domain.approvals import reading as tasks
from domain.approvals.deciding import Choice
from domain.approvals.policy import APPROVE, check_decision
from domain.approvals.task_records import TaskRecord
from domain.definitions.model import Definition
from domain.identifiers import SELECTION
from domain.money import Money
from domain.refusal import Refusal
from domain.selections import bulk
from domain.selections import selection as selections
from domain.selections.bulk import Result, Total
from domain.selections.selection import Item, sums
from workflows.instructions import workflow_id

TYPE = "bulk_action"
SHOWN = 200
CHUNK = 500


class BulkParameters(Given):
    """Why. Compulsory except to approve."""

    reason: Reason | None = None


class BulkRequest(Given):
    """What is done to every item of a selection."""

    action: Literal["approve", "reject", "send_back"]
    selection: str
    params: BulkParameters = BulkParameters()


@dataclass(frozen=True, slots=True)
class Ordering:
    """One bulk action of one person."""

    starting: Starting
    body: BulkRequest

    def check(self, again: bool) -> tuple[Ready, list[Item]]:
        """The rules of the start, and the selection as it was frozen."""
        if self.body.action != APPROVE and not (self.body.params.reason or "").strip():
            raise Refusal("reason_must_be_given", f"Say why: {self.body.action}.")
        items = self.items()
        return self.starting.check(again), items

    def items(self) -> list[Item]:
        """What she selected."""
        caller = self.starting.caller
        with self.starting.edge.reading(caller.tenant) as connection, addressed("selection"):
            found = selections.get(connection, self.selection, user=caller.actor.user)
            return selections.items(connection, found.id)

    @property
    def selection(self) -> UUID:
        """The selection's id."""
        return read_id(SELECTION, self.body.selection)

    async def perform(self, checked: tuple[Ready, list[Item]], entry: Entry) -> Response:
        """Sign for each item under this login, then start; 202 with the process."""
        ready, items = checked
        if ready.existing is None:
            await run_in_threadpool(self.sign, items, entry)
        return await self.starting.perform(ready, entry)

    def sign(self, items: Sequence[Item], entry: Entry) -> None:
        """The instructions, kept at the edge before anything starts."""
        edge, caller = self.starting.edge, self.starting.caller
        speaker = caller.speaker(call_name(entry))
        action, reason = self.body.action, self.body.params.reason
        signed = [
            edge.instructions.signed_choice(speaker, Choice(item.id, action, reason, item.seen))
            for item in items
        ]
        with edge.keeping(caller.tenant) as connection:
            bulk.instruct(
                connection, caller.tenant, entry.subject, self.selection,
                signed=[each.signed for each in signed], means=caller.means,
            )  # fmt: skip

    def trial(self) -> WouldBulk:
        """Climb the ladder for each item on the reader, and add up."""
        _, items = self.check(False)
        with self.starting.edge.reading(self.starting.caller.tenant) as connection:
            found = list(self.tried(connection, items))
        return WouldBulk(
            would={"totals": [total(each) for each in totals_of(found)]},
            items=[result(each) for each in found[:SHOWN]],
            warnings=[f"The first {SHOWN} items are shown."] if len(found) > SHOWN else [],
        )

    def tried(self, connection: Connection, items: Sequence[Item]) -> Iterator[Result]:
        """What the ladder says of each item now."""
        edge = self.starting.edge
        for first in range(0, len(items), CHUNK):
            chunk = items[first : first + CHUNK]
            records = tasks.with_ids(connection, [item.id for item in chunk])
            for item, record in zip(chunk, records, strict=True):
                definition = edge.definition(connection, record.definition_hash)
                refusal = self.refusal(connection, definition, record, item)
                said = (refusal.code, refusal.message) if refusal else (None, None)
                state = "failed" if refusal else "done"
                yield Result(item.position, item.id, item.title, item.amount, state, *said)

    def refusal(
        self, connection: Connection, definition: Definition, record: TaskRecord, item: Item
    ) -> Refusal | None:
        """Why the item would fail by itself; None when it would be done."""
        checking, actor = checking_of(definition, record), self.starting.caller.actor
        action, reason = self.body.action, self.body.params.reason
        try:
            check_decision(checking, actor, action, seen=item.seen, reason=reason)
            authority.check_authority(connection, checking, actor, action)
        except Refusal as refusal:
            return refusal
        return None


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


async def begin(edge: Edge, caller: Caller, request: Request, body: BulkRequest) -> Response:
    """Start the bulk action once under the caller's key, or say what it would lead to."""
    given: dict[str, Any] = {"selection": body.selection, "action": body.action}
    if body.params.reason is not None:
        given["reason"] = body.params.reason
    start = StartBody(type=TYPE, input=given)
    definition = await run_in_threadpool(edge.type, caller.tenant, TYPE)
    if is_trial(request):
        trial = Ordering(Starting(edge, caller, definition, start, "", ""), body)
        return answered(await run_in_threadpool(trial.trial))
    id = workflow_id(caller.tenant, TYPE, key_of(request))
    starting = Starting(
        edge, caller, definition, start, id, request_id_of(request), wait_of(request)
    )
    ordering = Ordering(starting, body)
    notes = {"workflow_id": id}
    once = Once(edge, caller, starting.asked, ordering.check, ordering.perform, notes=notes)
    return await once.answer(request)
