"""An office at work: a worker, the bank, and the cast sending instructions as the API would.

Every call waits for its answer, so a test reads from top to bottom.
"""

import asyncio
import itertools
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar
from uuid import UUID, uuid4

from joserfc.jwk import OKPKey
from sqlalchemy import Row, text
from temporalio.api.enums.v1 import EventType
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowHandle,
    WorkflowUpdateFailedError,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Interceptor

from activities.desk import Desk, Instruction
from activities.effects import Effects
from activities.partners.bank import Bank
from config.keys import new_signing_key, public_half
from domain import identifiers
from domain.access import token
from domain.access.actor import actor
from domain.access.token import Assertion, Means
from domain.approvals import deciding, tending
from domain.approvals.deciding import Choice, Decision
from domain.approvals.tending import Tended, Wish
from domain.canonical import digest
from domain.database import transaction
from domain.definitions.catalog import Catalog
from domain.identifiers import written
from domain.processes import action as actions
from domain.processes import release, repairs
from domain.processes.action import Asked
from domain.processes.opening import Opened, Request, start_content
from domain.processes.record import facts as facts_of
from domain.refusal import Refusal
from sandbox.tenant import Tenant, as_owner
from tests.database import Database
from tests.families import Families
from tests.invoices import invoice
from tests.loop import Loop
from tests.repairs import Repairs
from tests.sandbox.bank_process import BankProcess
from tests.today import today
from workflows import client
from workflows.instructions import queue_of
from workflows.kit.messages import Act, Decide, Repair, StartProcess, Tend
from workflows.worker import worker

# Histories recorded under this key stay readable; it protects nothing.
PAYLOAD_KEY = bytes(range(32))
# Everybody here has just given her password.
JUST_NOW = Means(password_age=0)
NUMBERS = itertools.count(1)
PATIENCE = 30
JOURNEY = 20

Result = TypeVar("Result")


@dataclass
class Office:
    """Everything a process needs, and the cast."""

    database: Database
    tenant: Tenant
    bank: BankProcess
    loop: Loop
    temporal: Client
    catalog: Catalog
    task_queue: str
    key: OKPKey
    type: str = "invoice_approval"
    names: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def signed(self, name: str, action: str, subject: str, content: Any) -> Instruction:
        """The instruction of one of the cast, as the API signs it."""
        user = self.tenant.user(name)
        asked = Assertion(self.tenant.id, user, action, subject, digest(content))
        return Instruction(user, token.sign(self.key, asked, JUST_NOW), JUST_NOW)

    def receive(
        self,
        given: dict[str, Any] | None = None,
        *,
        by: str = "asha",
        external_ref: str | None = None,
        process: UUID | None = None,
    ) -> "Case":
        """Somebody enters an invoice; the case is open when this returns."""
        definition = self.catalog.get(self.type)
        given = given or invoice()
        process = process or identifiers.new_uuid()
        request = Request(self.tenant.company, definition.hash, given, digest(given), None)
        subject = written(identifiers.PROCESS, process)
        instruction = self.signed(by, "start", subject, start_content(self.type, request))
        start = StartProcess(
            self.tenant.id, process, self.tenant.company, definition.hash, given, instruction,
            request.request_hash, external_ref,
        )  # fmt: skip
        handle, opened = self.loop.run(self.start(start, definition.workflow or definition.process))
        return Case(self, process, handle, opened)

    async def start(
        self, start: StartProcess, workflow: str
    ) -> tuple[WorkflowHandle[Any, Any], Opened]:
        """Start the workflow and wait for its receipt."""
        tenant = written(identifiers.TENANT, self.tenant.id)
        operation: Any = WithStartWorkflowOperation(
            workflow,
            start,
            id=f"{tenant}/{self.type}/{start.process.hex[-20:]}",
            task_queue=queue_of(self.catalog.get(self.type), self.task_queue),
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
        )
        answer = self.temporal.execute_update_with_start_workflow(
            "received", start_workflow_operation=operation, result_type=Opened
        )
        opening = asyncio.ensure_future(answer)
        while not (await asyncio.wait({opening}, timeout=JOURNEY / 4))[0]:
            await check_alive(await operation.workflow_handle())
        opened: Opened = await opening
        return await operation.workflow_handle(), opened

    def rows(self, statement: str, **values: Any) -> Sequence[Row[Any]]:
        """What the database holds, seen by the owner under the tenant."""
        with as_owner(self.database.admin, self.tenant.id) as connection:
            result = connection.execute(text(statement), values)
            return result.all() if result.returns_rows else []

    def ladder(self, exception: UUID, *, by: str, way: str) -> None:
        """What the ladder of repairs says now, without a process that waits its turn."""
        with transaction(self.database.app, self.tenant.id) as connection:
            hers = actor(connection, self.tenant.user(by))
            hash = repairs.look(connection, exception).definition_hash
            repairs.check_way(
                connection, self.catalog.by_hash(hash), exception, hers, way=way, reason="-"
            )

    def set_period(self, state: str, day: date | None = None) -> None:
        """Lock or reopen the month of a day, or this one."""
        self.rows(
            "SELECT ledger_set_period(id, :state, :person, 'for a test') FROM periods "
            "WHERE :day BETWEEN starts_on AND ends_on",
            state=state,
            day=day or today(),
            person=self.tenant.person("deepa"),
        )


