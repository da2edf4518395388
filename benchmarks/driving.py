"""Driving one process to its end: through the engine's client, ours and the floor's alike."""

import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WithStartWorkflowOperation, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy

from benchmarks import floor
from benchmarks.figures import Timing
from benchmarks.invoices import Invoice
from benchmarks.signing import Signing, attributes
from domain.identifiers import PROCESS, TENANT, new_uuid, written
from domain.processes import action
from domain.processes.action import Asked
from workflows.kit.messages import Act

TYPE = "invoice_approval"
OUTCOME = "paid"


class EndedOtherwise(Exception):
    """A process ended otherwise than it should, so its time says nothing."""


async def second_wait(handle: WorkflowHandle[Any, Any]) -> None:
    """Return when the process waits for its due date: the engine tells when its timer starts."""
    timers = 0
    async for event in handle.fetch_history_events(wait_new_event=True):
        timers += event.event_type == EventType.EVENT_TYPE_TIMER_STARTED
        if timers == 2:
            return


async def ended(handle: WorkflowHandle[Any, Any], wanted: str) -> None:
    """Return when the process has ended. Raises EndedOtherwise when that is not how it should."""
    outcome = await handle.result()
    if outcome != wanted:
        raise EndedOtherwise(f"{handle.id} ended as {outcome!r}.")


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
            search_attributes=attributes(ids[0], ids[1], TYPE),
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
        await ended(handle, OUTCOME)
        return Timing(submit, decide, whole.elapsed)


# As many bytes as a process carries: company, user, hash of the definition, hash of the request.
ALIKE = ("c" * 36, "u" * 36, "d" * 64, "r" * 64)
SIGNATURE = "s" * 350


@dataclass
class EngineDriver(Signing):
    """Drives the invoice process past the API."""

    async def drive(self, invoice: Invoice) -> Timing:
        """Start, approve, pay now, wait for the end."""
        process = new_uuid()
        whole = Clock.start()
        operation = self.start(process, invoice.input, number=invoice.number, by="asha")
        task = await self.opened(operation)
        submit = whole.elapsed
        handle = await operation.workflow_handle()
        part = Clock.start()
        await handle.execute_update("decide", self.approval(task, invoice.content_hash, by="bina"))
        decide = part.elapsed
        await second_wait(handle)
        await handle.execute_update("act", self.payment(process))
        await ended(handle, OUTCOME)
        return Timing(submit, decide, whole.elapsed)

    def payment(self, process: UUID) -> Act:
        """Esha does not wait for the due date."""
        asked = Asked("pay_now")
        signed = self.signed("esha", "pay_now", written(PROCESS, process), action.content(asked))
        return Act("p", asked, signed)
