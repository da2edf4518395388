"""What the engine does not get past is seen, closes itself, and holds up nobody else."""

import time
from typing import Any

import pytest
from sqlalchemy import text
from temporalio.client import WorkflowUpdateStage

from activities import ledger
from domain import identifiers
from domain.approvals import deciding
from domain.approvals.deciding import Choice
from domain.database import transaction
from domain.identifiers import written
from domain.processes import stuck
from tests.office import Case, Office
from workflows.kit.booking import Bookable
from workflows.kit.messages import Decide
from workflows.stuck import WatchProcesses

PATIENCE = 60
OPEN = text("SELECT count(*) AS count FROM processes WHERE closed_at IS NULL")


def watch(office: Office) -> int:
    """One round of the watcher."""
    work = office.temporal.execute_workflow(
        WatchProcesses.run, id=f"watch-{next(office.names)}", task_queue=office.task_queue
    )
    return office.loop.run(work)


def of_engine(case: Case) -> list[tuple[str, str, str, str]]:
    rows = case.office.rows(
        "SELECT kind, step, cause, state FROM exceptions WHERE process_id = :id AND kind <> 'step'",
        id=case.process,
    )
    return [tuple(row) for row in rows]


def seen(case: Case, *wanted: tuple[str, str, str, str]) -> None:
    """Watch until this is seen of a process."""
    deadline = time.monotonic() + PATIENCE
    while of_engine(case) != [*wanted]:
        assert time.monotonic() < deadline, of_engine(case)
        time.sleep(0.5)
        watch(case.office)


def approve_unanswered(case: Case) -> None:
    """Bina approves, and nobody answers her."""
    task = case.task
    choice = Choice(task.id, "approve", None, task.subject_hash)
    subject = written(identifiers.TASK, task.id)
    signed = case.office.signed("bina", "approve", subject, deciding.content(choice))
    message = Decide(case.call(), choice, signed)
    stage = WorkflowUpdateStage.ACCEPTED
    case.office.loop.run(case.handle.start_update("decide", message, wait_for_stage=stage))


def test_a_poisoned_process_is_seen_and_holds_up_no_other(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    poisoned, healthy = office.receive(), office.receive()
    posted = Bookable.posted

    async def poison(self: Bookable) -> None:
        if self.start.process == poisoned.process:
            raise RuntimeError("A mistake in the code")
        await posted(self)

    monkeypatch.setattr(Bookable, "posted", poison)
    approve_unanswered(poisoned)
    healthy.decide("bina")
    healthy.stands_at("awaiting_due_date")
    seen(poisoned, ("workflow_task", "workflow_task", "workflow_task_failing", "open"))
    assert of_engine(healthy) == []
    (row,) = office.rows(
        "SELECT message FROM exceptions WHERE process_id = :id", id=poisoned.process
    )
    assert row.message == "A mistake in the code"

    monkeypatch.undo()
    poisoned.stands_at("awaiting_due_date")
    seen(poisoned, ("workflow_task", "workflow_task", "workflow_task_failing", "resolved"))


def test_an_activity_that_is_tried_for_long_is_seen(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    case = office.receive()
    post = ledger.posting.post

    def broken(connection: Any, effect: Any, *given: Any, **more: Any) -> Any:
        if effect.process == case.process:
            raise OSError("The disk is full")
        return post(connection, effect, *given, **more)

    monkeypatch.setattr(ledger.posting, "post", broken)
    case.decide("bina")
    seen(case, ("activity", "post_journal", "OSError", "open"))
    monkeypatch.undo()
    case.stands_at("awaiting_due_date")
    seen(case, ("activity", "post_journal", "OSError", "resolved"))


def test_a_round_of_the_watcher_passes_every_process(office: Office):
    """A few at a time, and whoever is stuck for long does not hold up the rest."""
    opened = {office.receive().process for _ in range(7)}
    with transaction(office.database.app, office.tenant.id) as connection:
        (row,) = connection.execute(OPEN)
        turns = -(-row.count // 2) + 1
        looked = [
            each.process
            for _ in range(turns)
            for each in stuck.suspects(connection, office.tenant.id, limit=4)
        ]
    assert opened <= set(looked)
    assert len(looked) <= 4 * turns
