"""What questions cost a book of a million postings, and one of five: sums are read, not rows."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sqlalchemy import Connection

from benchmarks.ledger import volume
from benchmarks.ledger.comparison import Comparison, Limit, Mark, Measured
from benchmarks.ledger.facts import DAYS
from benchmarks.ledger.ground import Book, Ground
from config.settings import ROOT
from domain.database import transaction
from domain.ledger import accounts, statements
from domain.ledger.subledger.ageing import ageing
from domain.reports import catalog
from domain.reports.request import ReportRequest

SIZES, QUICK_SIZES = (1_000_000, 5_000_000), (20_000, 100_000)
MIDDLE, LAST = DAYS[182], DAYS[-1]
REPETITIONS = 15
ACCOUNT_NOW = "balance of the busiest account"
ACCOUNT_THEN = "the same in mid-year"
TRIAL = "trial balance"
REPORTS = ("profit and loss", "balance sheet", "ageing", "ageing in mid-year")
LONGEST_BALANCE, LONGEST_REPORT = 5.0, 200.0
# At five times the postings, less than half as slow again: what does not grow, and its scatter.
FLAT = 2 / 3

Question = Callable[[Connection], Any]


def run(ground: Ground, *, quick: bool) -> Comparison:
    """Milliseconds of each question, at each size."""
    small, large = QUICK_SIZES if quick else SIZES
    book = volume.opened(ground)
    found, held = [], 0
    for postings in (small, large):
        volume.grow(ground, book, held=held, postings=postings)
        held = postings
        if postings == small:
            volume.prove(book, postings=postings)
        for name, ask in questions(book).items():
            found += [Measured(name, side(postings), each) for each in asked(book, ask)]
    return Comparison(
        title="Questions to a book of 1,000 accounts", unit="ms", measured=tuple(found),
        marks=tuple(
            Mark(name, side(small), FLAT, side=side(large))
            for name in (TRIAL, ACCOUNT_NOW, ACCOUNT_THEN)
        ),
        limits=(
            *(Limit(name, LONGEST_BALANCE, side(size)) for size in (small, large)
              for name in (TRIAL, ACCOUNT_NOW, ACCOUNT_THEN)),
            *(Limit(name, LONGEST_REPORT, side(small)) for name in REPORTS),
        ),
        notes=(f"The busiest account has {large // 5:,} postings at {large:,}.",),
    )  # fmt: skip


def questions(book: Book) -> Mapping[str, Question]:
    """By name."""
    company = book.tenant.company
    reports = catalog.load(ROOT / "config" / "statements")
    profit = ReportRequest(since=DAYS[0], until=LAST)

    def made(name: str, request: ReportRequest, connection: Connection) -> Any:
        return reports.make(connection, name, company, request)

    with transaction(book.engine, book.tenant.id) as connection:
        busy = accounts.named(connection, company, volume.BUSY).id
    return {
        TRIAL: partial(statements.trial_balance, company=company),
        "trial balance in mid-year": partial(
            statements.trial_balance, company=company, as_of=MIDDLE
        ),
        ACCOUNT_NOW: partial(statements.balance, account=busy),
        ACCOUNT_THEN: partial(statements.balance, account=busy, as_of=MIDDLE),
        REPORTS[0]: partial(made, "profit-and-loss", profit),
        REPORTS[1]: partial(made, "balance-sheet", ReportRequest(as_of=LAST)),
        REPORTS[2]: partial(ageing, company=company, as_of=LAST),
        REPORTS[3]: partial(ageing, company=company, as_of=MIDDLE),
    }


def asked(book: Book, ask: Question) -> list[float]:
    """Milliseconds of each repetition within its transaction; the first two warm up."""
    found = []
    for _ in range(REPETITIONS + 2):
        with transaction(book.engine, book.tenant.id) as connection:
            started = time.perf_counter()
            ask(connection)
            found.append(1000 * (time.perf_counter() - started))
    return found[2:]


def side(postings: int) -> str:
    """Its name."""
    return f"{postings:,} postings"
