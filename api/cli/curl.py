"""A request as the curl command that sends the same, to be copied; a token is never in it."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent to the API. `path` starts after the address; a `body` of None is no body.

    A `file` is sent as it is.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    file: str | None = None


def curl(request: Request, *, api: str, bearer: str) -> str:
    """The command line for a POSIX shell. `bearer` is shell text that yields the token."""
    parts = ["curl -sS"]
    if request.method != "GET":
        parts.append(f"-X {request.method}")
    parts.append(shlex.quote(address(request, api)))
    parts.append(f'-H "Authorization: Bearer {bearer}"')
    parts += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in request.headers.items()]
    if request.body is not None:
        parts.append("-H 'Content-Type: application/json'")
        parts.append(f"--data {shlex.quote(json.dumps(request.body, ensure_ascii=False))}")
    if request.file is not None:
        parts.append(f"--data-binary {shlex.quote(f'@{request.file}')}")
    return " ".join(parts)


def address(request: Request, api: str) -> str:
    """The whole URL."""
    from urllib.parse import quote, urlencode

    query = f"?{urlencode(request.query, safe=':')}" if request.query else ""
    return f"{api.rstrip('/')}{quote(request.path, safe='/:')}{query}"
