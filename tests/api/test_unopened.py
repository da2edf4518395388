"""A start that breaks before there is a process is seen by operations, until it goes on."""

import time
from typing import Any
from uuid import uuid4

import pytest

from activities import stuck
from domain.processes import opening
from tests.api.invoices import invoice, keyed, start
from tests.installation import eventually
from workflows.kit.process import Process
from workflows.stuck import WatchProcesses

PATIENCE = 90


def unopened(installation: Any, esha: Any) -> list[dict[str, Any]]:
    """What operations see after a round of the watcher."""
    time.sleep(0.5)
    work = installation.temporal.execute_workflow(
        WatchProcesses.run, id=f"watch-{uuid4().hex[:8]}", task_queue=installation.task_queue
    )
    installation.run(work)
    return list(esha.get("/exceptions/unopened").json()["data"])


def test_a_workflow_that_fails_before_its_first_step_is_listed_until_it_goes_on(
    installation, asha, esha, monkeypatch: pytest.MonkeyPatch
):
    async def poison(self: Process) -> bool:
        raise RuntimeError("A mistake in the code")

    monkeypatch.setattr(Process, "opened", poison)
    key, given = uuid4().hex, invoice()
    begun = start(asha, given, key=key)
    assert begun.status_code == 202, begun.text
    process = begun.json()["id"]

    (seen,) = eventually(lambda: unopened(installation, esha), seconds=PATIENCE)
    assert (seen["process"], seen["type"]) == (process, "invoice_approval")
    assert (seen["step"], seen["cause"]) == ("workflow_task", "workflow_task_failing")
    assert seen["message"] == "A mistake in the code"
    assert seen["attempt"] >= stuck.WORKFLOW_TASK_ATTEMPTS
    assert esha.get("/exceptions").json()["data"] == []

    monkeypatch.undo()
    eventually(lambda: unopened(installation, esha) == [], seconds=PATIENCE)
    assert asha.get(f"/processes/{process}").json()["stage"]["name"] == "approval"


def test_so_is_one_whose_opening_is_tried_for_long(
    installation, asha, esha, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_: object, **__: object) -> None:
        raise OSError("The disk is full")

    monkeypatch.setattr(opening.record, "insert", broken)
    process = start(asha, invoice()).json()["id"]

    (seen,) = eventually(lambda: unopened(installation, esha), seconds=PATIENCE)
    assert (seen["process"], seen["step"], seen["cause"]) == (process, "open_process", "OSError")

    monkeypatch.undo()
    eventually(lambda: unopened(installation, esha) == [], seconds=PATIENCE)


def test_a_start_that_was_refused_or_taken_is_not_listed(installation, asha, esha):
    assert start(asha, invoice(vendor="V-999")).status_code == 422
    assert start(asha, invoice()).status_code == 202

    assert unopened(installation, esha) == []
    answer = asha.get("/exceptions/unopened", headers=keyed())
    assert (answer.status_code, answer.json()["code"]) == (403, "role_must_allow_reading")
