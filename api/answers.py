"""Answering: JSON with an ETag, 304 when the caller has it already, lists with their cursor."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel

from api.problems import Problem
from domain.listing import Key

Place = TypeVar("Place")


def written(shape: BaseModel) -> str:
    """A shape as JSON; members that do not apply are null, never left out."""
    return shape.model_dump_json(by_alias=True)


def read(request: Request, shape: BaseModel, *, etag: str | None = None) -> Response:
    """200 with a strong ETag, or 304 when the caller named it in If-None-Match."""
    text = written(shape)
    tag = etag or hashlib.sha256(text.encode()).hexdigest()[:32]
    return tagged(request, Response(text, media_type="application/json"), tag)


def tagged(request: Request, response: Response, tag: str) -> Response:
    """The answer with its strong ETag, or 304 in place of it."""
    entity = quoted(tag)
    caching = {"ETag": entity, "Cache-Control": "private, no-cache"}
    known = request.headers.get("if-none-match", "")
    if known == "*" or entity in [part.strip().removeprefix("W/") for part in known.split(",")]:
        return Response(status_code=304, headers=caching)
    response.headers.update(caching)
    return response


def answered(
    shape: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer to a POST."""
    return Response(written(shape), status, dict(headers or {}), media_type="application/json")


def quoted(tag: str) -> str:
    """An entity tag (RFC 9110, section 8.8.3)."""
    return f'"{tag}"'


def unquoted(tag: str) -> str:
    """The value of an If-Match; quotes may be left out."""
    return tag.strip().removeprefix("W/").strip('"')


def cursor_of(*parts: Any) -> str:
    """The place in a list, opaque."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def cursor(key: Key | str) -> str:
    """The cursor of a row; a list with a key of its own hands it over ready."""
    return key if isinstance(key, str) else cursor_of(key.at.isoformat(), key.id.hex)


def place(cursor: str | None) -> Key | None:
    """The place that a cursor of time and id means."""
    return placed(cursor, lambda at, id: Key(datetime.fromisoformat(at), UUID(hex=id)))


def placed(cursor: str | None, made: Callable[..., Place]) -> Place | None:
    """What `made` makes of a cursor's parts. Refuses a cursor that is not ours."""
    if cursor is None:
        return None
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        return made(*json.loads(text))
    except (ValueError, TypeError, AttributeError) as fault:
        raise Problem(
            "cursor_must_be_ours", "The cursor is none of ours. Start again without one."
        ) from fault


def next_url(request: Request, next_cursor: str | None) -> str | None:
    """Where the next page is, with the same filters."""
    if next_cursor is None:
        return None
    kept: Sequence[tuple[str, Any]] = [
        item for item in request.query_params.multi_items() if item[0] != "cursor"
    ]
    return f"{request.url.path}?{urlencode([*kept, ('cursor', next_cursor)])}"
