"""Lists: conditions on columns, and pages by key, so that page 1,000 costs what page 1 does."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select, tuple_

from domain.database import by_driver

NOW = "SELECT business_now()"


@dataclass(frozen=True, slots=True)
class Condition:
    """`field` is a name that the list knows, `operation` one of eq, gte, lte."""

    field: str
    operation: str
    value: Any


@dataclass(frozen=True, slots=True)
class Key:
    """The place of a row in its list."""

    at: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class Page:
    """At most `limit` rows after a place, in the order of time."""

    limit: int
    after: Key | None = None
    newest_first: bool = True


Columns = Mapping[str, ColumnElement[Any]]


def where(query: Select[Any], columns: Columns, conditions: Iterable[Condition]) -> Select[Any]:
    """The query under all conditions."""
    for condition in conditions:
        column = columns[condition.field]
        match condition.operation:
            case "gte":
                query = query.where(column >= condition.value)
            case "lte":
                query = query.where(column <= condition.value)
            case _:
                query = query.where(column == condition.value)
    return query


def paged(
    query: Select[Any], at: ColumnElement[Any], id: ColumnElement[Any], page: Page
) -> Select[Any]:
    """One row more than the page holds, so that one sees whether there is another."""
    if page.after is not None:
        place = tuple_(at, id)
        after = tuple_(page.after.at, page.after.id)
        query = query.where(place < after if page.newest_first else place > after)
    order = (at.desc(), id.desc()) if page.newest_first else (at, id)
    return query.order_by(*order).limit(page.limit + 1)


def rows(connection: Connection, query: Select[Any]) -> list[Row[Any]]:
    """All rows."""
    return list(connection.execute(query))


def counted(connection: Connection, query: Select[Any]) -> int:
    """How many rows the query has."""
    return connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()


def now(connection: Connection) -> datetime:
    """The tenant's clock."""
    ((found,),) = by_driver(connection, NOW)
    moment: datetime = found
    return moment
