"""Posting through the domain, the same database function by plain psycopg, and SQL by hand.

All make the same transactions: begin, name the tenant, post, commit. Each gives the facts its own
form within the time that is measured: the domain its journal entries, the floor plain dicts. A call
posts what one day of the year brought; a case beside it spreads each call over the whole year.
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
# The machine of the first measurements gave 14,750 entries/s by hand where 12,000 are required.
BY_HAND_LEAST = 12_000 / 14_750


@dataclass(frozen=True, slots=True)
class Shape:
    """Entries a call and postings an entry; `calls` make a round."""

    entries: int
    postings: int
    calls: int
    quick_calls: int
    is_spread: bool = False

    def __str__(self) -> str:
        entries = "1 entry" if self.entries == 1 else f"{self.entries:,} entries"
        spread = ", any days" if self.is_spread else ""
        return f"{entries} a call, {self.postings} postings{spread}"

    def drawn(self, random: Random) -> list[Fact]:
        """What one call posts."""
        days = drawing.DAYS if self.is_spread else [random.choice(drawing.DAYS)]
        return drawing.drawn(random, self.entries, postings=self.postings, days=days)


SINGLE, HUNDRED, THOUSAND = Shape(1, 2, 300, 50), Shape(100, 2, 30, 3), Shape(1000, 2, 12, 1)
SHAPES = (
    SINGLE, HUNDRED, THOUSAND, Shape(1000, 2, 4, 1, is_spread=True),
    Shape(1, 5, 300, 50), Shape(100, 5, 10, 2), Shape(1000, 5, 3, 1),
)  # fmt: skip
LEAST = {SINGLE: 0.75, HUNDRED: 0.9, THOUSAND: 0.9}

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
    with sides(ground, book) as sides_then:
        for number in range(2):
            turn(sides_then, ground.meter, number, quick=quick)
    ground.analyze()
    with sides(ground, book) as sides_now:
        for number in range(rounds + 1):
            found = turn(sides_now, ground.meter, number, quick=quick)
            if number:
                rates += found[0]
                spent += found[1]
    marks = [Mark(str(shape), FLOOR, least) for shape, least in LEAST.items()]
    marks.append(Mark(str(THOUSAND), BY_HAND, BY_HAND_LEAST))
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
    sides: dict[str, Side], meter: Meter, number: int, *, quick: bool
) -> tuple[list[Measured], list[Measured]]:
    """Every shape on every side; each turn another side goes first."""
    random = Random(number)
    rates, spent = [], []
    names = list(sides)
    names = names[number % 3 :] + names[: number % 3]
    for shape in SHAPES:
        calls = shape.quick_calls if quick else shape.calls
        for name in names:
            batches = [shape.drawn(random) for _ in range(calls)]
            seconds, cpu = one_round(sides[name], meter, batches)
            entries = shape.entries * calls
            rates.append(Measured(str(shape), name, entries / seconds))
            spent.append(Measured(str(shape), name, 1e6 * cpu / entries))
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
