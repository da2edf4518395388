"""No edit breaks a process that runs: recorded histories replay, and a changed step is noticed.

`python -m pytest tests/workflows/test_replay.py tests/scenarios --record` plays every scenario anew
and writes the histories; do it for new outcomes only, since an old history is what proves that old
runs go on.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from domain.definitions.catalog import Catalog
from tests.bulk import BULK
from tests.office import Office
from tests.scenarios.scenario import slugs
from tests.workflows import replaying
from tests.workflows.bulk_scenarios import BULK_SCENARIOS
from tests.workflows.replaying import named, record, replay
from tests.workflows.scenarios import SCENARIOS
from tests.workflows.started_scenarios import STARTED_SCENARIOS
from workflows.bulk_action import BulkAction
from workflows.invoice_approval import InvoiceApproval
from workflows.lifecycle import Lifecycle

INVOICE = "invoice_approval"
CODED = {INVOICE: SCENARIOS, BULK: BULK_SCENARIOS}
# What the scenario files do not play, by type.
PLAYED = CODED | {"payment": STARTED_SCENARIOS}
PLAYS = [
    pytest.param(process, name, id=f"{process}: {name}")
    for process, scenarios in PLAYED.items()
    for name in scenarios
]
HISTORIES = replaying.histories()


def test_every_outcome_has_a_recorded_history():
    recorded = {file.parent.name: set() for file in HISTORIES}
    for file in HISTORIES:
        recorded[file.parent.name].add(named(file))
    known = slugs()
    for process, scenarios in PLAYED.items():
        known[process] = known.get(process, set()) | set(scenarios)
    assert recorded == known


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: f"{file.parent.name}: {named(file)}")
def test_a_recorded_history_replays(file: Path, definitions: Catalog):
    assert replay(file, definitions).replay_failure is None


def failure_of(file: Path, definitions: Catalog) -> str:
    failure = replay(file, definitions).replay_failure
    assert failure is not None
    return str(failure)


def test_a_changed_step_makes_the_replay_fail(definitions: Catalog, monkeypatch: Any):
    async def pay_nobody(_: InvoiceApproval) -> None:
        """The payment, left out."""

    monkeypatch.setattr(InvoiceApproval, "pay_vendor", pay_nobody)
    (paid,) = (file for file in replaying.histories(INVOICE) if named(file) == "paid")
    assert "TMPRL1100" in failure_of(paid, definitions)


def test_an_interpreter_that_leaves_out_a_posting_makes_the_replay_fail(
    definitions: Catalog, monkeypatch: Any
):
    async def post_nothing(self: Lifecycle) -> None:
        """To the next stage, past the book."""
        await self.go_on(str(self.definition.stages[self.stage].then))

    monkeypatch.setattr(Lifecycle, "posted", post_nothing)
    journals = replaying.histories("general_journal")
    posted = next(file for file in journals if named(file).startswith("an_entry_is_audited"))
    assert "TMPRL1100" in failure_of(posted, definitions)


def test_a_chunk_left_out_makes_the_replay_fail(definitions: Catalog, monkeypatch: Any):
    async def carry_nothing_out(_: BulkAction, *__: int) -> None:
        """A chunk, left out."""

    monkeypatch.setattr(BulkAction, "carry_out_chunk", carry_nothing_out)
    done = next(f for f in replaying.histories(BULK) if named(f) == "everything_approved")
    assert "TMPRL1100" in failure_of(done, definitions)


@pytest.mark.parametrize("seed", ["1", "77"])
def test_the_order_of_sets_changes_no_command(seed: str):
    ran = subprocess.run(
        [sys.executable, "-m", "tests.workflows.replaying"],
        env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize(("process", "name"), PLAYS)
def test_each_outcome_is_reached(
    process: str, name: str, office: Office, request: pytest.FixtureRequest
):
    play, stage = PLAYED[process][name]
    case = play(office)

    assert case.outcome() == stage
    assert case.record.stage == stage
    if request.config.getoption("--record"):
        record(process, name, case)
