"""One hot account: all entries credit it, from callers at the same time.

Beside it, the most that one row of a balance takes: its update and nothing else, committed.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID, uuid4

import psycopg

from benchmarks.ledger import facts as drawing
from benchmarks.ledger.comparison import OURS, BooksDisagree, Comparison, Measured
from benchmarks.ledger.facts import ACCOUNTS, CODES, DAYS, Fact
from benchmarks.ledger.ground import MOST_CALLERS, Book, Ground, plain_url, require
from domain.database import transaction, with_json
from domain.ledger import book as books

ONE_ROW, SPLIT = "one row updated by hand", "ours, 16 slots"
CALLERS = (1, 4, MOST_CALLERS)
TENANT = UUID("0190b000-0000-7000-8000-000000000002")
SPLIT_TENANT = UUID("0190b000-0000-7000-8000-000000000003")
# The account after the others is the hot one.
HOT = ACCOUNTS
HOT_CODES = [*CODES, "HOT"]
OPEN = with_json("SELECT ledger_open_account(:company, :stated)", "stated")
ROW = "CREATE TABLE hot_row (id integer PRIMARY KEY, credit bigint NOT NULL) WITH (fillfactor = 60)"
UPDATE = "UPDATE hot_row SET credit = credit + %s WHERE id = 1"

Round = Callable[[int, int], float]


def run(ground: Ground, *, rounds: int, quick: bool) -> Comparison:
    """Entries per second of each caller count, plain, split in slots, and the row alone."""
    posts = 60 if quick else 600
    found = []
    with ExitStack() as stack:
        row = Row([stack.enter_context(connection) for connection in connections(ground)])
        sides: dict[str, Round] = {
            ONE_ROW: row.round,
            OURS: Hot(opened(ground, TENANT, slots=1)).round,
            SPLIT: Hot(opened(ground, SPLIT_TENANT, slots=16)).round,
        }
        for number in range(rounds + 1):
            for callers in CALLERS:
                for name in list(sides) if number % 2 else reversed(sides):
                    each = posts // callers
                    seconds = sides[name](callers, each)
                    rate = callers * each / seconds
                    found += [Measured(case(callers), name, rate)] if number else []
    return Comparison(title="One hot account, entries", unit="/s", measured=tuple(found))


def opened(ground: Ground, tenant: UUID, *, slots: int) -> Book:
    """A book with a hot account of so many slots."""
    book = ground.book(tenant)
    stated = {"code": HOT_CODES[HOT], "title": "Hot", "kind": "income", "slots": slots}
    stated["opened_on"] = DAYS[0].isoformat()
    with transaction(ground.owner, tenant) as connection:
        connection.execute(OPEN, {"company": book.tenant.company, "stated": stated})
    return book


@dataclass(frozen=True, slots=True)
class Hot:
    """Sales on the hot account through the domain."""

    book: Book

    def round(self, callers: int, each: int) -> float:
        """Seconds for `each` posts of every caller; the book has then grown by just that."""
        work = [sales(Random(caller), each) for caller in range(callers)]
        amount = sum(map(drawing.debits, work))
        expected = self.book.standing().after(callers * each, amount)
        seconds = at_once(self.post, work)
        require(expected, self.book.standing())
        return seconds

    def post(self, facts: Sequence[Fact], _caller: int) -> None:
        """One after another."""
        company = self.book.tenant.company
        for fact in facts:
            with transaction(self.book.engine, self.book.tenant.id) as connection:
                item = drawing.item(fact, company, HOT_CODES)
                books.post(connection, item.entry, key=item.key)


@dataclass(frozen=True, slots=True)
class Row:
    """The balance row alone, a connection for each caller."""

    connections: Sequence[psycopg.Connection[Any]]

    def round(self, callers: int, each: int) -> float:
        """Seconds for `each` updates of every caller."""
        before = self.credit()
        seconds = at_once(self.update, [[1] * each] * callers)
        if self.credit() != before + callers * each:
            raise BooksDisagree(f"The row has {self.credit()}, before it had {before}.")
        return seconds

    def update(self, amounts: Sequence[int], caller: int) -> None:
        """One after another, each committed."""
        connection = self.connections[caller]
        for amount in amounts:
            with connection.transaction():
                connection.execute(UPDATE, [amount])

    def credit(self) -> int:
        """What the row holds."""
        row = self.connections[0].execute("SELECT credit FROM hot_row").fetchone()
        self.connections[0].commit()
        assert row
        return int(row[0])


def at_once(post: Callable[[Any, int], None], work: Sequence[Any]) -> float:
    """Seconds until every caller, a thread each, has done its part."""
    with ThreadPoolExecutor(len(work)) as pool:
        started = time.perf_counter()
        for done in [pool.submit(post, part, caller) for caller, part in enumerate(work)]:
            done.result()
        return time.perf_counter() - started


def sales(random: Random, count: int) -> list[Fact]:
    """Any account debited, the hot one credited."""
    found = []
    for _ in range(count):
        amount = random.randint(1_00, 100_000_00)
        legs = ((random.randrange(ACCOUNTS), amount), (HOT, -amount))
        found.append(Fact(str(uuid4()), random.choice(DAYS), legs))
    return found


def connections(ground: Ground) -> list[psycopg.Connection[Any]]:
    """One for each caller, to a table of one row."""
    with psycopg.connect(plain_url(ground.owner)) as owner:
        owner.execute(ROW)
        owner.execute("INSERT INTO hot_row VALUES (1, 0)")
        owner.execute("GRANT SELECT, UPDATE ON hot_row TO kontor_app")
    return [psycopg.connect(ground.application_url) for _ in range(MOST_CALLERS)]


def case(callers: int) -> str:
    """Its name."""
    return "1 caller" if callers == 1 else f"{callers} callers"
