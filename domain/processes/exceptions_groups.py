"""Exceptions by what they have in common: how many, since when, in which steps, about how much."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, func, select

from domain.listing import Condition, where
from domain.money import Money
from domain.processes.exceptions_reading import COLUMNS, OF_PROCESS, Assignee
from domain.processes.tables import exceptions, processes

By = Literal["cause", "type", "step"]


@dataclass(frozen=True, slots=True)
class Group:
    """What stands still for one cause, in one type or at one step, with a message as an example."""

    by: By
    value: str
    count: int
    oldest: datetime
    message: str
    causes: tuple[str, ...]
    types: tuple[str, ...]
    steps: tuple[str, ...]
    amounts: tuple[Money, ...]


def grouped(
    connection: Connection,
    by: By,
    conditions: Sequence[Condition],
    assigned_to: Assignee | None = None,
) -> list[Group]:
    """The groups, the largest first; amounts are added up by currency and never across."""
    key = COLUMNS[by]
    totals = amounts(connection, key, conditions, assigned_to)
    number = func.count().label("number")

    def each(name: str) -> ColumnElement[Any]:
        return func.array_agg(COLUMNS[name].distinct()).label(f"{name}s")

    found = (
        select(
            key.label("key"),
            number,
            func.min(exceptions.c.opened_at).label("oldest"),
            func.min(exceptions.c.message).label("message"),
            *map(each, ("cause", "type", "step")),
        )
        .join(processes, OF_PROCESS)
        .group_by(key)
    )
    if assigned_to is not None:
        found = found.where(assigned_to.looks_after())
    ordered = where(found, COLUMNS, conditions).order_by(number.desc(), key)
    return [
        Group(
            by, row.key, row.number, row.oldest, row.message, tuple(row.causes), tuple(row.types),
            tuple(row.steps), tuple(totals.get(row.key, ())),
        )
        for row in connection.execute(ordered)
    ]  # fmt: skip


def amounts(
    connection: Connection,
    key: ColumnElement[str],
    conditions: Sequence[Condition],
    assigned_to: Assignee | None,
) -> dict[str, list[Money]]:
    """What the processes of each group are about, by currency. A process counts once in each."""
    found = (
        select(key.label("key"), processes.c.id, processes.c.currency, processes.c.amount)
        .select_from(exceptions)
        .join(processes, OF_PROCESS)
        .where(processes.c.amount.is_not(None))
        .distinct()
    )
    if assigned_to is not None:
        found = found.where(assigned_to.looks_after())
    each = where(found, COLUMNS, conditions).subquery()
    summed = (
        select(each.c.key, each.c.currency, func.sum(each.c.amount).label("total"))
        .group_by(each.c.key, each.c.currency)
        .order_by(each.c.key, each.c.currency)
    )
    totals: dict[str, list[Money]] = {}
    for row in connection.execute(summed):
        totals.setdefault(row.key, []).append(Money(int(row.total), row.currency))
    return totals
