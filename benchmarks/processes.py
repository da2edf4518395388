"""The invoice process against a bare workflow with the same primitives on the same server."""

import asyncio
from collections.abc import Sequence
from datetime import date
from functools import partial

from benchmarks import arena as arenas
from benchmarks import books
from benchmarks.arena import Arena
from benchmarks.books import Standing
from benchmarks.contest import FLOOR, Contest, Outcome
from benchmarks.invoices import Invoice, numbered


def run(*, rounds: int, at_a_time: Sequence[int], sides: Sequence[str]) -> Outcome:
    """Start a stack, let the sides take turns, check the books after every round, stop it."""
    with arenas.stack() as running:
        settings = arenas.settings_of(running)

        async def inside() -> Outcome:
            async with arenas.arena(running, settings) as arena:
                return await contest(arena, sides).run(rounds, at_a_time)

        return asyncio.run(inside())


def contest(arena: Arena, sides: Sequence[str]) -> Contest[Invoice]:
    """These sides, each with invoices of its own."""
    return Contest(
        drivers={side: arena.drivers[side] for side in sides},
        clients=arena.clients,
        meter=arena.meter,
        items=numbered(arena.definition, date.today()),
        standing=partial(books.standing, arena.engine, arena.tenant, arena.bank_url),
        after=after,
    )


def after(standing: Standing, side: str, batch: Sequence[Invoice]) -> Standing:
    """What must stand when a side is through: the floor leaves no trace in our books."""
    if side == FLOOR:
        return standing
    return standing.after(len(batch), sum(invoice.total for invoice in batch))
