"""Stopping bulk work half-way: the rules climbed on the reader, then the process is told."""

from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from api.answers import answered
from api.caller import Caller
from api.edge import Edge
from api.once import Once, call_name
from api.shapes.process import View
from api.starting import RETRY_AFTER
from api.trial import is_trial
from api.viewing import process_in_full, process_record
from api.would import WouldAct
from domain.access.idempotency import Entry
from domain.identifiers import PROCESS, written
from domain.processes import reading, record
from domain.processes.reading import ProcessRecord
from domain.refusal import Refusal
from domain.selections import stopping
from workflows.instructions import NotAnswered, ProcessClosed


@dataclass(frozen=True, slots=True)
class Stopping:
    """That one person wants no further item of it begun."""

    edge: Edge
    caller: Caller
    id: str
    reason: str | None

    @property
    def asked(self) -> dict[str, Any]:
        """What tells this call from another under the same key."""
        return {"stop": self.id, "reason": self.reason}

    def check(self, again: bool) -> ProcessRecord:
        """Who may, and whether there is anything to stop."""
        with self.edge.reading(self.caller.tenant) as connection:
            found = process_record(connection, self.id)
            if not again:
                definition = self.edge.definition(connection, found.definition_hash)
                facts = record.facts(connection, found.id)
                stopping.check(definition, facts, self.caller.actor, self.reason)
        return found

    async def perform(self, found: ProcessRecord, entry: Entry) -> Response:
        """Tell it; 202 with the process as it then stands."""
        speaker = self.caller.speaker(call_name(entry))
        try:
            await self.edge.instructions.stop(speaker, found.workflow_id, found.id, self.reason)
        except (Refusal, ProcessClosed) as fault:
            await run_in_threadpool(self.check, False)
            raise fault if isinstance(fault, Refusal) else NotAnswered() from fault
        return await run_in_threadpool(self.stopped, found)

    def stopped(self, found: ProcessRecord) -> Response:
        """The process with what was done by now."""
        with self.edge.reading(self.caller.tenant) as connection:
            now, view = reading.get(connection, found.id), View(self.caller)
            body = process_in_full(self.edge, connection, view, now, frozenset())
        return answered(body, 202, {"Location": body.links.self, **RETRY_AFTER})


async def stop(request: Request, wanted: Stopping) -> Response:
    """Stop once under the caller's key, or say what would be stopped."""
    if is_trial(request):
        found = await run_in_threadpool(wanted.check, False)
        return answered(WouldAct(would={"stop": written(PROCESS, found.id)}))
    once = Once(wanted.edge, wanted.caller, wanted.asked, wanted.check, wanted.perform)
    return await once.answer(request)
