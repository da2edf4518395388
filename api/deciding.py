"""Deciding a task: the ladder climbed on the reader, decided by the process, then answered."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from api.answers import answered, quoted, unquoted
from api.caller import Caller
from api.edge import Edge
from api.once import Once, call_name, stands
from api.problems import Problem, addressed, from_refusal
from api.shapes.process import View
from api.shapes.task import change
from api.viewing import checking_of, mask_of, task_in_full
from domain.access import audit
from domain.access.idempotency import Entry
from domain.approvals import authority
from domain.approvals import reading as tasks
from domain.approvals.deciding import Choice
from domain.approvals.policy import check_decision
from domain.approvals.task_records import TaskRecord
from domain.identifiers import PROCESS, TASK, written
from domain.refusal import Refusal
from workflows.instructions import NotAnswered, ProcessClosed

ASKS_OTHERS = (
    "limit_exceeded",
    "role_must_allow_action",
    "checker_must_differ_from_maker",
    "checkers_must_be_distinct",
    "checker_must_not_be_concerned",
    "limit_must_be_in_currency_of_document",
    "role_must_cover_branch",
)
NOTED = (*ASKS_OTHERS, "key_must_have_scope", "step_up_required")


@dataclass(frozen=True, slots=True)
class Deciding:
    """One decision of one person."""

    edge: Edge
    caller: Caller
    choice: Choice

    def check(self, again: bool) -> TaskRecord:
        """Climb the ladder on the reader, so that a hopeless call costs no history."""
        with self.edge.reading(self.caller.tenant) as connection:
            with addressed("task"):
                found = tasks.get(connection, self.choice.task)
            if not again:
                self.climb(connection, found)
        return found

    def climb(self, connection: Connection, found: TaskRecord) -> None:
        """Raise what the ladder says, with what the caller needs to know."""
        definition = self.edge.definition(connection, found.definition_hash)
        checking, actor, choice = checking_of(definition, found), self.caller.actor, self.choice
        with self.explained(connection, found):
            check_decision(checking, actor, choice.action, seen=choice.seen, reason=choice.reason)
            authority.check_authority(connection, checking, actor, choice.action)

    @contextmanager
    def explained(self, connection: Connection, found: TaskRecord) -> Iterator[None]:
        """A refusal inside gets what changed, or who can decide instead."""
        try:
            yield
        except Refusal as refusal:
            self.note(found, refusal)
            problem = from_refusal(refusal)
            problem.process = written(PROCESS, found.process)
            if refusal.code == "subject_changed":
                definition = self.edge.definition(connection, found.definition_hash)
                differences = tasks.changes_since(
                    connection, found.process, self.choice.seen,
                    mask=mask_of(definition, View(self.caller)),
                )  # fmt: skip
                problem.more = {
                    "current": found.checking.subject_hash,
                    "changes": [change(each).model_dump() for each in differences],
                }
            if refusal.code in ASKS_OTHERS:
                able = authority.others_who_can(connection, found.checking, self.caller.actor)
                role = " or ".join(sorted(found.checking.roles))
                problem.who = {"role": role, "can": able}
            raise problem from refusal

    def note(self, found: TaskRecord, refusal: Refusal) -> None:
        """Who tried to decide what she may not stands in the log; being late is no such thing."""
        if refusal.code not in NOTED:
            return
        facts = {"action": self.choice.action, "code": refusal.code}
        subject = written(TASK, found.checking.task)
        with self.edge.keeping(self.caller.tenant) as connection:
            audit.note(
                connection, audit.DECISION_REFUSED,
                user=self.caller.actor.user, subject=subject, facts=facts,
            )  # fmt: skip

    async def perform(self, found: TaskRecord, entry: Entry) -> Response:
        """Send the decision. Who comes too late is told who won, from the decision row."""
        speaker = self.caller.speaker(call_name(entry))
        try:
            await self.edge.instructions.say(speaker, found.workflow_id, self.choice)
        except (Refusal, ProcessClosed, NotAnswered) as fault:
            await run_in_threadpool(self.explain, fault, entry)
        return await run_in_threadpool(self.decided)

    def explain(self, fault: Exception, entry: Entry) -> None:
        """Raise what the task's row says now; when it says nothing, what the process said.

        Nothing, when this call's own decision stands and only the answer was lost.
        """
        with self.edge.reading(self.caller.tenant) as connection:
            found = tasks.get(connection, self.choice.task)
            if stands(connection, found.workflow_id, "decide_task", entry):
                return
            decided = found.checking.decided
            if isinstance(fault, NotAnswered) and decided is None:
                raise fault
            self.climb(connection, found)
        if isinstance(fault, ProcessClosed):
            raise NotAnswered from fault
        raise fault

    def decided(self) -> Response:
        """The task as it now is."""
        with self.edge.reading(self.caller.tenant) as connection:
            found = tasks.get(connection, self.choice.task)
            body = task_in_full(self.edge, connection, View(self.caller), found)
        return answered(body, 200, {"ETag": quoted(found.checking.subject_hash)})


async def decide(
    edge: Edge, caller: Caller, request: Request, *, task: UUID, action: str, reason: str | None
) -> Response:
    """Decide once under the caller's key."""
    choice = Choice(task, action, reason, seen_of(request))
    deciding = Deciding(edge, caller, choice)
    once = Once(edge, caller, {"decide": choice}, deciding.check, deciding.perform, subject=task)
    return await once.answer(request)


def seen_of(request: Request) -> str:
    """The hash of what the person looked at. A decision without one is refused."""
    given: Any = request.headers.get("if-match")
    if given is None:
        raise Problem(
            "if_match_missing",
            "Send If-Match with the hash of what you saw, a task's subject_hash or a proposal's "
            "hash, so that you decide on that.",
        )
    return unquoted(given)
