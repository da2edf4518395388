"""A long activity tells the engine that it goes on, so that a worker that dies is noticed soon."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio import activity

BEAT_SECONDS = 3


@asynccontextmanager
async def beating() -> AsyncIterator[None]:
    """Tell the engine that the work goes on, as long as it does."""

    async def beat() -> None:
        while True:
            activity.heartbeat()
            await asyncio.sleep(BEAT_SECONDS)

    running = asyncio.create_task(beat())
    try:
        yield
    finally:
        running.cancel()
