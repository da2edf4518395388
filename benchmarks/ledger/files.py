"""Ledgers that are files: beancount and hledger read all of one for every report.

Ours does that too: its preview of a table checks every row against the book and tells the balances,
and keeps nothing. Then it imports the table once, durably, and answers from the book.
"""

import shutil
import subprocess
import time
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from uuid import UUID

from benchmarks.ledger import facts as drawing
from benchmarks.ledger import importing
from benchmarks.ledger.comparison import OURS, BooksDisagree, Comparison, Mark, Measured
from benchmarks.ledger.facts import CODES, DAYS, Fact
from benchmarks.ledger.ground import Ground
from benchmarks.ledger.peers import Peer, peer, reported

BEANCOUNT, HLEDGER = "beancount", "hledger"
ENTRIES, QUICK_ENTRIES = 100_000, 2_000
READ, AGAIN, KEPT = "read and reported", "reported again", "kept and reported"
TENANTS = UUID("0190b000-0000-7000-8000-0000000f0000")


def run(ground: Ground, *, rounds: int, quick: bool) -> Comparison:
    """Milliseconds until the first report of balances, and for the next one once we keep them."""
    count = QUICK_ENTRIES if quick else ENTRIES
    facts = drawing.drawn(Random(0), count)
    found = []
    with TemporaryDirectory() as folder, peer("beancount_peer") as beancount:
        bean, journal = written(Path(folder), facts)
        table = importing.written(Path(folder) / "entries.csv", facts)
        for number in range(rounds):
            found += read_by_beancount(beancount, bean)
            if shutil.which("hledger"):
                found += read_by_hledger(journal)
            found += imported_by_us(ground, table, number)
    sides = {each.side for each in found} - {OURS}
    absent = () if HLEDGER in sides else ("hledger is left out: there is no such program here.",)
    return Comparison(
        title=f"{count:,} entries of two postings, from nothing to a report of balances",
        unit="ms",
        measured=tuple(found),
        marks=tuple(Mark(case, side, 1) for side in sorted(sides) for case in (READ, AGAIN)),
        notes=(
            "A file is read again for each report; beancount's cache is off.",
            f"{KEPT}: posted under every rule, committed, then reported. The others keep nothing.",
            *absent,
        ),
    )


def read_by_beancount(beancount: Peer, path: Path) -> list[Measured]:
    """Load, then sum; the same again for the next report."""
    seconds = beancount.ask("load", path=str(path))
    whole = 1000 * (seconds["load"] + seconds["report"])
    return [Measured(case, BEANCOUNT, whole) for case in (READ, AGAIN)]


def read_by_hledger(path: Path) -> list[Measured]:
    """Its balance report."""
    started = time.perf_counter()
    command = ["hledger", "-f", str(path), "balance"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    whole = 1000 * (time.perf_counter() - started)
    if told.split()[-1] != "0":
        raise BooksDisagree("hledger's balances do not add up to nothing.")
    return [Measured(case, HLEDGER, whole) for case in (READ, AGAIN)]


def imported_by_us(ground: Ground, table: Path, number: int) -> list[Measured]:
    """A preview; then into a new book from a table of its own, and a trial balance, twice."""
    book = ground.book(UUID(int=TENANTS.int + number))
    started = time.perf_counter()
    importing.preview(book, table)
    looked = time.perf_counter()
    importing.load(book, table)
    loading, first, second = time.perf_counter() - looked, reported(book), reported(book)
    told = {READ: looked - started, KEPT: loading + first, AGAIN: second}
    return [Measured(case, OURS, 1000 * seconds) for case, seconds in told.items()]


def written(folder: Path, facts: list[Fact]) -> tuple[Path, Path]:
    """The same entries as each of the two reads them."""
    bean, journal = folder / "book.beancount", folder / "book.journal"
    with bean.open("w") as file:
        file.writelines(f"{DAYS[0]} open Assets:{code} INR\n" for code in CODES)
        for fact in facts:
            file.write(f'{fact.day} * "Sale of goods"\n')
            file.writelines(f"  Assets:{leg}\n" for leg in legs(fact))
    with journal.open("w") as file:
        for fact in facts:
            file.write(f"{fact.day} Sale of goods\n")
            file.writelines(f"  assets:{leg}\n" for leg in legs(fact))
            file.write("\n")
    return bean, journal


def legs(fact: Fact) -> list[str]:
    """Account and amount in rupees."""
    return [f"{CODES[number]}  {drawing.rupees(paise)} INR" for number, paise in fact.legs]
