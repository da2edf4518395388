"""One process driven from outside through whatever happens, with a journal of what was answered.

Every call is repeated under its own name until it is answered or its effect is seen, so a call
counts as acknowledged once, however often its answer was lost.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx2
import psycopg
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError

from activities.desk import Instruction
from domain.access import token
from domain.access.token import Assertion
from domain.approvals import deciding, tending
from domain.approvals.deciding import Choice
from domain.approvals.tending import Wish
from domain.canonical import digest
from domain.identifiers import EXCEPTION, PROCESS, TASK, TENANT, new_uuid, written
from domain.processes import action as actions
from domain.processes import assigning, proposals
from domain.processes.action import Asked as AskedAction
from domain.processes.arriving import Arrival
from domain.processes.assigning import Assigned
from domain.processes.opening import Opened, Request, start_content
from domain.processes.proposals import Proposed
from sandbox.auditor import Asked, Row
from tests.chaos.paper import money, months_before
from tests.chaos.world import World
from tests.today import today
from workflows.instructions import queue_of
from workflows.kit.messages import (
    Act,
    Assign,
    Confirm,
    Decide,
    Propose,
    Repair,
    StartProcess,
    Tend,
)

BROKEN = (
    RPCError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
    psycopg.OperationalError,
    httpx2.TransportError,
    TimeoutError,
    ConnectionError,
)
ANSWER = timedelta(seconds=15)
PATIENCE_SECONDS = 150
OPEN_EXCEPTION = (
    "SELECT id, cause FROM exceptions WHERE process_id = %s AND state = 'open' AND kind = 'step'"
)
STANDING = (
    "SELECT p.stage, e.cause FROM processes p LEFT JOIN exceptions e ON e.process_id = p.id"
    " AND e.state = 'open' AND e.kind = 'step' WHERE p.id = %s"
)
PENDING = (
    "SELECT e.id, p.hash FROM repair_proposals p JOIN exceptions e ON e.id = p.exception_id"
    " WHERE e.process_id = %s AND p.state = 'pending'"
)
# What an operator retries without much thought, when it lasted longer than the tries did.
OUTAGES = ("bank_unreachable", "payment_outcome_unknown", "timed_out")
SMALL, LARGE = 25_000_00, 60_000_00


class Refused(Exception):
    """A definite no, by its code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Errand:
    """An invoice to be brought to an end. Amounts in paise; `months_ago` dates the invoice."""

    def __init__(self, world: World, temporal: Client, task_queue: str, **about: Any) -> None:
        self.world, self.temporal, self.task_queue = world, temporal, task_queue
        self.type = about.get("type", "invoice_approval")
        self.net: int = about.get("net", SMALL)
        self.due_in_days: int = about.get("due_in_days", 0)
        self.invoice_date = months_before(today(), about.get("months_ago", 0))
        self.release: int = about.get("release", 1)
        self.definition = world.catalog.get(self.type)
        self.number = world.number()
        self.id = new_uuid()
        self.workflow_id = f"{written(TENANT, world.tenant.id)}/{self.type}/{self.number}"
        self.opened: Opened | None = None
        self.acknowledged: list[str] = []
        self.refused: list[str] = []
        self.deadline = time.monotonic() + about.get("patience", PATIENCE_SECONDS)

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:
        """The workflow, whichever run."""
        return self.temporal.get_workflow_handle(self.workflow_id)

    @property
    def reference(self) -> str:
        """What the bank is told."""
        assert self.opened is not None
        return self.opened.reference

    def input(self, **changed: Any) -> dict[str, Any]:
        """The invoice as the API takes it; or that its month is to be locked."""
        if not self.is_invoice:
            return {"day": str(self.invoice_date), "state": "locked", "reason": "Filed", **changed}
        tax = self.net * 9 // 100
        due = max(self.invoice_date, today() + timedelta(days=self.due_in_days))
        line = {
            "description": "Audit", "expense_account": "professional_fees", "quantity": "1",
            "unit_price": money(self.net), "net": money(self.net), "gst_rate": "18",
        }  # fmt: skip
        return {
            "vendor": "V-001", "invoice_number": self.number, "lines": [line],
            "invoice_date": str(self.invoice_date), "due_date": str(due), "cgst": money(tax),
            "sgst": money(tax), "igst": money(0), "total": money(self.net + 2 * tax), **changed,
        }  # fmt: skip

    @property
    def is_invoice(self) -> bool:
        """Whether it is about a vendor's invoice, and not about a period."""
        return self.definition.workflow is not None

    @property
    def total(self) -> int | None:
        """What the vendor gets."""
        if not self.is_invoice:
            return None
        return self.net + 2 * (self.net * 9 // 100)

    async def open(self, **changed: Any) -> None:
        """Enter the invoice as Asha does."""
        given = self.input(**changed)
        tenant, hash = self.world.tenant, self.definition.hash
        request = Request(tenant.company, hash, given, digest(given), None)
        content = start_content(self.type, request)
        instruction = self.signed("asha", "start", written(PROCESS, self.id), content)
        start = StartProcess(
            tenant.id, self.id, tenant.company, hash, given, instruction, digest(given),
            release=self.release,
        )  # fmt: skip

        async def send() -> None:
            operation: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
                self.definition.workflow or self.type, start, id=self.workflow_id,
                task_queue=queue_of(self.definition, self.task_queue),
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            )  # fmt: skip
            try:
                self.opened = await self.temporal.execute_update_with_start_workflow(
                    "received", id="received", start_workflow_operation=operation,
                    result_type=Opened, rpc_timeout=ANSWER,
                )  # fmt: skip
            except WorkflowAlreadyStartedError:
                self.opened = await self.handle.execute_update(
                    "received", id="received", result_type=Opened, rpc_timeout=ANSWER
                )

        await self.call("open_process/-", send)
        if self.opened is None:
            (row,) = await self.look("SELECT * FROM processes WHERE id = %s", self.id)
            self.opened = Opened(row["reference"], row["subject"], Arrival(row["stage"]))

    async def decide(self, who: str, action: str, *, name: str | None = None) -> None:
        """Decide the task that is open for approval."""
        task = await self.waits_for(
            "SELECT id, subject_hash FROM tasks WHERE process_id = %s AND kind = 'approval'"
            " AND state = 'open'"
        )
        choice = Choice(task["id"], action, None if action == "approve" else "Why", "")
        choice = Choice(choice.task, choice.action, choice.reason, task["subject_hash"])
        subject = written(TASK, choice.task)
        instruction = self.signed(who, action, subject, deciding.content(choice))
        call = name or uuid4().hex
        await self.update("decide", "decide_task", Decide(call, choice, instruction))

    async def tend(self, who: str, verb: str, words: str | None = None) -> None:
        """Claim the task that is open, or say something at it."""
        task = await self.waits_for("SELECT id FROM tasks WHERE process_id = %s AND state = 'open'")
        wish = Wish(verb, task["id"], words)
        instruction = self.signed(who, verb, written(TASK, wish.task), tending.content(wish))
        await self.update("tend", "tend_process", Tend(uuid4().hex, wish, instruction))

    async def act(self, who: str, action: str) -> None:
        """Cancel, reverse, pay now."""
        await self.take(who, AskedAction(action, None if action == "pay_now" else "Why"))

    async def amend(self) -> None:
        """Correct the invoice, once it was sent back."""
        await self.stands_at("correction")
        given = self.input(invoice_number=f"{self.number}/A")
        await self.take("asha", AskedAction("amend", None, given))

    async def take(self, who: str, asked: AskedAction) -> None:
        """Take an action."""
        subject = written(PROCESS, self.id)
        instruction = self.signed(who, asked.action, subject, actions.content(asked))
        await self.update("act", "take_action", Act(uuid4().hex, asked, instruction))

    async def repair(self, who: str, resolution: str, *, cause: str | None = None) -> None:
        """Retry or cancel the parked step."""
        row = await self.parked(cause)
        reason = "Why" if resolution == "cancel" else None
        subject = written(EXCEPTION, row["id"])
        instruction = self.signed(who, resolution, subject, {"reason": reason})
        message = Repair(uuid4().hex, row["id"], resolution, reason, instruction)
        await self.update("repair", "resolve_exception", message)

    async def propose(
        self, who: str, way: str, *, cause: str, given: dict[str, Any] | None = None
    ) -> None:
        """Propose to correct the document, or to skip the step."""
        row = await self.parked(cause)
        proposed = Proposed(row["id"], way, "Why", given)
        subject = written(EXCEPTION, row["id"])
        instruction = self.signed(who, way, subject, proposals.content(proposed))
        await self.update("propose", "propose_repair", Propose(uuid4().hex, proposed, instruction))

    async def confirm(self, who: str) -> None:
        """Confirm what is proposed."""
        row = await self.waits_for(PENDING)
        subject = written(EXCEPTION, row["id"])
        instruction = self.signed(who, "confirm", subject, {"seen": row["hash"]})
        message = Confirm(uuid4().hex, row["id"], row["hash"], instruction)
        await self.update("confirm", "confirm_repair", message)

    async def assign(self, who: str, role: str, *, cause: str) -> None:
        """Give the parked step to a role."""
        row = await self.parked(cause)
        assigned = Assigned(row["id"], "Why", role=role)
        subject = written(EXCEPTION, row["id"])
        instruction = self.signed(who, "assign", subject, assigning.content(assigned))
        await self.update("assign", "assign_exception", Assign(uuid4().hex, assigned, instruction))

    async def parked(self, cause: str | None = None) -> Row:
        """The exception that is open, once it is; others that pass by themselves are retried."""
        while True:
            row = await self.waits_for(OPEN_EXCEPTION)
            if cause in (None, row["cause"]):
                return row
            assert row["cause"] in OUTAGES, f"parked for {row['cause']}, expected {cause}"
            await self.repair("esha", "retry", cause=row["cause"])

    async def update(self, name: str, step: str, message: Any) -> None:
        """Send an update until it is answered; its id makes a repeat the same one."""

        async def send() -> None:
            await self.handle.execute_update(name, message, id=message.call, rpc_timeout=ANSWER)

        await self.call(f"{step}/{message.call}", send)

    async def call(self, effect: str, send: Callable[[], Awaitable[None]]) -> None:
        """Repeat until answered. Raises Refused on a definite no."""
        key = f"{self.workflow_id}/{effect}/1"
        while True:
            try:
                if await self.world.rows("SELECT 1 FROM effects WHERE effect_key = %s", key):
                    break
                await send()
                break
            except WorkflowUpdateFailedError as failed:
                code = failed.cause.type if isinstance(failed.cause, ApplicationError) else None
                self.refused.append(key)
                raise Refused(code or repr(failed.cause)) from failed
            except BROKEN as fault:
                await self.pause(f"{effect} is not answered: {fault!r}")
        self.acknowledged.append(key)

    async def look(self, sql: str, *values: Any) -> list[Row]:
        """Read, as soon as the database answers."""
        while True:
            try:
                return await self.world.rows(sql, *values)
            except BROKEN as fault:
                await self.pause(repr(fault))

    async def waits_for(self, sql: str, *values: Any) -> Row:
        """The one row that a query about this process is waited to find."""
        while not (found := await self.look(sql, self.id, *values)):
            await self.pause(sql)
        return found[0]

    async def stands_at(self, *stages: str) -> str:
        """Wait for one of the stages; which it is."""
        while True:
            rows = await self.look(STANDING, self.id)
            stage = str(rows[0]["stage"]) if rows else "nowhere"
            if stage in stages:
                return stage
            if rows and (cause := rows[0]["cause"]):
                assert cause in OUTAGES, f"parked for {cause}, expected {stages}"
                await self.repair("esha", "retry", cause=cause)
            await self.pause(f"it stands at {stage}, expected {stages}")

    async def pause(self, why: str) -> None:
        """Wait a little, up to the errand's patience."""
        if time.monotonic() > self.deadline:
            stand = await self.world.rows(
                "SELECT reference, stage, status, reason FROM processes WHERE id = %s", self.id
            )
            raise AssertionError(f"{self.workflow_id} {stand}: {why}")
        await asyncio.sleep(0.15)

    def signed(self, who: str, action: str, subject: str, content: Any) -> Instruction:
        """The instruction as the API signs it."""
        tenant, user = self.world.tenant.id, self.world.tenant.user(who)
        asked = Assertion(tenant, user, action, subject, digest(content))
        return Instruction(user, token.sign(self.world.actor_key, asked))

    async def ends(self, stage: str) -> None:
        """Wait for the end and write down what must be true of it for ever."""
        await self.stands_at(stage)
        await self.closes()
        book: Counter[str] = Counter()
        if stage == "paid":
            tax = self.net * 9 // 100
            book.update(professional_fees=self.net, input_cgst=tax, input_sgst=tax)
            book.update(bank=-(self.net + 2 * tax))
        self.world.asked.append(
            Asked(
                workflow_id=self.workflow_id,
                stage=stage,
                book=dict(book),
                entries=2 if stage in ("paid", "reversed") else 0,
                payments=int(stage == "paid"),
                amount=self.total,
                refused=self.refused,
                acknowledged=self.acknowledged,
            )
        )

    async def closes(self) -> None:
        """Wait until the engine has closed the workflow too."""
        while True:
            try:
                if (await self.handle.describe()).status != WorkflowExecutionStatus.RUNNING:
                    return
            except BROKEN as fault:
                await self.pause(repr(fault))
            await self.pause("the process has ended, its workflow has not")

    async def locked(self, lock: bool) -> None:
        """Lock or reopen the period that holds the invoice's date."""
        await self.look(
            "SELECT set_config('kontor.tenant', %s, true),"
            " ledger_set_period(p.id, %s, %s, 'Month end')"
            " FROM periods p WHERE tenant_id = %s AND %s BETWEEN starts_on AND ends_on",
            str(self.world.tenant.id), "locked" if lock else "open",
            self.world.tenant.person("deepa"), self.world.tenant.id, self.invoice_date,
        )  # fmt: skip

    async def year_closed(self) -> None:
        """As if the year of its month were closed."""
        await self.look(
            "UPDATE periods SET state = 'closed' WHERE tenant_id = %s"
            " AND %s BETWEEN starts_on AND ends_on RETURNING state",
            self.world.tenant.id, self.invoice_date,
        )  # fmt: skip

    async def bank_will(self, fault: str, times: int = 1, **more: Any) -> None:
        """Arm a fault for this payment alone."""
        order = {"fault": fault, "times": times, "match": {"reference": self.reference}, **more}
        while True:
            try:
                (await self.world.bank.put("/v1/faults", json=order)).raise_for_status()
            except BROKEN as error:
                await self.pause(repr(error))
            else:
                return

    async def calls(self) -> list[Row]:
        """What is on record of this process's calls to the bank, in order."""
        sql = "SELECT * FROM partner_calls WHERE process_id = %s ORDER BY intended_at"
        return await self.look(sql, self.id)
