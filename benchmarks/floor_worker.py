"""The floor's worker: `python -m benchmarks.floor_worker ADDRESS NAMESPACE QUEUE`.

It ends when its input does. The workflow lives in another module, so that the sandbox passes it
through as it passes ours: a workflow in `__main__` would be imported anew for every run.
"""

import asyncio
import os
import sys
from concurrent.futures import ThreadPoolExecutor

from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from benchmarks import floor
from workflows.worker import ACTIVITY_SLOTS, LIBRARIES, OURS, TUNING


async def main(address: str, namespace: str, queue: str) -> None:
    """One worker process with the options of ours, until the input ends."""
    passed = SandboxRestrictions.default.with_passthrough_modules("benchmarks", *OURS, *LIBRARIES)
    worker = Worker(
        await floor.connect(address, namespace),
        task_queue=queue,
        workflows=[floor.Bare],
        activities=floor.ACTIVITIES,
        activity_executor=ThreadPoolExecutor(ACTIVITY_SLOTS),
        workflow_runner=SandboxedWorkflowRunner(restrictions=passed),
        **TUNING,
    )
    async with worker:
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
    os._exit(0)  # The engine's own threads may touch Python while it is being torn down.
