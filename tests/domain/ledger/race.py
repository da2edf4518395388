"""Threads that start together."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

Result = TypeVar("Result")


def at_once(calls: Iterable[Callable[[], Result]]) -> list[Result]:
    """What each call returned. They start when the last one is ready. Raises what one raised."""
    waiting = list(calls)
    start = Barrier(len(waiting))

    def run(call: Callable[[], Result]) -> Result:
        start.wait()
        return call()

    with ThreadPoolExecutor(len(waiting)) as threads:
        return [each.result() for each in [threads.submit(run, call) for call in waiting]]
