"""Stands before every route: request id, version, size of the body; always an answer."""

import asyncio
import re
from collections.abc import MutableMapping
from typing import Any
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import Problem, answer, from_fault

VERSION = "2026-11-01"
LARGEST_BODY, LARGEST_FILE = 1_000_000, 10_000_000
FILES = "/v1/uploads"
ANSWER_SECONDS = 40
REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
TOO_LATE = Problem(
    "answer_must_come_in_time",
    f"There was no answer within {ANSWER_SECONDS} seconds. Send the same request again.",
)


class Guard:
    """ASGI middleware. What is raised inside becomes a problem; nothing hangs, nothing leaks."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = named(Headers(scope=scope).get("x-request-id", ""))
        scope.setdefault("state", {})["request_id"] = request_id
        reply = Reply(send, request_id)
        problem = await self.refusal(scope, Body(receive, limit_of(scope)), reply)
        if problem is not None and not reply.begun:
            await answer(problem, request_id)(scope, receive, reply.send)
        reply.is_over = True

    async def refusal(self, scope: Scope, body: "Body", reply: "Reply") -> Problem | None:
        """Why there is no answer from inside, or None when there is one."""
        headers = Headers(scope=scope)
        wanted = headers.get("api-version", VERSION)
        if wanted != VERSION:
            return Problem(
                "api_version_must_be_known",
                f"There is no version {wanted[:40]!r}. Use {VERSION}, or leave API-Version out.",
            )
        length, limit = headers.get("content-length", "0"), body.limit
        if length.isdigit() and int(length) > limit:
            return too_large(limit)
        # A thread that hangs on a dead server cannot be cancelled, so nobody waits for it.
        inside = asyncio.ensure_future(self.app(scope, body.receive, reply.send_on))
        done, _ = await asyncio.wait({inside}, timeout=ANSWER_SECONDS)
        if not done:
            inside.cancel()
            return TOO_LATE
        fault = inside.exception()
        if fault is None:
            return None
        if not isinstance(fault, Exception):
            raise fault
        return too_large(limit) if body.is_too_large else from_fault(fault, reply.request_id)


class Body:
    """Counts what comes in, for a body that does not say its length."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self.upstream = receive
        self.limit = limit
        self.size = 0
        self.is_too_large = False

    async def receive(self) -> Message:
        """The next piece."""
        message = await self.upstream()
        self.size += len(message.get("body", b""))
        if self.size > self.limit:
            self.is_too_large = True
            raise too_large(self.limit)
        return message


class Reply:
    """Adds what every answer carries, and drops what comes after the answer was given up."""

    def __init__(self, send: Send, request_id: str) -> None:
        self.downstream = send
        self.request_id = request_id
        self.begun = False
        self.is_over = False

    async def send(self, message: MutableMapping[str, Any]) -> None:
        """Send on, with our headers on the first message."""
        if message["type"] == "http.response.start":
            self.begun = True
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self.request_id
            headers["API-Version"] = VERSION
            headers["X-Content-Type-Options"] = "nosniff"
            headers.setdefault("Cache-Control", "no-store, private")
        await self.downstream(message)

    async def send_on(self, message: MutableMapping[str, Any]) -> None:
        """What comes from inside."""
        if not self.is_over:
            await self.send(message)


def limit_of(scope: Scope) -> int:
    """How many bytes a body may have: a file more than an input."""
    return LARGEST_FILE if scope["path"] == FILES else LARGEST_BODY


def too_large(limit: int) -> Problem:
    """The body was not read to its end."""
    return Problem(
        "body_must_not_be_too_large", f"The body has more than {limit:,} bytes. Send it in parts."
    )


def named(given: str) -> str:
    """The caller's name for the request when it is one, else a fresh one."""
    return given if REQUEST_ID.fullmatch(given) else f"req_{uuid4().hex}"
