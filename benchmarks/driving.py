"""Driving one process to its end: through the engine's client, ours and the floor's alike."""

import time
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from joserfc.jwk import OKPKey
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WithStartWorkflowOperation, WorkflowHandle
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
)

from activities.desk import Instruction
from benchmarks import floor
from benchmarks.figures import Timing
from benchmarks.invoices import Invoice
from domain.access import token
from domain.access.token import Assertion
from domain.approvals import deciding
from domain.approvals.deciding import Choice
from domain.canonical import digest
from domain.identifiers import PROCESS, TASK, TENANT, new_uuid, written
from domain.processes import action
from domain.processes.action import Asked
from domain.processes.opening import Opened, Request, start_content
from sandbox.tenant import Tenant
from workflows.kit.messages import Act, Decide, StartProcess

TYPE = "invoice_approval"
OUTCOME = "paid"


class NotPaid(Exception):
    """A process ended otherwise than paid, so its time says nothing."""


class Driver(Protocol):
    """Takes one invoice from receipt to payment; returns what it took and where it ran."""

    async def drive(self, invoice: Invoice) -> Timing: ...


def attributes(tenant: str, process: str) -> TypedSearchAttributes:
    """What every process is found by."""
    values = {"Tenant": tenant, "Type": TYPE, "Reference": process, "Stage": "received"}
    return TypedSearchAttributes(
        [
            SearchAttributePair(SearchAttributeKey.for_keyword(f"Kontor{name}"), value)
            for name, value in values.items()
        ]
    )


async def second_wait(handle: WorkflowHandle[Any, Any]) -> None:
    """Return when the process waits for its due date: the engine tells when its timer starts."""
    timers = 0
    async for event in handle.fetch_history_events(wait_new_event=True):
        timers += event.event_type == EventType.EVENT_TYPE_TIMER_STARTED
        if timers == 2:
            return


async def paid(handle: WorkflowHandle[Any, Any]) -> None:
    """Return when the process has ended. Raises NotPaid when it ended otherwise."""
    outcome = await handle.result()
    if outcome != OUTCOME:
        raise NotPaid(f"{handle.id} ended as {outcome!r}.")


@dataclass
class Clock:
    """Marks how long each part took."""

    started: float

    @classmethod
    def start(cls) -> "Clock":
        """From now."""
        return cls(time.perf_counter())

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.started


@dataclass
class FloorDriver:
    """Drives the bare workflow."""

    client: Client
    queue: str

    async def drive(self, invoice: Invoice) -> Timing:
        """Start, decide, act, wait for the end."""
        process = new_uuid()
        ids = (written(TENANT, process), written(PROCESS, process), *ALIKE)
        command = floor.Command(ids[:3], SIGNATURE)
        whole = Clock.start()
        operation = WithStartWorkflowOperation(
            floor.Bare.run,
            floor.Start(ids, invoice.input, SIGNATURE),
            id=f"{ids[0]}/floor/{invoice.number}",
            task_queue=self.queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            search_attributes=attributes(ids[0], ids[1]),
        )
        await self.client.execute_update_with_start_workflow(
            floor.Bare.received, start_workflow_operation=operation
        )
        submit = whole.elapsed
        handle = await operation.workflow_handle()
        part = Clock.start()
        await handle.execute_update(floor.Bare.decide, command)
        decide = part.elapsed
        await second_wait(handle)
        await handle.execute_update(floor.Bare.act, command)
        await paid(handle)
        return Timing(submit, decide, whole.elapsed)


# As many bytes as a process carries: company, user, hash of the definition, hash of the request.
ALIKE = ("c" * 36, "u" * 36, "d" * 64, "r" * 64)
SIGNATURE = "s" * 350


@dataclass
class EngineDriver:
    """Drives the invoice process past the API: it signs as the API does, then asks the engine."""

    client: Client
    queue: str
    key: OKPKey
    definition_hash: str
    tenant: Tenant

    async def drive(self, invoice: Invoice) -> Timing:
        """Start, approve, pay now, wait for the end."""
        process = new_uuid()
        whole = Clock.start()
        operation = self.start(process, invoice)
        opened: Opened = await self.client.execute_update_with_start_workflow(
            "received", start_workflow_operation=operation, result_type=Opened
        )
        submit = whole.elapsed
        assert opened.refused is None, f"The invoice was refused: {opened.refused}"
        (task,) = opened.arrival.tasks
        handle = await operation.workflow_handle()
        part = Clock.start()
        await handle.execute_update("decide", self.approval(task.id, invoice))
        decide = part.elapsed
        await second_wait(handle)
        await handle.execute_update("act", self.payment(process))
        await paid(handle)
        return Timing(submit, decide, whole.elapsed)

    def start(self, process: UUID, invoice: Invoice) -> WithStartWorkflowOperation[Any, Any]:
        """As the API starts a process."""
        tenant, company = self.tenant.id, self.tenant.company
        request = Request(company, self.definition_hash, invoice.input, digest(invoice.input), None)
        signed = self.signed(
            "asha", "start", written(PROCESS, process), start_content(TYPE, request)
        )
        return WithStartWorkflowOperation(
            "InvoiceApproval",
            StartProcess(
                tenant=tenant,
                process=process,
                company=company,
                definition_hash=self.definition_hash,
                input=invoice.input,
                instruction=signed,
                request_hash=request.request_hash,
            ),
            id=f"{written(TENANT, tenant)}/{TYPE}/{invoice.number}",
            task_queue=self.queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            search_attributes=attributes(written(TENANT, tenant), written(PROCESS, process)),
        )

    def approval(self, task: UUID, invoice: Invoice) -> Decide:
        """Bina approves what she saw."""
        choice = Choice(task, "approve", None, invoice.content_hash)
        content = deciding.content(choice)
        return Decide("d", choice, self.signed("bina", "approve", written(TASK, task), content))

    def payment(self, process: UUID) -> Act:
        """Esha does not wait for the due date."""
        asked = Asked("pay_now")
        signed = self.signed("esha", "pay_now", written(PROCESS, process), action.content(asked))
        return Act("p", asked, signed)

    def signed(self, name: str, action: str, subject: str, content: Any) -> Instruction:
        """The instruction as the API signs it."""
        user = self.tenant.user(name)
        asked = Assertion(self.tenant.id, user, action, subject, digest(content))
        return Instruction(user, token.sign(self.key, asked))
