"""No edit breaks a process that runs: recorded histories replay, and a changed step is noticed.

`python -m pytest tests/workflows/test_replay.py --record` plays every scenario anew and writes the
histories; do it for new outcomes only, since an old history is what proves that old runs go on.
"""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import OKPKey
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, WorkflowReplayResult

from config.keys import new_signing_key, public_half
from domain.definitions.catalog import Catalog
from domain.definitions.model import Definition
from tests.office import PAYLOAD_KEY, Loop, Office
from tests.workflows.scenarios import SCENARIOS
from workflows.catalog import PROCESSES
from workflows.codec import data_converter
from workflows.invoice_approval import InvoiceApproval
from workflows.kit.configuration import Configuration, configure
from workflows.worker import runner

FOLDER = Path(__file__).parent.parent / "histories" / "invoice_approval"
DEFINITIONS = FOLDER / "definitions.json"
HISTORIES = sorted(FOLDER.glob("*.json.gz"))


def read(file: Path) -> WorkflowHistory:
    stored = json.loads(gzip.decompress(file.read_bytes()))
    return WorkflowHistory.from_json(stored["workflow_id"], stored["history"])


def replay(history: WorkflowHistory, definitions: Catalog) -> WorkflowReplayResult:
    """The history against today's code, with the definitions of its day."""
    released = [Definition.from_canonical(text) for text in json.loads(DEFINITIONS.read_text())]
    key = OKPKey.import_key(public_half(new_signing_key()))
    configure(Configuration(definitions.with_released(released), key))
    loop = Loop()
    try:
        return loop.run(replayed(history))
    finally:
        loop.close()


async def replayed(history: WorkflowHistory) -> WorkflowReplayResult:
    replayer = Replayer(
        workflows=list(PROCESSES.values()),
        data_converter=data_converter(PAYLOAD_KEY),
        workflow_runner=runner(),
    )
    return await replayer.replay_workflow(history, raise_on_replay_failure=False)


def test_every_outcome_has_a_recorded_history():
    assert {file.name.removesuffix(".json.gz") for file in HISTORIES} == set(SCENARIOS)


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: file.name.removesuffix(".json.gz"))
def test_a_recorded_history_replays(file: Path, definitions: Catalog):
    assert replay(read(file), definitions).replay_failure is None


def test_a_changed_step_makes_the_replay_fail(definitions: Catalog, monkeypatch: Any):
    async def pay_nobody(_: InvoiceApproval) -> None:
        """The payment, left out."""

    monkeypatch.setattr(InvoiceApproval, "pay_vendor", pay_nobody)
    failure = replay(read(FOLDER / "paid.json.gz"), definitions).replay_failure

    assert failure is not None
    assert "TMPRL1100" in str(failure)


@pytest.mark.parametrize("name", SCENARIOS)
def test_each_outcome_is_reached(name: str, office: Office, request: pytest.FixtureRequest):
    play, stage = SCENARIOS[name]
    case = play(office)

    assert case.outcome() == stage
    assert case.record.stage == stage
    if request.config.getoption("--record"):
        record(name, case)


def record(name: str, case: Any) -> None:
    """Write the history and the definition it ran under."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    history = case.office.loop.run(case.handle.fetch_history())
    stored = {"workflow_id": case.handle.id, "history": history.to_json_dict()}
    packed = gzip.compress(json.dumps(stored).encode(), mtime=0)
    (FOLDER / f"{name}.json.gz").write_bytes(packed)
    known = json.loads(DEFINITIONS.read_text()) if DEFINITIONS.exists() else []
    canonical = case.office.catalog.get(case.office.type).canonical()
    if canonical not in known:
        DEFINITIONS.write_text(json.dumps([*known, canonical], indent=1, ensure_ascii=False) + "\n")
