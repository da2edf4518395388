"""A call under its Idempotency-Key: carried out once, answered alike however often it is sent."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from api.caller import Caller
from api.edge import Edge
from api.problems import Problem, answer, from_fault, request_id_of
from domain.access import idempotency
from domain.access.idempotency import Call, Entry
from domain.canonical import digest
from domain.identifiers import new_uuid
from domain.refusal import Refusal
from domain.selections.bulk import standing

Checked = TypeVar("Checked")
KEY = re.compile(r"[\x21-\x7e]{1,255}")
# How long a call waits for the first one under its key before it says: in progress.
WAIT_SECONDS = 6.0
PAUSE_SECONDS = 0.05
REPLAYED = ("Location", "Retry-After", "ETag")


@dataclass(frozen=True, slots=True)
class Once(Generic[Checked]):
    """An effectful call. `content` is what is asked, so that another body is told apart.

    `check` climbs the ladder on the reader, so that a hopeless call leaves no trace; it is told
    whether an earlier call under the key may have been carried out. `perform` carries it out;
    what it raises as a 4xx changed nothing.
    """

    edge: Edge
    caller: Caller
    content: Any
    check: Callable[[bool], Checked]
    perform: Callable[[Checked, Entry], Awaitable[Response]]
    subject: UUID = field(default_factory=new_uuid)
    notes: Mapping[str, Any] = field(default_factory=dict)

    async def answer(self, request: Request) -> Response:
        """The answer of the first call, or the first call itself."""
        call = Call(self.caller.tenant, key_of(request), digest(self.content))
        earlier = await self.settled(call)
        if isinstance(earlier, Response):
            return earlier
        try:
            checked = await run_in_threadpool(self.check, earlier is not None)
        except (Refusal, Problem):
            # A racing call under the same key may have made the rule say no in the meantime.
            raced = await self.settled(call)
            if isinstance(raced, Response):
                return raced
            raise
        entry = await run_in_threadpool(self.claimed, call)
        if entry is None:
            raced = await self.settled(call)
            return raced if isinstance(raced, Response) else in_progress(request)
        return await self.carried_out(request, call, checked, entry)

    async def carried_out(
        self, request: Request, call: Call, checked: Checked, entry: Entry
    ) -> Response:
        """Carry it out and keep the answer, unless it changed nothing or is not known."""
        try:
            response = await self.perform(checked, entry)
        except Exception as fault:
            problem = from_fault(fault, request_id_of(request))
            refused = answer(problem, "")
            await run_in_threadpool(self.let_go, call, refused.status_code < 500)
            raise
        await run_in_threadpool(self.kept, call, response)
        return response

    async def settled(self, call: Call) -> Response | Entry | None:
        """The first call's answer; its entry when it broke off; None when there was none."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            entry = await run_in_threadpool(self.found, call)
            if entry is None:
                return None
            if entry.request_hash != call.request_hash:
                raise mismatch(entry)
            if entry.status is not None:
                return replayed(entry)
            if not entry.is_held:
                return entry
            if time.monotonic() > deadline:
                raise Problem(
                    "idempotency_in_progress",
                    "The first call under this key is still being carried out. Ask again soon.",
                )
            await asyncio.sleep(PAUSE_SECONDS)

    def found(self, call: Call) -> Entry | None:
        """What stands under the key."""
        with self.edge.keeping(call.tenant) as connection:
            return idempotency.find(connection, call)

    def claimed(self, call: Call) -> Entry | None:
        """Take the key."""
        with self.edge.keeping(call.tenant) as connection:
            return idempotency.claim(connection, call, subject=self.subject, notes=self.notes)

    def let_go(self, call: Call, changed_nothing: bool) -> None:
        """Free the key, for another body only when this one certainly changed nothing."""
        with self.edge.keeping(call.tenant) as connection:
            idempotency.let_go(connection, call, for_any_body=changed_nothing)

    def kept(self, call: Call, response: Response) -> None:
        """Keep the answer."""
        headers = {name: response.headers[name] for name in REPLAYED if name in response.headers}
        headers["Content-Type"] = response.headers["Content-Type"]
        with self.edge.keeping(call.tenant) as connection:
            idempotency.answered(
                connection, call, status=response.status_code, headers=headers,
                body=bytes(response.body).decode(),
            )  # fmt: skip


def key_of(request: Request) -> str:
    """The caller's key. Refuses a call without one."""
    given = request.headers.get("idempotency-key")
    if given is None:
        raise Problem(
            "idempotency_key_missing",
            "Send Idempotency-Key with a fresh text, so that a repeat is not done twice.",
        )
    if not KEY.fullmatch(given):
        raise Problem(
            "idempotency_key_must_be_well_formed",
            "The Idempotency-Key must have 1 to 255 visible ASCII characters.",
        )
    return given


def call_name(entry: Entry) -> str:
    """A short name of the call for the process, the same for a repeat."""
    return digest(entry.key)[:20]


def stands(connection: Connection, workflow_id: str, step: str, entry: Entry) -> bool:
    """Whether what this very call asked for is done, though its answer was lost on the way."""
    return bool(standing(connection, [f"{workflow_id}/{step}/{call_name(entry)}/1"]))


def mismatch(entry: Entry) -> Problem:
    """The key stands for another request."""
    first_seen = entry.first_seen_at.isoformat()
    return Problem(
        "idempotency_key_mismatch",
        f"This key was first used at {first_seen} for another request. Use a fresh key.",
        more={"first_seen_at": first_seen},
    )


def replayed(entry: Entry) -> Response:
    """The first answer, as it was."""
    kept = {name: entry.headers[name] for name in REPLAYED if name in entry.headers}
    media_type = str(entry.headers.get("Content-Type", "application/json"))
    headers = {**kept, "Idempotent-Replayed": "true"}
    return Response(entry.body, entry.status or 200, headers, media_type=media_type)


def in_progress(request: Request) -> Response:
    """Another call took the key just now and broke off at once."""
    problem = Problem("idempotency_in_progress", "Another call has this key. Ask again soon.")
    return answer(problem, request_id_of(request))
