"""Tending a process or a task: claim, put off, escalate, comment, attach; answered in full."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from api.answers import answered, quoted
from api.caller import Caller
from api.edge import Edge
from api.once import Once, call_name
from api.problems import addressed, from_refusal
from api.shapes.attachment import attachment
from api.shapes.comment import comment
from api.shapes.process import View
from api.trial import is_trial
from api.viewing import process_record, task_in_full
from api.would import WouldAct
from domain.access.idempotency import Entry
from domain.approvals import reading as tasks
from domain.approvals import tending
from domain.approvals.tending import Tended, Wish
from domain.documents import attachments, uploads
from domain.identifiers import PROCESS, written
from domain.processes import comments, reading
from domain.processes import effect as effects
from domain.processes.effect import Effect
from domain.processes.reading import ProcessRecord
from domain.refusal import Refusal
from workflows.instructions import NotAnswered, ProcessClosed

Shown = Callable[["Tending", Connection, Tended], Response]


@dataclass(frozen=True, slots=True)
class Tending:
    """One wish of one person about a task, or about a process by its id."""

    edge: Edge
    caller: Caller
    wish: Wish
    shown: Shown
    id: str = ""

    @property
    def asked(self) -> dict[str, Any]:
        """What tells this call from another under the same key."""
        return {"tend": self.wish, "on": self.id}

    def check(self, again: bool) -> ProcessRecord:
        """Climb the ladder of the wish on the reader."""
        with self.edge.reading(self.caller.tenant) as connection:
            found = self.process(connection)
            if not again:
                self.climb(connection, found)
        if not again:
            self.check_upload()
        return found

    def process(self, connection: Connection) -> ProcessRecord:
        """The process that it is about."""
        if self.wish.task is None:
            return process_record(connection, self.id)
        with addressed("task"):
            task = tasks.get(connection, self.wish.task)
        return reading.get(connection, task.process)

    def climb(self, connection: Connection, found: ProcessRecord) -> None:
        """Raise what the ladder says."""
        definition = self.edge.definition(connection, found.definition_hash)
        roles = self.edge.catalog.roles
        asked = tending.Tending(found.id, definition, roles, self.wish)
        try:
            tending.check(connection, asked, self.caller.actor)
        except Refusal as refusal:
            problem = from_refusal(refusal)
            problem.process = written(PROCESS, found.id)
            raise problem from refusal

    def check_upload(self) -> None:
        """What is to be attached was sent by whoever attaches it. The edge keeps it."""
        if self.wish.upload is not None:
            with self.edge.keeping(self.caller.tenant) as connection:
                uploads.look(connection, self.wish.upload, self.caller.actor.user)

    async def perform(self, found: ProcessRecord, entry: Entry) -> Response:
        """Send it; answer with what there is then."""
        speaker = self.caller.speaker(call_name(entry))
        send = self.edge.instructions.tend
        try:
            tended = await send(speaker, found.workflow_id, found.id, self.wish)
        except (Refusal, ProcessClosed, NotAnswered) as fault:
            tended = await run_in_threadpool(self.explain, found, fault, entry)
        return await run_in_threadpool(self.answer, tended)

    def explain(self, found: ProcessRecord, fault: Exception, entry: Entry) -> Tended:
        """What this very call did, when only its answer was lost. Otherwise raise what the record
        says now; when it says nothing, what the process said.
        """
        effect = Effect(
            self.caller.tenant, found.id, found.workflow_id, tending.STEP, call_name(entry), 1, 0
        )
        with self.edge.reading(self.caller.tenant) as connection:
            done = effects.earlier(connection, effect)
            if done is not None:
                return tending.tended(done.result)
            if not isinstance(fault, NotAnswered):
                self.climb(connection, self.process(connection))
        if isinstance(fault, ProcessClosed):
            raise NotAnswered from fault
        raise fault

    def answer(self, tended: Tended) -> Response:
        """What was asked for, as it is now."""
        with self.edge.reading(self.caller.tenant) as connection:
            return self.shown(self, connection, tended)


async def tend(request: Request, wanted: Tending) -> Response:
    """Tend once under the caller's key, or say what would be done."""
    if is_trial(request):
        found = await run_in_threadpool(wanted.check, False)
        would = {"action": wanted.wish.verb, "process": written(PROCESS, found.id)}
        return answered(WouldAct(would=would))
    once = Once(wanted.edge, wanted.caller, wanted.asked, wanted.check, wanted.perform)
    return await once.answer(request)


def the_task(wanted: Tending, connection: Connection, _: Tended) -> Response:
    """200 with the task."""
    assert wanted.wish.task is not None
    found = tasks.get(connection, wanted.wish.task)
    body = task_in_full(wanted.edge, connection, View(wanted.caller), found)
    return answered(body, 200, {"ETag": quoted(found.checking.subject_hash)})


def the_comment(wanted: Tending, connection: Connection, tended: Tended) -> Response:
    """201 with the comment."""
    return answered(comment(wanted.caller, comments.get(connection, made(tended))), 201)


def the_attachment(wanted: Tending, connection: Connection, tended: Tended) -> Response:
    """201 with the attachment."""
    body = attachment(wanted.caller, attachments.get(connection, made(tended)))
    return answered(body, 201, {"Location": body.content})


def made(tended: Tended) -> UUID:
    """The id of what was made."""
    assert tended.made is not None
    return tended.made
