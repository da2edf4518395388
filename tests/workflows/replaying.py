"""Recorded histories: one folder for each process type, with the definitions of their day.

`python -m tests.workflows.replaying` replays all of them and says how many held: tests run it in
processes of their own, under other hash seeds.
"""

import gzip
import json
import os
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from joserfc.jwk import OKPKey
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, WorkflowReplayResult

from config.keys import new_signing_key, public_half
from domain.definitions.catalog import Catalog
from domain.definitions.model import Definition
from tests.loop import Loop
from tests.office import PAYLOAD_KEY, Case
from tests.shipped import definitions
from workflows import catalog
from workflows.codec import data_converter
from workflows.kit.configuration import Configuration, configure
from workflows.lifecycle import Lifecycle
from workflows.sandboxing import runner

FOLDER = Path(__file__).parent.parent / "histories"
DEFINITIONS = "definitions.json"
ENDING = ".json.gz"


def histories(process: str = "*") -> list[Path]:
    """Every recorded history, or those of one type."""
    return sorted(FOLDER.glob(f"{process}/*{ENDING}"))


def named(file: Path) -> str:
    """The scenario that a history is of."""
    return file.name.removesuffix(ENDING)


def read(file: Path) -> WorkflowHistory:
    """A history as it was fetched."""
    stored = json.loads(gzip.decompress(file.read_bytes()))
    return WorkflowHistory.from_json(stored["workflow_id"], stored["history"])


@cache
def released() -> Sequence[Definition]:
    """Every definition under which something was recorded."""
    files = sorted(FOLDER.glob(f"*/{DEFINITIONS}"))
    recorded = (each for file in files for each in json.loads(file.read_text()))
    return [Definition.from_canonical(each) for each in recorded]


def replay(file: Path, definitions: Catalog) -> WorkflowReplayResult:
    """The history against today's code, with the definitions of its day."""
    key = OKPKey.import_key(public_half(new_signing_key()))
    configure(Configuration(definitions.with_released(released()), key))
    loop = Loop()
    try:
        return loop.run(replayed(read(file)))
    finally:
        loop.close()


async def replayed(history: WorkflowHistory) -> WorkflowReplayResult:
    """As a worker that takes the process over."""
    replayer = Replayer(
        workflows=[*catalog.PROCESSES.values(), Lifecycle],
        data_converter=data_converter(PAYLOAD_KEY),
        workflow_runner=runner(),
    )
    return await replayer.replay_workflow(history, raise_on_replay_failure=False)


def record(process: str, name: str, case: Case) -> None:
    """Write the history and the definition it ran under."""
    folder = FOLDER / process
    folder.mkdir(parents=True, exist_ok=True)
    history: Any = case.office.loop.run(case.handle.fetch_history())
    stored = {"workflow_id": case.handle.id, "history": history.to_json_dict()}
    packed = gzip.compress(json.dumps(stored).encode(), mtime=0)
    (folder / f"{name}{ENDING}").write_bytes(packed)
    definitions = folder / DEFINITIONS
    known = json.loads(definitions.read_text()) if definitions.exists() else []
    canonical = case.office.catalog.get(process).canonical()
    if canonical not in known:
        definitions.write_text(json.dumps([*known, canonical], indent=1, ensure_ascii=False) + "\n")


def main() -> int:
    """Replay everything; the exit status is the number of histories that failed."""
    files, shipped = histories(), definitions()
    failed = [file for file in files if replay(file, shipped).replay_failure is not None]
    print(f"{len(files) - len(failed)} of {len(files)} replay.", *map(str, failed))
    return len(failed)


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    os._exit(status)  # The engine's own threads may touch Python while it is being torn down.
