"""Freezing what somebody selects: by ids or by a query, each item with the hash of what she saw."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from fastapi import Request, Response
from pydantic import Field, model_validator
from sqlalchemy import Connection

from api.answers import answered
from api.assignee import assignee_of
from api.bodies import Given, read_id
from api.caller import Caller, allow
from api.edge import Edge
from api.once import Once
from api.shapes.selection import selection
from domain.access.idempotency import Entry
from domain.approvals import inboxes
from domain.approvals import reading as tasks
from domain.approvals.task_records import TaskRecord
from domain.identifiers import EXCEPTION, PROCESS, SELECTION, TASK, written
from domain.listing import Condition, Page
from domain.processes import exceptions_reading as exceptions
from domain.processes.exceptions_reading import ExceptionRecord
from domain.selections import selection as selections
from domain.selections.selection import LARGEST, Item


class SelectionQuery(Given):
    """Open tasks, the caller's own or her team's; or open exceptions by what they have in common.

    `bulk` are those for which a bulk action proposed something that waits to be confirmed.
    """

    type: str | None = None
    scope: Literal["mine", "team"] | None = None
    cause: str | None = None
    step: str | None = None
    assigned_to: str | None = None
    bulk: str | None = None


FITS = {
    "tasks": {"type", "scope"},
    "exceptions": {"type", "cause", "step", "assigned_to", "bulk"},
}


class SelectionRequest(Given):
    """Which tasks or exceptions: by their ids, or by a query. One of the two."""

    resource: Literal["tasks", "exceptions"]
    ids: list[str] | None = Field(default=None, max_length=LARGEST + 1)
    query: SelectionQuery | None = None

    @model_validator(mode="after")
    def names_one_of_the_two(self) -> "SelectionRequest":
        """Ids or a query."""
        if (self.ids is None) == (self.query is None):
            raise ValueError("Give either ids or a query")
        return self

    @model_validator(mode="after")
    def asks_what_there_is(self) -> "SelectionRequest":
        """What is asked of the query is something of the resource."""
        fitting = FITS[self.resource]
        strange = (self.query.model_fields_set if self.query else set()) - fitting
        if strange:
            raise ValueError(
                f"{self.resource} are not selected by {', '.join(sorted(strange))}; use "
                f"{', '.join(sorted(fitting))}"
            )
        return self


@dataclass(frozen=True, slots=True)
class Selecting:
    """One selection of one person."""

    edge: Edge
    caller: Caller
    body: SelectionRequest

    def check(self, again: bool) -> list[Item]:
        """What is selected, as it stands now."""
        allow(self.edge, self.caller, self.body.resource)
        with self.edge.reading(self.caller.tenant) as connection:
            items = self.tasks(connection) if self.is_of_tasks else self.exceptions(connection)
        selections.check_size(items)
        return items

    @property
    def is_of_tasks(self) -> bool:
        """Tasks, or exceptions."""
        return self.body.resource == "tasks"

    @property
    def query(self) -> SelectionQuery:
        """What is asked for, when it is not named by ids."""
        return self.body.query or SelectionQuery()

    def ids(self, prefix: str) -> list[UUID]:
        """What is named, each once."""
        return list(dict.fromkeys(read_id(prefix, id) for id in self.body.ids or ()))

    def tasks(self, connection: Connection) -> list[Item]:
        """Tasks, each with the hash of what it is about."""
        if self.body.ids is not None:
            return [item_of(each) for each in tasks.with_ids(connection, self.ids(TASK))]
        found = inboxes.selected(
            connection, self.caller.actor, scope=self.query.scope or "mine",
            process_type=self.query.type, limit=LARGEST + 1,
        )  # fmt: skip
        return [item_of(each) for each in found]

    def exceptions(self, connection: Connection) -> list[Item]:
        """Exceptions, each with the hash of what is proposed for it."""
        if self.body.ids is not None:
            return [
                parked_item(exceptions.get_exception(connection, id)) for id in self.ids(EXCEPTION)
            ]
        asked = self.query.model_dump(exclude_none=True, include={"type", "cause", "step"})
        conditions = [Condition(name, "eq", value) for name, value in asked.items()]
        conditions += [Condition("state", "eq", "open"), Condition("kind", "eq", "step")]
        hers = assignee_of(self.caller, self.query.assigned_to)
        found = exceptions.listed(
            connection, conditions, Page(LARGEST), hers, proposed_by=self.proposed_by
        )
        return [parked_item(each) for each in found]

    @property
    def proposed_by(self) -> UUID | None:
        """The bulk action whose proposals are asked for."""
        return read_id(PROCESS, self.query.bulk) if self.query.bulk else None

    async def perform(self, items: Sequence[Item], entry: Entry) -> Response:
        """Keep it; 201 with the count and the sums."""
        return self.kept(items, entry.subject)

    def kept(self, items: Sequence[Item], id: UUID) -> Response:
        """Write it down as what belongs to the edge: it has no effect by itself."""
        user = self.caller.actor.user
        with self.edge.keeping(self.caller.tenant) as connection:
            selections.freeze(
                connection, self.caller.tenant, id, resource=self.body.resource, user=user,
                items=items,
            )  # fmt: skip
            found = selections.get(connection, id, user=user)
            body = selection(self.caller, found, selections.items(connection, id))
        location = f"/v1/selections/{written(SELECTION, id)}"
        return answered(body, 201, {"Location": location})


def item_of(found: TaskRecord) -> Item:
    """A task as an item."""
    checking = found.checking
    return Item(
        checking.task, found.workflow_id, checking.title, checking.subject_hash, found.amount
    )


def parked_item(found: ExceptionRecord) -> Item:
    """An exception as an item; what is seen of it is what is proposed."""
    title = f"{found.reference}, {found.step}: {found.message}"
    seen = found.proposal.hash if found.proposal else ""
    return Item(found.id, found.workflow_id, title, seen, found.amount)


async def select(edge: Edge, caller: Caller, request: Request, body: SelectionRequest) -> Response:
    """Freeze once under the caller's key."""
    selecting = Selecting(edge, caller, body)
    asked: dict[str, Any] = {"select": body.model_dump()}
    once = Once(edge, caller, asked, selecting.check, selecting.perform)
    return await once.answer(request)
