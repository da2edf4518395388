"""A table of entries imported, looked at first and then posted, against a bare COPY of it."""

import csv
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from uuid import UUID

from rich.console import Console
from rich.progress import Progress

from benchmarks.ledger import copy_floor
from benchmarks.ledger import facts as drawing
from benchmarks.ledger.comparison import OURS, BooksDisagree, Comparison, Mark, Measured
from benchmarks.ledger.copy_floor import CopyFloor
from benchmarks.ledger.facts import CODES, NARRATION, Fact
from benchmarks.ledger.ground import Book, Ground, Standing, require
from domain.database import transaction
from domain.ledger.transfer import loading
from domain.ledger.transfer.loading import Source
from domain.ledger.transfer.mapping import Columns

FLOOR = "bare COPY"
TENANTS = UUID("0190b000-0000-7000-8000-0000000e0000")
ENTRIES, QUICK_ENTRIES = 500_000, 5_000
MOST_ROUNDS = 3
LEAST = 0.5
HEADER = ("reference", "day", "narration", "account", "amount")
COLUMNS = Columns(
    account="account", amount="amount", day="day", narration="narration", reference="reference"
)


def run(ground: Ground, *, rounds: int, quick: bool) -> Comparison:
    """Postings per second of both, each time into a new book."""
    count = QUICK_ENTRIES if quick else ENTRIES
    facts = drawing.drawn(Random(0), count)
    grown = Standing(0, 0, 0).after(count, drawing.debits(facts))
    case = f"{2 * count:,} postings of two an entry"
    copy_floor.lay_out(ground)
    found = []
    with TemporaryDirectory() as folder:
        table = written(Path(folder) / "entries.csv", facts)
        for number in range(min(rounds, MOST_ROUNDS)):
            book = ground.book(UUID(int=TENANTS.int + number))
            floor = CopyFloor(ground, book)
            sides = {FLOOR: partial(floor.load, table), OURS: partial(load, book, table)}
            for side in sides if number % 2 == 0 else reversed(sides):
                started = time.perf_counter()
                sides[side]()
                rate = 2 * count / (time.perf_counter() - started)
                found.append(Measured(case, side, rate))
            require(grown, floor.standing())
            require(grown, book.standing())
            ground.analyze()
    return Comparison(
        title="Import of a table, postings", unit="/s", measured=tuple(found),
        marks=(Mark(case, FLOOR, LEAST),),
        notes=("Ours looks at the whole table before it posts the first entry.",),
    )  # fmt: skip


def preview(book: Book, table: Path) -> None:
    """Every row against the book, and the balances that the table gives."""
    with transaction(book.engine, book.tenant.id) as connection:
        found = loading.preview(connection, book.tenant.company, Source(table, COLUMNS))
    told = sum(each.debit - each.credit for each in found.accounts)
    if found.refusals or told or not found.accounts:
        raise BooksDisagree(f"{len(found.refusals)} rows refused, balances out by {told}.")


def load(book: Book, table: Path) -> None:
    """As an activity imports, with its progress on the terminal."""
    own = partial(transaction, book.engine, book.tenant.id)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Importing")
        loading.load(
            own,
            book.tenant.company,
            Source(table, COLUMNS),
            person=book.tenant.person("asha"),
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )


def written(path: Path, facts: Sequence[Fact]) -> Path:
    """The entries as a table, a row for each posting."""
    with path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(HEADER)
        for fact in facts:
            head = (fact.key, fact.day.isoformat(), NARRATION)
            table.writerows(
                (*head, CODES[number], drawing.rupees(paise)) for number, paise in fact.legs
            )
    return path
