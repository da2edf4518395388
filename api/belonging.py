"""Lists of what belongs to one process, oldest first: what was said there, what was attached."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import Connection

from api.caller import Caller
from api.edge import Edge
from api.lists import conditions, listing
from api.viewing import process_record
from domain.listing import Key, Page

Found = TypeVar("Found")


def belonging(
    request: Request,
    edge: Edge,
    caller: Caller,
    id: str,
    page: Page,
    *,
    find: Callable[[Connection, UUID, Page], list[Found]],
    key: Callable[[Found], Key],
    shape: Callable[[Caller, Found], Any],
) -> Response:
    """A page of them. It takes no filters."""
    conditions(request, {})
    with edge.reading(caller.tenant) as connection:
        process = process_record(connection, id).id
        return listing(
            request,
            connection,
            page,
            find=lambda page: find(connection, process, page),
            key=key,
            shape=lambda found: shape(caller, found),
        )
