"""Looking into the engine for what it does not get past."""

import asyncio
from collections.abc import Iterator
from typing import Protocol
from uuid import UUID

from sqlalchemy import Connection, Engine
from temporalio import activity
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.failure.v1 import Failure
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryReverseRequest
from temporalio.client import Client, WorkflowExecutionDescription
from temporalio.converter import WorkflowSerializationContext
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from domain.database import transaction
from domain.processes import stuck, unopened
from domain.processes.rounds import Suspect
from domain.processes.stuck import Stuck

# Of processes, and of starts that have none.
AT_A_TIME = 200
AT_ONCE = 10
LAST_EVENTS = 20
# From this attempt on it is not a moment's trouble any more.
WORKFLOW_TASK_ATTEMPTS = 3
ACTIVITY_ATTEMPTS = 6
LONGEST_MESSAGE = 300


class Watched(Protocol):
    """What is watched, processes or starts: whom to look at, and where it is kept."""

    def suspects(self, connection: Connection, tenant: UUID, *, limit: int) -> list[Suspect]: ...
    def keep(
        self, connection: Connection, tenant: UUID, process: UUID, found: list[Stuck]
    ) -> None: ...


class StuckActivities:
    """The watcher's step. What it sees is kept; a process that it cannot see waits for the next."""

    def __init__(self, engine: Engine, client: Client) -> None:
        self.engine = engine
        self.client = client

    @activity.defn
    async def watch(self, tenant: UUID) -> int:
        """Keep what is stuck in processes and starts of one tenant, and close what moved; how many
        are."""
        some = asyncio.Semaphore(AT_ONCE)

        async def look(watched: Watched, suspect: Suspect) -> bool:
            async with some:
                found = await self.stuck_in(suspect)
            await asyncio.to_thread(self.keep, watched, tenant, suspect.process, found)
            return bool(found)

        looks = [
            look(watched, suspect)
            for watched in (stuck, unopened)
            for suspect in await asyncio.to_thread(self.suspects, watched, tenant)
        ]
        return sum(await asyncio.gather(*looks))

    def suspects(self, watched: Watched, tenant: UUID) -> list[Suspect]:
        """Whom to look at."""
        with transaction(self.engine, tenant) as connection:
            return watched.suspects(connection, tenant, limit=AT_A_TIME)

    def keep(self, watched: Watched, tenant: UUID, process: UUID, found: list[Stuck]) -> None:
        """Write it down."""
        with transaction(self.engine, tenant) as connection:
            watched.keep(connection, tenant, process, found)

    async def stuck_in(self, suspect: Suspect) -> list[Stuck]:
        """What one process does not get past; nothing when the engine does not have it."""
        try:
            found = await self.client.get_workflow_handle(suspect.workflow_id).describe()
        except RPCError as fault:
            if fault.status == RPCStatusCode.NOT_FOUND:
                return []
            raise
        tasks = [await self.task(found)] if tasks_failed(found) else []
        return tasks + [await self.tried(found.id, *each) for each in longest_tried(found)]

    async def task(self, found: WorkflowExecutionDescription) -> Stuck:
        """The workflow task, with what its last failure on record says."""
        request = GetWorkflowExecutionHistoryReverseRequest(
            namespace=self.client.namespace,
            execution=WorkflowExecution(workflow_id=found.id, run_id=found.run_id),
            maximum_page_size=LAST_EVENTS,
        )
        service = self.client.workflow_service
        history = (await service.get_workflow_execution_history_reverse(request)).history
        failures = [
            event.workflow_task_failed_event_attributes.failure
            for event in history.events
            if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
        ]
        _, message = await self.said(found.id, failures[0]) if failures else ("", "No answer.")
        attempt = found.raw_description.pending_workflow_task.attempt
        return Stuck("workflow_task", "workflow_task", attempt, "workflow_task_failing", message)

    async def tried(self, workflow_id: str, name: str, attempt: int, failure: Failure) -> Stuck:
        """An activity, with what broke the last time."""
        cause, message = await self.said(workflow_id, failure)
        return Stuck("activity", name, attempt, cause, message)

    async def said(self, workflow_id: str, failure: Failure) -> tuple[str, str]:
        """What kind of failure it is and the first line of its words."""
        context = WorkflowSerializationContext(self.client.namespace, workflow_id)
        converter = self.client.data_converter.with_context(context)
        fault = await converter.decode_failure(failure)
        kind = fault.type if isinstance(fault, ApplicationError) else None
        words = str(getattr(fault, "message", fault)).strip() or "No words."
        return kind or "timed_out", words.splitlines()[0][:LONGEST_MESSAGE]


def tasks_failed(found: WorkflowExecutionDescription) -> bool:
    """Whether the workflow task was tried too often."""
    return found.raw_description.pending_workflow_task.attempt >= WORKFLOW_TASK_ATTEMPTS


def longest_tried(found: WorkflowExecutionDescription) -> Iterator[tuple[str, int, Failure]]:
    """The activity that was tried most often, when that is too often."""
    pending = [
        (each.attempt, each.activity_type.name, each.last_failure)
        for each in found.raw_description.pending_activities
        if each.attempt >= ACTIVITY_ATTEMPTS
    ]
    if pending:
        attempt, name, failure = max(pending, key=lambda each: each[0])
        yield name, attempt, failure
