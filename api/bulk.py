"""Acting on a selection: each item's instruction is signed, then a process carries them out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from api.answers import answered
from api.bodies import Given, Line, Reason, read_id
from api.bulk_trial import Trying, totals_of
from api.caller import Caller
from api.edge import Edge
from api.once import Once, call_name, key_of
from api.problems import addressed, request_id_of
from api.shapes.selection import WouldBulk, result, total
from api.starting import Ready, StartBody, Starting, wait_of
from api.trial import is_trial
from domain.access.idempotency import Entry
from domain.approvals.policy import APPROVE
from domain.identifiers import PERSON, SELECTION, workflow_id
from domain.identifiers import read as read_uuid
from domain.processes.repairs import ASSIGN, CONFIRM, RETRY
from domain.refusal import Refusal
from domain.selections import bulk
from domain.selections import selection as selections
from domain.selections.bulk import Wanted
from domain.selections.selection import Item, Selection

TYPE = "bulk_action"
SHOWN = 200
WITHOUT_REASON = (APPROVE, RETRY, CONFIRM)


class BulkParameters(Given):
    """Why, compulsory except to approve, retry and confirm; and to whom, a person or a role."""

    reason: Reason | None = None
    person: Line | None = None
    role: Line | None = None


class BulkRequest(Given):
    """What is done to every item of a selection: the first three to tasks, else to exceptions."""

    action: Literal[
        "approve", "reject", "send_back", "retry", "cancel", "skip", "confirm", "assign"
    ]
    selection: str
    params: BulkParameters = BulkParameters()

    @property
    def wanted(self) -> Wanted:
        """The same as the items' processes are told."""
        given = self.params
        person = read_uuid(PERSON, given.person) if given.person else None
        return Wanted(self.action, given.reason, person, given.role)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A selection with its items."""

    selection: Selection
    items: Sequence[Item]

    def about(self, action: str) -> str:
        """What the process is called."""
        return bulk.about(action, self.selection.resource, [item.amount for item in self.items])


@dataclass(frozen=True, slots=True)
class Ordering:
    """One bulk action of one person."""

    starting: Starting
    body: BulkRequest
    chosen: Chosen

    def check(self, again: bool) -> Ready:
        """The rules of the start; each item's are climbed by its own process."""
        check_wanted(self.body.wanted, self.chosen.selection.resource)
        return self.starting.check(again)

    async def perform(self, ready: Ready, entry: Entry) -> Response:
        """Sign for each item under this login, then start; 202 with the process."""
        if ready.existing is None:
            await run_in_threadpool(self.sign, entry)
        return await self.starting.perform(ready, entry)

    def sign(self, entry: Entry) -> None:
        """The instructions, kept at the edge before anything starts."""
        edge, caller = self.starting.edge, self.starting.caller
        speaker = caller.speaker(call_name(entry))
        wanted = self.body.wanted
        signed = [
            edge.instructions.signed_said(speaker, wanted.said(item.id, item.seen)).signed
            for item in self.chosen.items
        ]
        with edge.keeping(caller.tenant) as connection:
            bulk.instruct(
                connection, caller.tenant, entry.subject, self.chosen.selection.id,
                signed=signed, means=caller.means,
            )  # fmt: skip

    def trial(self) -> WouldBulk:
        """Climb the ladder for each item on the reader, and add up."""
        self.check(False)
        edge, caller = self.starting.edge, self.starting.caller
        resource = self.chosen.selection.resource
        with edge.reading(caller.tenant) as connection:
            trying = Trying(edge, connection, caller, self.body.wanted)
            found = list(trying.each(resource, self.chosen.items))
        return WouldBulk(
            would={"totals": [total(each) for each in totals_of(found)]},
            items=[result(each) for each in found[:SHOWN]],
            warnings=[f"The first {SHOWN} items are shown."] if len(found) > SHOWN else [],
        )


def check_wanted(wanted: Wanted, resource: str) -> None:
    """Refuse what cannot be done to such items, and what is done without saying why or to whom."""
    known = bulk.ACTIONS[resource]
    if wanted.action not in known:
        raise Refusal(
            "action_must_fit_selection",
            f"{wanted.action!r} cannot be done to {resource}. Use one of: {', '.join(known)}.",
        )
    if wanted.action not in WITHOUT_REASON and not (wanted.reason or "").strip():
        raise Refusal("reason_must_be_given", f"Say why: {wanted.action}.")
    named = (wanted.person is not None) + (wanted.role is not None)
    if named != (wanted.action == ASSIGN):
        raise Refusal(
            "assignee_must_be_one", "Name either a person or a role to assign, and else nobody."
        )


def chosen(edge: Edge, caller: Caller, id: UUID) -> Chosen:
    """What she selected."""
    with edge.reading(caller.tenant) as connection, addressed("selection"):
        found = selections.get(connection, id, user=caller.actor.user)
        return Chosen(found, selections.items(connection, found.id))


def input_of(body: BulkRequest, about: str) -> dict[str, Any]:
    """The input of the process."""
    params = body.params.model_dump(exclude_none=True)
    return {"selection": body.selection, "action": body.action, "about": about, **params}


async def begin(edge: Edge, caller: Caller, request: Request, body: BulkRequest) -> Response:
    """Start the bulk action once under the caller's key, or say what it would lead to."""
    selected = await run_in_threadpool(chosen, edge, caller, read_id(SELECTION, body.selection))
    start = StartBody(type=TYPE, input=input_of(body, selected.about(body.action)))
    definition = await run_in_threadpool(edge.type, caller.tenant, TYPE)
    if is_trial(request):
        trial = Ordering(Starting(edge, caller, definition, start, "", ""), body, selected)
        return answered(await run_in_threadpool(trial.trial))
    id = workflow_id(caller.tenant, TYPE, key_of(request))
    starting = Starting(
        edge, caller, definition, start, id, request_id_of(request), wait_of(request)
    )
    ordering = Ordering(starting, body, selected)
    notes = {"workflow_id": id}
    once = Once(edge, caller, starting.asked, ordering.check, ordering.perform, notes=notes)
    return await once.answer(request)
