"""What the engine knows of processes that the auditor names: for whoever has to find out why."""

import re
from collections.abc import AsyncIterator, Iterable, Iterator

from google.protobuf.json_format import MessageToDict
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowHandle

from tests.chaos.world import World

REFERENCE = re.compile(r"\b[A-Z]+-[0-9A-Z]{8}\b")
MOST, EVENTS = 8, 60
ROW = "SELECT workflow_id, stage, status, waiting_for FROM processes WHERE reference = %s"


async def traces(made: World, temporal: Client, findings: Iterable[str]) -> str:
    """Record, pending work and the last events of each process that is named, of a few."""
    named = list(dict.fromkeys(REFERENCE.findall("\n".join(findings))))[:MOST]
    lines: list[str] = []
    for reference in named:
        for row in await made.rows(ROW, reference):
            handle = temporal.get_workflow_handle(row["workflow_id"])
            lines += [f"{reference}: {row}", *[line async for line in trace(handle)]]
    return "\n".join(lines)


async def trace(handle: WorkflowHandle[object, object]) -> AsyncIterator[str]:
    """What is pending, then the events."""
    described = (await handle.describe()).raw_description
    yield f"  pending: {MessageToDict(described.pending_workflow_task)}"
    for activity in described.pending_activities:
        yield f"  pending: {MessageToDict(activity)}"
    history = await handle.fetch_history()
    for event in list(history.events)[-EVENTS:]:
        yield f"  {event.event_id} {event.event_time.ToJsonString()} {' '.join(told(event))}"


def told(event: HistoryEvent) -> Iterator[str]:
    """The kind of an event, and which activity or update it is about."""
    yield EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")
    yield event.activity_task_scheduled_event_attributes.activity_type.name
    update = event.workflow_execution_update_accepted_event_attributes
    yield update.accepted_request.input.name
    yield update.protocol_instance_id
