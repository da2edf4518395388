"""Driving one lifecycle to its end: through the engine's client, ours and the floor's alike."""

from dataclasses import dataclass

from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy

from benchmarks import lifecycle_floor as floor
from benchmarks.documents import ROADS, Document
from benchmarks.driving import ALIKE, SIGNATURE, Clock, ended
from benchmarks.figures import Timing
from benchmarks.floor import Command
from benchmarks.signing import Signing, attributes
from domain.approvals.deciding import Decision
from domain.identifiers import PROCESS, TENANT, new_uuid, written


@dataclass
class PaperDriver:
    """Drives the bare workflow along the road of a type."""

    client: Client
    queue: str
    type: str

    async def drive(self, document: Document) -> Timing:
        """Start, decide as often as the type wants it, wait for the end."""
        road = ROADS[self.type]
        ids = (written(TENANT, new_uuid()), written(PROCESS, new_uuid()), *ALIKE)
        whole = Clock.start()
        operation = WithStartWorkflowOperation(
            floor.Paper.run,
            floor.Start(ids, document.input, SIGNATURE, len(road.checkers), road.posts),
            id=f"{ids[0]}/floor/{document.number}",
            task_queue=self.queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            search_attributes=attributes(ids[0], ids[1], self.type),
        )
        await self.client.execute_update_with_start_workflow(
            floor.Paper.received, start_workflow_operation=operation
        )
        submit = whole.elapsed
        handle = await operation.workflow_handle()
        part = Clock.start()
        for _ in road.checkers:
            await handle.execute_update(floor.Paper.decide, Command(ids[:3], SIGNATURE))
        decide = part.elapsed / len(road.checkers)
        await ended(handle, floor.DONE)
        return Timing(submit, decide, whole.elapsed)


@dataclass
class LifecycleDriver(Signing):
    """Drives a process that is interpreted, past the API."""

    async def drive(self, document: Document) -> Timing:
        """Start, each checker approves, wait for the end."""
        road = ROADS[self.definition.process]
        process = new_uuid()
        whole = Clock.start()
        operation = self.start(process, document.input, number=document.number, by=road.maker)
        waiting = await self.opened(operation)
        submit = whole.elapsed
        handle = await operation.workflow_handle()
        part = Clock.start()
        for checker in road.checkers:
            approval = self.approval(waiting, document.content_hash, by=checker)
            decision = await handle.execute_update("decide", approval, result_type=Decision)
            waiting = decision.arrival.tasks[0].id if decision.arrival.tasks else waiting
        decide = part.elapsed / len(road.checkers)
        await ended(handle, road.outcome)
        return Timing(submit, decide, whole.elapsed)
