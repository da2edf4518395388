"""Starting a process: what is asked, checked without a trace, sent to the engine, answered 202."""

import asyncio
import re
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from api.answers import answered
from api.bodies import Given, Line
from api.caller import Caller
from api.edge import Edge
from api.once import Once, call_name, key_of
from api.problems import Problem, answer, from_refusal, request_id_of
from api.sending import with_files
from api.shapes.process import ProcessBody, View
from api.viewing import pending, process_body
from domain import identifiers
from domain.access import branch as branches
from domain.access import company as masters
from domain.access.company import Company
from domain.access.idempotency import Entry
from domain.canonical import digest
from domain.definitions import input as inputs
from domain.definitions.input import Document
from domain.definitions.model import Definition
from domain.documents import examination
from domain.identifiers import COMPANY, PROCESS, new_uuid, workflow_id, written
from domain.operations import catalog as operations
from domain.processes import children, opening, reading
from domain.processes.opening import Refused
from domain.processes.opening import Request as Asked
from domain.processes.reading import ProcessRecord
from domain.refusal import Refusal
from workflows.instructions import ProcessClosed, Start

RETRY_AFTER = {"Retry-After": "1"}
LONGEST_WAIT = 10
WAIT = re.compile(r"(?:^|[,;\s])wait=([0-9]{1,3})(?:$|[,;\s])")


class TypedStartBody(Given):
    """What a process is started with; the type stands in the path."""

    input: Any
    external_ref: Line | None = None
    company: str | None = None


class StartBody(TypedStartBody):
    """What a process is started with, its type beside."""

    type: str


@dataclass(frozen=True, slots=True)
class Ready:
    """A start that every rule let pass, or the process that was started by it before."""

    company: Company
    content: Document
    request: Asked
    existing: ProcessRecord | None = None


@dataclass(frozen=True, slots=True)
class Starting:
    """One start."""

    edge: Edge
    caller: Caller
    definition: Definition
    body: StartBody
    workflow_id: str
    request_id: str
    wait: int = 0

    def check(self, again: bool) -> Ready:
        """Climb every rule on the reader: role, input, books and masters."""
        with self.edge.reading(self.caller.tenant) as connection:
            return self.checked(connection)

    def checked(self, connection: Connection) -> Ready:
        """The same in a transaction."""
        opening.check_start(self.definition, self.caller.actor)
        company = masters.company(connection, company_id(self.body.company))
        content = inputs.accept(
            self.definition, self.body.input, currency=company.base_currency,
            starts_on=masters.today(connection),
        )  # fmt: skip
        branches.branch_at_start(
            connection, self.definition, company.id, content, self.caller.actor
        )
        operations.check_maker(connection, self.definition, content, self.caller.actor)
        request = Asked(
            company=company.id,
            definition_hash=self.definition.hash,
            input=content,
            request_hash=digest(self.asked),
            external_ref=self.body.external_ref,
        )
        existing = reading.with_workflow_id(connection, self.workflow_id)
        if existing is not None:
            self.check_same(existing)
            return Ready(company, content, request, existing)
        reading.check_external_ref(connection, self.definition.process, self.body.external_ref)
        whole = with_files(self.edge, self.caller, self.definition, content, {})
        examination.examine(connection, self.definition, company, whole, new_uuid())
        children.foresee(connection, self.definition, company, whole, self.edge.types)
        return Ready(company, content, request)

    def check_same(self, existing: ProcessRecord) -> None:
        """Refuse a key under which another request started a process, for ever."""
        if existing.request_hash != digest(self.asked):
            raise Problem(
                "idempotency_key_mismatch",
                f"This key started {existing.reference} with another request. Use a fresh key.",
                process=written(PROCESS, existing.id),
            )

    @property
    def asked(self) -> dict[str, Any]:
        """What tells this start from another under the same key."""
        return {"start": self.definition.process, **self.body.model_dump(exclude={"type"})}

    async def perform(self, ready: Ready, entry: Entry) -> Response:
        """Start, wait for the record, answer 202."""
        if ready.existing is not None:
            return await self.accepted(ready.existing.id)
        start = self.start(ready, entry.subject)
        speaker = self.caller.speaker(call_name(entry))
        try:
            opened = await self.edge.instructions.start(speaker, start)
        except ProcessClosed:
            return await self.accepted(entry.subject)
        if opened is None:
            return self.not_yet(start)
        if opened.refused is not None:
            return self.refused(opened.refused, entry.subject)
        return await self.accepted(entry.subject)

    def start(self, ready: Ready, process: UUID) -> Start:
        """The start as the engine gets it, with what operators read there."""
        subject = opening.subject_of(self.definition, ready.content)
        amount = opening.amount_of(self.definition, ready.content)
        about = f"{amount}, " if amount else ""
        return Start(
            process=process,
            workflow_id=self.workflow_id,
            definition=self.definition,
            request=ready.request,
            summary=f"{self.definition.title}: {subject}",
            details=f"{subject}, {about}entered by {self.caller.actor.name}.",
        )

    async def accepted(self, process: UUID) -> Response:
        """202 with the process as it stands, after the wait that the caller asked for."""
        deadline = time.monotonic() + self.wait
        while True:
            body = await run_in_threadpool(self.found, process)
            if body.status != "running" or time.monotonic() >= deadline:
                return accepted(body)
            await asyncio.sleep(0.1)

    def found(self, process: UUID) -> ProcessBody:
        """The process from the database."""
        with self.edge.reading(self.caller.tenant) as connection:
            record = reading.get(connection, process)
            return process_body(self.edge, connection, View(self.caller), record)

    def refused(self, refused: Refused, process: UUID) -> Response:
        """A rule said no at receipt; the process is kept, so the problem is its answer for ever."""
        problem = from_refusal(Refusal(refused.code, refused.message, **refused.facts))
        problem.process = written(PROCESS, process)
        return answer(problem, self.request_id)

    def not_yet(self, start: Start) -> Response:
        """No worker answered yet: the same id, and what the engine was given."""
        amount = opening.amount_of(self.definition, start.request.input)
        return accepted(pending(self.caller, self.definition, start.process, amount=amount))


def accepted(body: ProcessBody) -> Response:
    """202 with the process and where to ask for it."""
    return answered(body, 202, {"Location": body.links.self, **RETRY_AFTER})


def company_id(given: str | None) -> UUID | None:
    """The company that was named, if any."""
    if given is None:
        return None
    try:
        return identifiers.read(COMPANY, given)
    except Refusal as refusal:
        raise Refusal("company_must_exist", "The tenant has no such company.") from refusal


def wait_of(request: Request) -> int:
    """The seconds of `Prefer: wait=N` (RFC 7240), at most ten."""
    found = WAIT.search(request.headers.get("prefer", ""))
    return min(int(found[1]), LONGEST_WAIT) if found else 0


async def start(edge: Edge, caller: Caller, request: Request, body: StartBody) -> Response:
    """Start once under the caller's key."""
    definition = await run_in_threadpool(edge.type, caller.tenant, body.type)
    id = workflow_id(caller.tenant, definition.process, key_of(request))
    starting = Starting(
        edge, caller, definition, body, id, request_id_of(request), wait_of(request)
    )
    once = Once(
        edge, caller, starting.asked, starting.check, starting.perform,
        notes={"workflow_id": id},
    )  # fmt: skip
    return await once.answer(request)
