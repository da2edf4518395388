"""Selections over the wire, and what became of each item of bulk work."""

from collections.abc import Sequence

from pydantic import BaseModel

from api.caller import Caller
from api.shapes.base import Money, Resource, Time, money
from domain.identifiers import EXCEPTION, SELECTION, TASK, written
from domain.selections.bulk import Result, Total
from domain.selections.selection import Item, Selection, sums

PREFIXES = {"tasks": TASK, "exceptions": EXCEPTION}


class Selected(BaseModel):
    """What is selected in sum."""

    count: int
    sums: list[Money]


class SelectionBody(Selected, Resource):
    """What was frozen: how many items, and what they amount to in each currency."""

    id: str
    resource: str
    created_at: Time


class WouldSelect(BaseModel):
    """What would be frozen."""

    would: Selected
    warnings: list[str] = []


class ItemBody(BaseModel):
    """An item as it was when it was selected."""

    position: int
    id: str
    title: str
    amount: Money | None


class ResultBody(ItemBody):
    """An item, and what became of it: `done`, `failed` with the rule that said no, `parked` again
    with the cause, `under_way` when it was not known in time, `not_done` after a stop, `pending`.
    """

    state: str
    code: str | None
    detail: str | None


class TotalBody(BaseModel):
    """Items that came to one state, and what they amount to in one currency, or none."""

    state: str
    count: int
    amount: Money | None


class WouldBulk(BaseModel):
    """What an action would lead to on each item, and in sum."""

    would: dict[str, list[TotalBody]]
    items: list[ResultBody]
    warnings: list[str] = []


def selection(caller: Caller, found: Selection, items: Sequence[Item]) -> SelectionBody:
    """A selection as it stands."""
    return SelectionBody(
        tenant=caller.tenant_id,
        livemode=caller.livemode,
        id=written(SELECTION, found.id),
        resource=found.resource,
        count=found.size,
        sums=[money(each) for each in sums(item.amount for item in items)],
        created_at=found.created_at,
    )


def would(items: Sequence[Item]) -> WouldSelect:
    """What would be frozen."""
    added = [money(each) for each in sums(item.amount for item in items)]
    return WouldSelect(would=Selected(count=len(items), sums=added))


def item(resource: str, found: Item) -> ItemBody:
    """An item as it was selected."""
    return ItemBody(
        position=found.position,
        id=written(PREFIXES[resource], found.id),
        title=found.title,
        amount=money(found.amount) if found.amount else None,
    )


def result(found: Result) -> ResultBody:
    """What became of an item."""
    return ResultBody(
        position=found.position,
        id=written(PREFIXES[found.resource], found.item),
        title=found.title,
        amount=money(found.amount) if found.amount else None,
        state=found.state,
        code=found.code,
        detail=found.message,
    )


def total(found: Total) -> TotalBody:
    """A line of the sum."""
    return TotalBody(
        state=found.state, count=found.size, amount=money(found.amount) if found.amount else None
    )
