"""Posting through the domain, the same database function by plain psycopg, and SQL by hand.

All make the same transactions: begin, name the tenant, post, commit. Each gives the facts its own
form within the time that is measured: the domain its journal entries, the floor plain dicts.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID

import psycopg

from benchmarks.ledger import facts as drawing
from benchmarks.ledger import handwritten
from benchmarks.ledger.comparison import OURS, Comparison, Mark, Measured
from benchmarks.ledger.facts import Fact
from benchmarks.ledger.ground import Book, Ground, Standing, require
from benchmarks.ledger.handwritten import Handwritten
from benchmarks.meter import Meter
from domain.database import transaction
from domain.ledger import book as books
from domain.ledger.book import Mode
from local.members import POSTGRES

FLOOR, BY_HAND = "same function, psycopg", "SQL by hand"
TENANT = UUID("0190b000-0000-7000-8000-000000000001")
NAME_TENANT = "SELECT set_config('kontor.tenant', %s, true)"
POST = "SELECT * FROM ledger_post(%s::jsonb, %s)"
# Entries and postings a call, and how many calls make a round.
CALLS = {(1, 2): 300, (100, 2): 15, (1000, 2): 4, (1, 5): 300, (100, 5): 10, (1000, 5): 3}
QUICK_CALLS = {(1, 2): 50, (100, 2): 3, (1000, 2): 1, (1, 5): 50, (100, 5): 2, (1000, 5): 1}
# The machine of the first measurements gave 14,750 entries/s by hand where 12,000 are required.
BY_HAND_LEAST = 12_000 / 14_750
LEAST = {(1, 2): 0.75, (100, 2): 0.9, (1000, 2): 0.9}

Post = Callable[[Sequence[Fact]], None]


@dataclass(frozen=True, slots=True)
class Side:
    """A way to post, and the book it posts to."""

    post: Post
    standing: Callable[[], Standing]


def run(ground: Ground, *, rounds: int, quick: bool) -> tuple[Comparison, Comparison]:
    """Rates, and CPU of the server and of the caller. Rounds that warm up do not count."""
    rates: list[Measured] = []
    spent: list[Measured] = []
    handwritten.lay_out(ground)
    book = ground.book(TENANT)
    calls = QUICK_CALLS if quick else CALLS
    with sides(ground, book) as sides_then:
        for number in range(2):
            turn(sides_then, ground.meter, calls, number)
    ground.analyze()
    with sides(ground, book) as sides_now:
        for number in range(rounds + 1):
            found = turn(sides_now, ground.meter, calls, number)
            if number:
                rates += found[0]
                spent += found[1]
    marks = [Mark(case(*shape), FLOOR, least) for shape, least in LEAST.items()]
    marks.append(Mark(case(1000, 2), BY_HAND, BY_HAND_LEAST))
    return (
        Comparison(title="Posting, entries", unit="/s", measured=tuple(rates), marks=tuple(marks)),
        Comparison(title="CPU of the server, an entry", unit="µs", measured=tuple(spent)),
    )


@contextmanager
def sides(ground: Ground, book: Book) -> Iterator[dict[str, Side]]:
    """The three, on connections of their own."""
    with (
        psycopg.connect(ground.application_url) as plain,
        psycopg.connect(ground.application_url) as own,
    ):
        by_hand = Handwritten(own)
        yield {
            FLOOR: Side(Floor(plain, book).post, book.standing),
            BY_HAND: Side(by_hand.post, by_hand.standing),
            OURS: Side(Domain(book).post, book.standing),
        }


def turn(
    sides: dict[str, Side], meter: Meter, calls: dict[tuple[int, int], int], number: int
) -> tuple[list[Measured], list[Measured]]:
    """Every shape on every side; each turn another side goes first."""
    random = Random(number)
    rates, spent = [], []
    names = list(sides)
    names = names[number % 3 :] + names[: number % 3]
    for (size, postings), count in calls.items():
        for name in names:
            batches = [drawing.drawn(random, size, postings=postings) for _ in range(count)]
            seconds, cpu = one_round(sides[name], meter, batches)
            entries = size * count
            rates.append(Measured(case(size, postings), name, entries / seconds))
            spent.append(Measured(case(size, postings), name, 1e6 * cpu / entries))
    return rates, spent


def one_round(side: Side, meter: Meter, batches: Sequence[Sequence[Fact]]) -> tuple[float, float]:
    """Post, then see that the book grew by just that. Seconds, and CPU seconds of the server."""
    expected = side.standing()
    for facts in batches:
        expected = expected.after(len(facts), drawing.debits(facts))
    before, started = meter.read(), time.perf_counter()
    for facts in batches:
        side.post(facts)
    seconds, cpu = time.perf_counter() - started, meter.since(before)
    require(expected, side.standing())
    return seconds, cpu[POSTGRES]


def case(size: int, postings: int) -> str:
    """Its name."""
    entries = "1 entry" if size == 1 else f"{size:,} entries"
    return f"{entries} a call, {postings} postings"


@dataclass(frozen=True, slots=True)
class Domain:
    """As an activity posts."""

    book: Book

    def post(self, facts: Sequence[Fact]) -> None:
        """A single entry by `post`, more by `post_batch`."""
        company = self.book.tenant.company
        with transaction(self.book.engine, self.book.tenant.id) as connection:
            items = [drawing.item(fact, company) for fact in facts]
            if len(items) == 1:
                books.post(connection, items[0].entry, key=items[0].key)
            else:
                books.post_batch(connection, items, mode=Mode.ATOMIC)


@dataclass(frozen=True, slots=True)
class Floor:
    """As one would call the database's function by hand."""

    connection: psycopg.Connection[Any]
    book: Book

    def post(self, facts: Sequence[Fact]) -> None:
        """Plain dicts as JSON."""
        company = str(self.book.tenant.company)
        with self.connection.transaction():
            self.connection.execute(NAME_TENANT, [str(self.book.tenant.id)])
            items = json.dumps([drawing.plain(fact, company) for fact in facts])
            self.connection.execute(POST, [items, Mode.ATOMIC]).fetchall()
