"""Histories of closed processes outlive the engine's retention."""

import gzip
import json

from temporalio.client import WorkflowHistory

from tests.office import Case, Office
from workflows.archive import ArchiveHistories


def archive(office: Office) -> None:
    office.loop.run(
        office.temporal.execute_workflow(
            ArchiveHistories.run,
            id=f"kontor/archive/{office.task_queue}/{office.tenant.id}",
            task_queue=office.task_queue,
        )
    )


def archived(case: Case) -> list[WorkflowHistory]:
    rows = case.office.rows(
        "SELECT history FROM archived_histories WHERE process_id = :id", id=case.process
    )
    texts = [gzip.decompress(row.history).decode() for row in rows]
    return [WorkflowHistory.from_json(case.handle.id, json.loads(text)) for text in texts]


def test_a_closed_history_is_kept_once_and_whole(office: Office):
    case = office.receive()
    open_case = office.receive()
    case.decide("bina", "reject", "No")
    case.outcome()
    archive(office)
    archive(office)

    (kept,) = archived(case)
    assert len(kept.events) == len(case.event_types())
    assert archived(open_case) == []