async def check_alive(handle: WorkflowHandle[Any, Any]) -> None:
    """Fail when an activity of the process fails again and again: it would for ever."""
    for pending in (await handle.describe()).raw_description.pending_activities:
        failing = pending.HasField("last_failure") and pending.attempt > 2
        assert not failing, f"{pending.activity_type.name} fails: {pending.last_failure.message}"


@dataclass
class Case(Repairs, Families):
    """One process and what people do to it. A refusal is raised as the Refusal it was."""

    office: Office
    process: UUID
    handle: WorkflowHandle[Any, Any]
    opened: Opened

    @property
    def id(self) -> str:
        """The process's id as people see it."""
        return written(identifiers.PROCESS, self.process)

    @property
    def record(self) -> Row[Any]:
        """The row that shows where it stands."""
        return self.office.rows("SELECT * FROM processes WHERE id = :id", id=self.process)[0]

    @property
    def task(self) -> Row[Any]:
        """The task that waits."""
        found = self.office.rows(
            "SELECT * FROM tasks WHERE process_id = :id AND state = 'open'", id=self.process
        )
        return found[0]

    def stands_at(self, stage: str) -> "Case":
        """This case, once it stands at the stage."""
        deadline = time.monotonic() + JOURNEY
        while (found := self.record.stage) != stage:
            assert time.monotonic() < deadline, (
                f"{self.id} stands at {found}, not at {stage}; {self.standstill()}"
            )
            time.sleep(0.03)
        return self

    def standstill(self) -> str:
        """What parked, if anything did."""
        found = self.office.rows(
            "SELECT step, cause, message FROM exceptions WHERE process_id = :id AND state = 'open'",
            id=self.process,
        )
        parked = [f"{row.step} parked by {row.cause}: {row.message}" for row in found]
        return "; ".join(parked) or "nothing is parked: it waits for somebody, or for a date"

    def exception(self) -> Row[Any]:
        """The parked step, once there is one."""
        statement = (
            "SELECT * FROM exceptions WHERE process_id = :id AND state = 'open' AND kind = 'step'"
        )
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if found := self.office.rows(statement, id=self.process):
                return found[0]
            time.sleep(0.05)
        raise AssertionError(f"{self.id} parked nothing; it stands at {self.record.stage}.")

    def decide(self, by: str, action: str = "approve", reason: str | None = None) -> Decision:
        """Approve, reject or send back the task that waits."""
        task = self.task
        return self.decide_task(by, task.id, action, reason, seen=task.subject_hash)

    def decide_task(
        self, by: str, task: UUID, action: str, reason: str | None, *, seen: str
    ) -> Decision:
        """The same on a task that somebody looked at earlier."""
        choice = Choice(task, action, reason, seen)
        subject = written(identifiers.TASK, task)
        instruction = self.office.signed(by, action, subject, deciding.content(choice))
        return self.send("decide", Decide(self.call(), choice, instruction), Decision)

    def act(self, by: str, action: str, reason: str | None = None, given: Any = None) -> Any:
        """Cancel, reverse or pay now; with the document as it is to be when the action edits."""
        asked = Asked(action, reason, given)
        instruction = self.office.signed(by, action, self.id, actions.content(asked))
        try:
            return self.send("act", Act(self.call(), asked, instruction), dict[str, Any])
        except RPCError as fault:
            # It has ended. What the API would say then is in the record.
            if fault.status is RPCStatusCode.NOT_FOUND:
                self.climb(by, asked)
            raise

    def climb(self, by: str, asked: Asked) -> None:
        """What the ladder of actions says by the record."""
        with transaction(self.office.database.app, self.office.tenant.id) as connection:
            hers = actor(connection, self.office.tenant.user(by))
            definition = self.office.catalog.by_hash(self.record.definition_hash)
            facts = facts_of(connection, self.process)
            actions.check_action(definition, facts, hers, asked)

    def tend(self, by: str, verb: str, **more: Any) -> Tended:
        """Claim, put off, escalate or comment at the task that waits."""
        wish = Wish(verb, self.task.id, **more)
        subject = written(identifiers.TASK, self.task.id)
        instruction = self.office.signed(by, verb, subject, tending.content(wish))
        return self.send("tend", Tend(self.call(), wish, instruction), Tended)

    def amend(self, by: str, given: dict[str, Any]) -> Any:
        """Put a corrected invoice in place."""
        return self.act(by, "amend", given=given)

    def repair(self, by: str, resolution: str, reason: str | None = None) -> Any:
        """Retry or cancel the parked step."""
        exception = self.exception().id
        subject = written(identifiers.EXCEPTION, exception)
        instruction = self.office.signed(by, resolution, subject, {"reason": reason})
        message = Repair(self.call(), exception, resolution, reason, instruction)
        return self.send("repair", message, dict[str, Any])

    def call(self) -> str:
        """The name of one request of a caller."""
        return f"call-{next(self.office.names)}"

    def send(self, update: str, message: Any, result: type[Result]) -> Result:
        """An update to the process, answered."""
        try:
            return self.office.loop.run(
                self.handle.execute_update(update, message, result_type=result)
            )
        except WorkflowUpdateFailedError as failed:
            if isinstance(failed.cause, ApplicationError):
                code = failed.cause.type or "unnamed"
                raise Refusal(code, failed.cause.message, **failed.cause.details[0]) from failed
            raise

    def outcome(self) -> str:
        """How it ended."""
        return str(self.office.loop.run(asyncio.wait_for(self.handle.result(), PATIENCE)))

    def event_types(self) -> list[str]:
        """Its history, by the names of events."""
        history = self.office.loop.run(self.handle.fetch_history())
        return [
            EventType.Name(event.event_type).removeprefix("EVENT_TYPE_") for event in history.events
        ]

    def titles(self) -> list[str]:
        """What the evidence says happened, in order."""
        rows = self.office.rows(
            "SELECT title FROM evidence WHERE process_id = :id ORDER BY sequence", id=self.process
        )
        return [row.title for row in rows]

    def book(self) -> str:
        """What it and those that it started posted, in journal notation without the narrations."""
        rows = self.office.rows(
            "SELECT a.code, p.amount, p.currency FROM postings p JOIN journal_entries e "
            "ON e.id = p.entry_id JOIN accounts a ON a.id = p.account_id "
            "WHERE e.process_id = :id OR e.process_id IN "
            "(SELECT c.id FROM processes c WHERE c.parent_id = :id) "
            "ORDER BY e.recorded_at, p.line",
            id=self.process,
        )
        return "\n".join(
            f"{'Dr' if row.amount > 0 else 'Cr'} {row.code} {abs(row.amount) / 100:.2f}"
            for row in rows
        )


@contextmanager
def open_office(
    database: Database,
    tenant: Tenant,
    bank: BankProcess,
    catalog: Catalog,
    *,
    address: str,
    interceptors: Sequence[Interceptor] = (),
) -> Iterator[Office]:
    """A worker on a task queue of its own, for one tenant."""
    loop = Loop()
    private = new_signing_key()
    catalog = release.load(database.app, catalog)
    temporal = loop.run(client.connect(address, namespace="kontor", payload_key=PAYLOAD_KEY))
    public = OKPKey.import_key(public_half(private))
    desk = Desk(Effects(database.app), catalog, public)
    queue = f"office-{uuid4().hex[:8]}"
    partner = Bank(bank.url, timeout=2)

    async def make() -> Any:
        return worker(temporal, queue, desk, partner, interceptors=list(interceptors))

    running = loop.run(make())
    loop.run(running.__aenter__())
    try:
        yield Office(
            database, tenant, bank, loop, temporal, catalog, queue, OKPKey.import_key(private)
        )
    finally:
        loop.run(running.__aexit__(None, None, None))
        loop.close()
