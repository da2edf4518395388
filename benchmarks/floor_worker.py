"""The floor's worker: `python -m benchmarks.floor_worker ADDRESS NAMESPACE QUEUE DATABASE`.

DATABASE is where the floor of lifecycles writes its rows; empty where that is not run. It ends when
its input does. The workflows live in other modules, so that the sandbox passes them through as it
passes ours: a workflow in `__main__` would be imported anew for every run.
"""

import asyncio
import os
import sys
from concurrent.futures import ThreadPoolExecutor

from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from benchmarks import floor
from benchmarks.lifecycle_floor import Paper, Rows
from workflows.sandboxing import LIBRARIES, OURS
from workflows.worker import ACTIVITY_SLOTS, TUNING


async def main(address: str, namespace: str, queue: str, database: str) -> None:
    """One worker process with the options of ours, until the input ends."""
    passed = SandboxRestrictions.default.with_passthrough_modules("benchmarks", *OURS, *LIBRARIES)
    rows = Rows(database)
    written = [rows.open_row, rows.decide_row, rows.post_row] if database else []
    worker = Worker(
        await floor.connect(address, namespace),
        task_queue=queue,
        workflows=[floor.Bare, Paper],
        activities=[*floor.ACTIVITIES, *written],
        activity_executor=ThreadPoolExecutor(ACTIVITY_SLOTS),
        workflow_runner=SandboxedWorkflowRunner(restrictions=passed),
        **TUNING,
    )
    async with worker:
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:5]))
    os._exit(0)  # The engine's own threads may touch Python while it is being torn down.
