"""Repairing a parked step: retry, cancel, propose, confirm, assign. One road for all of them."""

from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from api.answers import answered
from api.caller import Caller
from api.edge import Edge
from api.once import Once, call_name, stands
from api.problems import Problem, addressed, from_refusal
from api.shapes.task import change
from api.starting import RETRY_AFTER
from api.viewing import exception_body
from domain.access.idempotency import Entry
from domain.access.person import holders
from domain.definitions.model import Definition
from domain.identifiers import PROCESS, written
from domain.processes import assigning, exceptions_reading, record
from domain.processes import said as saying
from domain.processes.assigning import Assigned
from domain.processes.differences import Change
from domain.processes.exceptions import Choice
from domain.processes.exceptions_reading import ExceptionRecord
from domain.processes.proposals import Confirmed, Proposed
from domain.processes.said import OfException, step_of
from domain.refusal import Refusal
from workflows.instructions import NotAnswered, ProcessClosed


@dataclass(frozen=True, slots=True)
class Repairing:
    """What one person says of an exception."""

    edge: Edge
    caller: Caller
    said: OfException

    @property
    def asked(self) -> dict[str, Any]:
        """What tells this call from another under the same key."""
        match self.said:
            case Choice(exception, way, reason):
                return {"repair": exception, "way": way, "reason": reason}
            case Proposed(exception, way, reason, input):
                return {"propose": exception, "way": way, "reason": reason, "input": input}
            case Confirmed(exception, seen):
                return {"confirm": exception, "seen": seen}
            case Assigned():
                return {"assign": self.said.exception, **assigning.content(self.said)}

    def check(self, again: bool) -> ExceptionRecord:
        """Climb the ladder of repairs on the reader."""
        with self.edge.reading(self.caller.tenant) as connection:
            with addressed("exception"):
                found = exceptions_reading.get_exception(connection, self.said.exception)
            if not again:
                self.climb(connection, found)
        return found

    def climb(self, connection: Connection, found: ExceptionRecord) -> list[Change]:
        """Raise what the ladder says; what a fix would change when it says nothing."""
        definition = self.edge.definition(connection, found.definition_hash)
        try:
            return saying.check(connection, definition, self.caller.actor, self.said)
        except Refusal as refusal:
            raise self.explained(connection, definition, found, refusal) from refusal

    def explained(
        self,
        connection: Connection,
        definition: Definition,
        found: ExceptionRecord,
        refusal: Refusal,
    ) -> Problem:
        """The refusal with what changed since she looked, or with who can instead."""
        problem = from_refusal(refusal)
        problem.process = written(PROCESS, found.process)
        if refusal.code == "subject_changed" and found.proposal:
            differences = [change(each).model_dump() for each in found.proposal.changes]
            problem.more = {"current": found.proposal.hash, "changes": differences}
        if refusal.code == "checker_must_differ_from_maker":
            roles = definition.actions["repair"].by
            not_them = {self.caller.actor.person, *record.facts(connection, found.process).makers}
            not_them |= {found.proposal.proposed_by} if found.proposal else set()
            able = [name for id, name in holders(connection, roles).items() if id not in not_them]
            problem.who = {"role": " or ".join(roles), "can": able}
        return problem

    async def perform(self, found: ExceptionRecord, entry: Entry) -> Response:
        """Send it; 202 with the exception as it then stands."""
        speaker = self.caller.speaker(call_name(entry))
        try:
            await self.edge.instructions.say(speaker, found.workflow_id, self.said)
        except (Refusal, ProcessClosed, NotAnswered) as fault:
            await run_in_threadpool(self.explain, fault, entry)
        return await run_in_threadpool(self.repaired)

    def explain(self, fault: Exception, entry: Entry) -> None:
        """Raise what the record says now; when it says nothing, what the process said.

        Nothing, when what this call said is done and only the answer was lost.
        """
        with self.edge.reading(self.caller.tenant) as connection:
            found = exceptions_reading.get_exception(connection, self.said.exception)
            if stands(connection, found.workflow_id, step_of(self.said), entry):
                return
            if not isinstance(fault, NotAnswered):
                self.climb(connection, found)
        if isinstance(fault, ProcessClosed):
            raise NotAnswered from fault
        raise fault

    def repaired(self) -> Response:
        """202 with the exception."""
        with self.edge.reading(self.caller.tenant) as connection:
            found = exceptions_reading.get_exception(connection, self.said.exception)
            body = exception_body(self.edge, connection, self.caller, found)
        return answered(body, 202, {"Location": f"/v1/exceptions/{body.id}", **RETRY_AFTER})

    def trial(self) -> dict[str, Any]:
        """What it would lead to."""
        found = self.check(True)
        with self.edge.reading(self.caller.tenant) as connection:
            differences = self.climb(connection, found)
        would: dict[str, Any] = {"process": written(PROCESS, found.process)}
        match self.said:
            case Choice(_, way, _):
                return {"way": way, **would}
            case Proposed(_, way, _, _):
                shown = [change(each).model_dump() for each in differences]
                return {"way": way, **would, "changes": shown, "waits_for": "a second person"}
            case Confirmed():
                way = found.proposal.way if found.proposal else ""
                return {"way": "confirm", "proposed": way, **would}
            case Assigned():
                return {"way": "assign", **would}


async def repair(request: Request, repairing: Repairing) -> Response:
    """Repair once under the caller's key."""
    once = Once(
        repairing.edge, repairing.caller, repairing.asked, repairing.check, repairing.perform
    )
    return await once.answer(request)
