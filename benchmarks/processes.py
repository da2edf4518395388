"""The invoice process against a bare workflow with the same primitives on the same server."""

import asyncio
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import unified_diff
from itertools import islice

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from benchmarks import arena as arenas
from benchmarks import books
from benchmarks.arena import FLOOR, Arena
from benchmarks.driving import Driver
from benchmarks.figures import Round, Timing
from benchmarks.invoices import Invoice, numbered
from benchmarks.meter import FLOOR_WORKER
from local.members import WORKER

# Processes of one round, by how many run at a time.
PER_ROUND = {1: 16, 32: 64}
WARM_UP = 32


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


def run(*, rounds: int, at_a_time: Sequence[int], sides: Sequence[str]) -> Outcome:
    """Start a stack, let the sides take turns, check the books after every round, stop it."""
    with arenas.stack() as running:
        settings = arenas.settings_of(running)

        async def inside() -> Outcome:
            async with arenas.arena(running, settings) as arena:
                return await contest(arena, rounds, at_a_time, sides)

        return asyncio.run(inside())


async def contest(
    arena: Arena, rounds: int, at_a_time: Sequence[int], sides: Sequence[str]
) -> Outcome:
    """Warm up, then the sides in turn. Each round, the other side goes first."""
    invoices = numbered(arena.definition, date.today())
    last = {side: await warmed_up(arena, side, invoices) for side in sides}
    shapes = {
        side: await shape(client, last[side])
        for side, client in arena.clients.items()
        if side in last
    }
    done = []
    for number in range(rounds):
        for width in at_a_time:
            for side in sides if number % 2 == 0 else reversed(sides):
                count = PER_ROUND.get(width, 5 * width)
                one = await one_round(arena, side, width, list(islice(invoices, count)))
                told = f"round {number + 1} of {rounds}, {width} at a time, {side}"
                print(f"{told}: {one.per_second:.1f} processes/s", file=sys.stderr, flush=True)
                done.append(one)
    return Outcome(tuple(done), shapes)


async def warmed_up(arena: Arena, side: str, invoices: Iterator[Invoice]) -> str:
    """A round that does not count; the number of its last invoice."""
    warm = list(islice(invoices, WARM_UP))
    await one_round(arena, side, WARM_UP, warm)
    return warm[-1].number


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


async def one_round(arena: Arena, side: str, at_a_time: int, batch: list[Invoice]) -> Round:
    """Drive a batch, so many at a time, and see that the books are right."""
    expected = await asyncio.to_thread(books.standing, arena.engine, arena.tenant, arena.bank_url)
    if side != FLOOR:
        expected = expected.after(len(batch), sum(invoice.total for invoice in batch))
    before, started = arena.meter.read(), time.perf_counter()
    timings = await driven(arena.drivers[side], at_a_time, batch)
    seconds, cpu = time.perf_counter() - started, arena.meter.since(before)
    found = await asyncio.to_thread(books.standing, arena.engine, arena.tenant, arena.bank_url)
    books.check(expected, found)
    workers = {name: cpu.pop(name) for name in (WORKER, FLOOR_WORKER)}
    cpu[WORKER] = workers[FLOOR_WORKER if side == FLOOR else WORKER]
    return Round(side, at_a_time, seconds, tuple(timings), cpu)


async def driven(driver: Driver, at_a_time: int, batch: list[Invoice]) -> list[Timing]:
    """A closed loop: whoever finished takes the next invoice."""
    waiting = iter(batch)
    timings: list[Timing] = []

    async def loop() -> None:
        for invoice in waiting:
            timings.append(await driver.drive(invoice))

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
