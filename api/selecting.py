"""Freezing what somebody selects: by ids or by a query, each item with the hash of what she saw."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from fastapi import Request, Response
from pydantic import Field, model_validator

from api.answers import answered
from api.bodies import Given, read_id
from api.caller import Caller
from api.edge import Edge
from api.once import Once
from api.shapes.selection import selection
from domain.access.idempotency import Entry
from domain.approvals import inboxes
from domain.approvals import reading as tasks
from domain.approvals.task_records import TaskRecord
from domain.identifiers import SELECTION, TASK, written
from domain.selections import selection as selections
from domain.selections.selection import LARGEST, Item


class TaskQuery(Given):
    """Open tasks: the caller's own or those of her roles, of one process type if it is named."""

    scope: Literal["mine", "team"] = "mine"
    type: str | None = None


class SelectionRequest(Given):
    """Which tasks: by their ids, or by a query. One of the two."""

    resource: Literal["tasks"]
    ids: list[str] | None = Field(default=None, max_length=LARGEST + 1)
    query: TaskQuery | None = None

    @model_validator(mode="after")
    def names_one_of_the_two(self) -> "SelectionRequest":
        """Ids or a query."""
        if (self.ids is None) == (self.query is None):
            raise ValueError("Give either ids or a query")
        return self


@dataclass(frozen=True, slots=True)
class Selecting:
    """One selection of one person."""

    edge: Edge
    caller: Caller
    body: SelectionRequest

    def check(self, again: bool) -> list[Item]:
        """What is selected, as it stands now."""
        with self.edge.reading(self.caller.tenant) as connection:
            if self.body.ids is not None:
                wanted = list(dict.fromkeys(read_id(TASK, id) for id in self.body.ids))
                found = tasks.with_ids(connection, wanted)
            else:
                query = self.body.query or TaskQuery()
                found = inboxes.selected(
                    connection, self.caller.actor, scope=query.scope, process_type=query.type,
                    limit=LARGEST + 1,
                )  # fmt: skip
        items = [item_of(each) for each in found]
        selections.check_size(items)
        return items

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


async def select(edge: Edge, caller: Caller, request: Request, body: SelectionRequest) -> Response:
    """Freeze once under the caller's key."""
    selecting = Selecting(edge, caller, body)
    asked: dict[str, Any] = {"select": body.model_dump()}
    once = Once(edge, caller, asked, selecting.check, selecting.perform)
    return await once.answer(request)
