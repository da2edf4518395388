"""Acting on a process: cancel, reverse, pay now, amend."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from api.answers import answered
from api.caller import Caller
from api.edge import Edge
from api.once import Once, call_name, stands
from api.problems import NextAction, Problem, from_refusal
from api.sending import with_files
from api.shapes.process import View
from api.starting import RETRY_AFTER
from api.viewing import process_body, process_record
from domain.access.idempotency import Entry
from domain.documents import examination
from domain.identifiers import PROCESS, written
from domain.processes import children, reading, record
from domain.processes.action import Asked, check_action, check_moved, edited
from domain.processes.reading import ProcessRecord
from domain.refusal import Refusal
from workflows.instructions import NotAnswered, ProcessClosed, Speaker


@dataclass(frozen=True, slots=True)
class Acting:
    """An action of one person on a process, with the changed document when it edits."""

    edge: Edge
    caller: Caller
    id: str
    what: Asked

    @property
    def asked(self) -> dict[str, Any]:
        """What tells this call from another under the same key."""
        asked = self.what
        return {"act": asked.action, "on": self.id, "reason": asked.reason, "input": asked.input}

    def check(self, again: bool) -> ProcessRecord:
        """Climb the ladder of the action on the reader."""
        with self.edge.reading(self.caller.tenant) as connection:
            found = process_record(connection, self.id)
            if not again:
                self.climb(connection, found)
        return found

    def climb(self, connection: Connection, found: ProcessRecord) -> None:
        """Raise what the ladder says."""
        definition = self.edge.definition(connection, found.definition_hash)
        facts = record.facts(connection, found.id)
        try:
            check_action(definition, facts, self.caller.actor, self.what)
            content = edited(definition, facts, self.what)
            check_moved(
                connection, definition, facts, self.caller.actor, action=self.what.action,
                content=content,
            )  # fmt: skip
            if content is not None:
                content = with_files(self.edge, self.caller, definition, content, facts.content)
                examination.examine(connection, definition, facts.company, content, found.id)
                children.foresee(
                    connection, definition, facts.company, content, self.edge.types,
                    process=found.id,
                )  # fmt: skip
        except Refusal as refusal:
            raise explained(refusal, found) from refusal

    async def perform(self, found: ProcessRecord, entry: Entry) -> Response:
        """Send it; 202 with the process as it then stands."""
        speaker = self.caller.speaker(call_name(entry))
        try:
            await self.send(speaker, found)
        except (Refusal, ProcessClosed) as fault:
            await run_in_threadpool(self.explain, found.id, fault, entry)
        return await run_in_threadpool(self.acted, found.id)

    async def send(self, speaker: Speaker, found: ProcessRecord) -> None:
        """The instruction."""
        await self.edge.instructions.act(speaker, found.workflow_id, found.id, self.what)

    def explain(self, process: UUID, fault: Exception, entry: Entry) -> None:
        """Raise what the record says now; when it says nothing, what the process said.

        Nothing, when this call's own action was taken and only the answer was lost.
        """
        with self.edge.reading(self.caller.tenant) as connection:
            found = reading.get(connection, process)
            if stands(connection, found.workflow_id, "take_action", entry):
                return
            self.climb(connection, found)
        if isinstance(fault, Refusal):
            raise explained(fault, found)
        raise NotAnswered from fault

    def acted(self, process: UUID) -> Response:
        """202 with the process."""
        with self.edge.reading(self.caller.tenant) as connection:
            found = reading.get(connection, process)
            body = process_body(self.edge, connection, View(self.caller), found)
        return answered(body, 202, {"Location": body.links.self, **RETRY_AFTER})


def explained(refusal: Refusal, found: ProcessRecord) -> Problem:
    """The refusal with the process, and the way that is still open."""
    problem = from_refusal(refusal)
    id = written(PROCESS, found.id)
    problem.process = id
    if refusal.code == "not_cancellable_after_posting":
        href = f"/v1/processes/{id}/cancel"
        problem.next_actions = [NextAction("compensate", "POST", href, {"reverse": True})]
    return problem


async def act(request: Request, acting: Acting) -> Response:
    """Act once under the caller's key."""
    once = Once(acting.edge, acting.caller, acting.asked, acting.check, acting.perform)
    return await once.answer(request)
