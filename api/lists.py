"""Lists: pages with a cursor, and filters that are refused when they are not known."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Query, Request, Response
from sqlalchemy import Connection

from api.answers import cursor as written_cursor
from api.answers import next_url, place, read
from api.problems import FieldProblem, Problem
from api.shapes.base import Listing
from domain import identifiers
from domain.listing import Condition, Key, Page, now
from domain.refusal import Refusal

Found = TypeVar("Found")
FILTER = re.compile(r"([a-z_]+)(?:\[([a-z]+)\])?")
AMOUNT = re.compile(r"-?[0-9]{1,16}")
PRINTABLE = re.compile(r"[^\x00-\x1f]{1,200}")
ALWAYS = frozenset({"limit", "cursor", "sort", "count", "display"})


async def cursor_of(cursor: Annotated[str | None, Query(max_length=400)] = None) -> Key | None:
    """The place that `cursor` means."""
    return place(cursor)


Cursor = Annotated[Key | None, Depends(cursor_of)]
Limit = Annotated[int, Query(ge=1, le=200)]


def text(value: str) -> str:
    """A value as it stands. Raises ValueError for letters that cannot be seen."""
    if not PRINTABLE.fullmatch(value):
        raise ValueError("it has characters that cannot be seen.")
    return value


def amount(value: str) -> int:
    """Minor units."""
    if not AMOUNT.fullmatch(value):
        raise ValueError("write integer minor units, such as 118000.")
    return int(value)


def day(value: str) -> date:
    """A date."""
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("write it as 2026-07-16.") from None


def moment(value: str) -> datetime:
    """RFC 3339 with its offset from UTC."""
    found: datetime | None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise ValueError("write it as 2026-07-16T09:00:00Z, with the offset from UTC.")
    return found


def truth(value: str) -> bool:
    """true or false."""
    if value not in ("true", "false"):
        raise ValueError("write true or false.")
    return value == "true"


def one_of(words: type[StrEnum]) -> Callable[[str], str]:
    """Reads one of the words."""

    def read(value: str) -> str:
        if value not in list(words):
            raise ValueError(f"use one of {', '.join(words)}.")
        return value

    return read


def id_of(prefix: str) -> Callable[[str], Any]:
    """Reads ids of a kind."""
    return lambda value: identifiers.read(prefix, value)


@dataclass(frozen=True, slots=True)
class Filter:
    """How a filter's value is read, and which operations it knows beside equality."""

    read: Callable[[str], Any]
    operations: Collection[str] = ()


RANGE = ("gte", "lte")


def conditions(
    request: Request, known: Mapping[str, Filter], *, besides: Collection[str] = ()
) -> list[Condition]:
    """What the query asks for. A filter that is not known is refused, never ignored."""
    allowed = tuple(f"{name}[{op}]" for name in known for op in known[name].operations)
    found = []
    for name, value in request.query_params.multi_items():
        if name in ALWAYS or name in besides:
            continue
        match = FILTER.fullmatch(name)
        filter = known.get(match[1]) if match else None
        if not match or not filter or (match[2] and match[2] not in filter.operations):
            raise unknown(name, (*known, *allowed))
        found.append(Condition(match[1], match[2] or "eq", value_of(name, filter, value)))
    return found


def value_of(name: str, filter: Filter, value: str) -> Any:
    """The value of a filter, or a problem that names it."""
    try:
        return filter.read(value)
    except (ValueError, Refusal) as fault:
        said = fault.message if isinstance(fault, Refusal) else str(fault)
        raise Problem(
            "filter_must_be_readable",
            f"{name} cannot be {value[:40]!r}: {said}",
            errors=[FieldProblem(name, "filter_must_be_readable", said)],
        ) from fault


def unknown(name: str, allowed: tuple[str, ...]) -> Problem:
    """A filter that this list does not have."""
    detail = f"There is no filter {name[:40]!r} here. Use one of: {', '.join(allowed)}."
    error = FieldProblem(name[:40], "filter_must_be_known", detail, allowed)
    return Problem("filter_must_be_known", detail, errors=[error])


def newest_first(request: Request, field: str) -> bool:
    """The order asked for; only the one field sorts."""
    sort = request.query_params.get("sort", f"-{field}")
    if sort not in (field, f"-{field}"):
        raise unknown(f"sort={sort}", (f"sort={field}", f"sort=-{field}"))
    return sort.startswith("-")


def listing(
    request: Request,
    connection: Connection,
    page: Page,
    *,
    find: Callable[[Page], list[Found]],
    key: Callable[[Found], Key | str],
    shape: Callable[[Found], Any],
    total: Callable[[], int | None] = lambda: None,
) -> Response:
    """A page of what is found, with the cursor of the next."""
    as_of, found = now(connection), find(page)
    shown = found[: page.limit]
    more = len(found) > page.limit
    next_cursor = written_cursor(key(shown[-1])) if more else None
    body = Listing[Any](
        data=[shape(each) for each in shown],
        next_cursor=next_cursor,
        next_url=next_url(request, next_cursor),
        as_of=as_of,
        count=total(),
    )
    return read(request, body)
