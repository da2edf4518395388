"""Sides take turns at driving processes to their end; after each round the books are checked."""

import asyncio
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from itertools import islice
from typing import Any, Generic, Protocol, TypeVar

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from benchmarks import books
from benchmarks.figures import Round, Timing
from benchmarks.meter import FLOOR_WORKER, Meter
from local.members import WORKER

FLOOR, ENGINE, REST = "floor", "engine", "rest"
# Processes of one round, by how many run at a time.
PER_ROUND = {1: 16, 32: 64}
WARM_UP = 32


class Numbered(Protocol):
    """What a process is about: the number is the end of the workflow's id."""

    @property
    def number(self) -> str: ...


Item = TypeVar("Item", bound=Numbered)
Taken = TypeVar("Taken", contravariant=True)


class Driver(Protocol[Taken]):
    """Takes one item from its start to its end; returns what it took."""

    async def drive(self, item: Taken, /) -> Timing: ...


@dataclass(frozen=True, slots=True)
class Shape:
    """What one process left in the engine: its events in order and their bytes."""

    events: tuple[str, ...]
    size: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """Every round, and the shape of one process by side."""

    rounds: tuple[Round, ...]
    shapes: dict[str, Shape]


@dataclass(frozen=True, slots=True)
class Contest(Generic[Item]):
    """The sides, the items for all of them, and what the books must say after so many more.

    `standing` reads the books; `after` tells from that and the items of a side what must stand.
    """

    drivers: Mapping[str, Driver[Item]]
    clients: Mapping[str, Client]
    meter: Meter
    items: Iterator[Item]
    standing: Callable[[], Any]
    after: Callable[[Any, str, Sequence[Item]], Any]
    warm_up: int = WARM_UP

    async def run(
        self, rounds: int, at_a_time: Sequence[int], per_round: Mapping[int, int] = PER_ROUND
    ) -> Outcome:
        """Warm up, then the sides in turn. Each round, the other side goes first."""
        sides = list(self.drivers)
        last = {side: await self.warmed_up(side) for side in sides}
        shapes = {
            side: await shape(client, last[side])
            for side, client in self.clients.items()
            if side in last
        }
        done = []
        for number in range(rounds):
            for width in at_a_time:
                for side in sides if number % 2 == 0 else reversed(sides):
                    batch = list(islice(self.items, per_round.get(width, 5 * width)))
                    one = await self.round(side, width, batch)
                    told = f"round {number + 1} of {rounds}, {width} at a time, {side}"
                    print(f"{told}: {one.per_second:.1f} processes/s", file=sys.stderr, flush=True)
                    done.append(one)
        return Outcome(tuple(done), shapes)

    async def warmed_up(self, side: str) -> str:
        """A round that does not count; the number of its last item."""
        warm = list(islice(self.items, self.warm_up))
        await self.round(side, self.warm_up, warm)
        return warm[-1].number

    async def round(self, side: str, at_a_time: int, batch: list[Item]) -> Round:
        """Drive a batch, so many at a time, and see that the books are right."""
        expected = self.after(await asyncio.to_thread(self.standing), side, batch)
        before, started = self.meter.read(), time.perf_counter()
        timings = await driven(self.drivers[side], at_a_time, batch)
        seconds, cpu = time.perf_counter() - started, self.meter.since(before)
        books.check(expected, await asyncio.to_thread(self.standing))
        workers = {name: cpu.pop(name) for name in (WORKER, FLOOR_WORKER)}
        cpu[WORKER] = workers[FLOOR_WORKER if side == FLOOR else WORKER]
        return Round(side, at_a_time, seconds, tuple(timings), cpu)


async def shape(client: Client, ending: str) -> Shape:
    """The history of the process whose id ends so."""
    while True:
        async for found in client.list_workflows("ExecutionStatus = 'Completed'"):
            if found.id.endswith(ending):
                history = await client.get_workflow_handle(found.id).fetch_history()
                names = [
                    EventType.Name(e.event_type).removeprefix("EVENT_TYPE_") for e in history.events
                ]
                return Shape(tuple(names), sum(e.ByteSize() for e in history.events))
        await asyncio.sleep(0.2)


async def driven(driver: Driver[Item], at_a_time: int, batch: list[Item]) -> list[Timing]:
    """A closed loop: whoever finished takes the next item."""
    waiting = iter(batch)
    timings: list[Timing] = []

    async def loop() -> None:
        for item in waiting:
            timings.append(await driver.drive(item))

    async with asyncio.TaskGroup() as group:
        for _ in range(at_a_time):
            group.create_task(loop())
    return timings


def differences(shapes: dict[str, Shape]) -> list[str]:
    """Where the events of the sides differ from the floor's; nothing when they are the same."""
    floor = shapes[FLOOR].events
    return [
        f"{side}: {line}"
        for side, each in shapes.items()
        for line in unified_diff(floor, each.events, lineterm="", n=0)
        if line[0] in "+-" and line[:3] not in ("+++", "---")
    ]
