"""Other ledgers on the same server, or reading files, against ours. They run in .bench-venv."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

from benchmarks.ledger import facts as drawing
from benchmarks.ledger.comparison import OURS, BooksDisagree, Comparison, Mark, Measured
from benchmarks.ledger.facts import Fact
from benchmarks.ledger.ground import Book, Ground, plain_url, require
from benchmarks.ledger.posting import Domain
from config.settings import ROOT
from domain.database import transaction
from domain.ledger.statements import trial_balance

PYTHON = ROOT / ".bench-venv" / "bin" / "python"
HORDAK, ACCOUNTING = "django-hordak", "python-accounting"
MODULES = {HORDAK: "hordak_peer", ACCOUNTING: "accounting_peer"}
TENANT = UUID("0190b000-0000-7000-8000-000000000004")
# As many accounts as hordak is given.
ACCOUNTS = 100
SINGLE, BATCH, REPORT = "1 entry a call", "1,000 entries a call", "trial balance"


@dataclass(frozen=True, slots=True)
class Peer:
    """A process that answers requests."""

    name: str
    process: "subprocess.Popen[str]"

    def ask(self, do: str, **request: Any) -> dict[str, float]:
        """Its answer. Raises BooksDisagree when it ends instead."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps({"do": do, **request}) + "\n")
        self.process.stdin.flush()
        return self.heard()

    def heard(self) -> dict[str, float]:
        """The next line it says."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise BooksDisagree(f"{self.name} ended; its message stands above.")
        answer: dict[str, float] = json.loads(line)
        return answer


@contextmanager
def peer(module: str, *arguments: str) -> Iterator[Peer]:
    """A peer's process, ready. It ends when its input does."""
    command = [str(PYTHON), "-m", f"benchmarks.peers.{module}", *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        started = Peer(module, process)
        started.heard()
        yield started
        assert process.stdin
        process.stdin.close()


def are_installed() -> bool:
    """Whether there is an environment with peers."""
    return PYTHON.exists()


def run(ground: Ground, *, rounds: int, quick: bool) -> tuple[Comparison, ...]:
    """Rates of posting, and the time of a trial balance once all books are filled."""
    singles, batches, postings = (10, 1, 8_000) if quick else (100, 3, 100_000)
    rates: list[Measured] = []
    times: list[Measured] = []
    book = ground.book(TENANT)
    with ExitStack() as stack:
        peers = {
            name: stack.enter_context(peer(module, database(ground, module)))
            for name, module in MODULES.items()
        }
        ours = Ours(book)
        for number in range(rounds + 1):
            turn = posts(ours, peers, singles, batches, number)
            rates += turn if number else []
        for each in peers.values():
            each.ask("fill", postings=postings)
        ours.fill(postings)
        ground.analyze()
        for number in range(rounds + 1):
            found = {name: each.ask("trial_balance")["seconds"] for name, each in peers.items()}
            found[OURS] = reported(book)
            case = f"{REPORT}, {postings:,} postings"
            times += [Measured(case, *each) for each in scaled(found)] if number else []
    marks = [Mark(SINGLE, name, 1) for name in MODULES]
    return (
        Comparison(
            title="Peers on the same server, entries of two postings", unit="/s",
            measured=tuple(rates), marks=(*marks, Mark(BATCH, HORDAK, 1)),
        ),
        Comparison(
            title="Peers on the same server, reports", unit="ms", measured=tuple(times),
            marks=tuple(Mark(case, name, 1) for name in MODULES),
        ),
    )  # fmt: skip


def posts(
    ours: "Ours", peers: dict[str, Peer], singles: int, batches: int, number: int
) -> list[Measured]:
    """Everyone posts, single entries and batches where it has them; each turn another begins."""
    todo: list[tuple[str, str, Callable[[], float]]] = [
        (SINGLE, name, partial(theirs, each, "single", singles)) for name, each in peers.items()
    ]
    todo.append((SINGLE, OURS, partial(ours.posts, [1] * singles, number)))
    todo.append((BATCH, HORDAK, partial(theirs, peers[HORDAK], "batch", batches, size=1_000)))
    todo.append((BATCH, OURS, partial(ours.posts, [1_000] * batches, number)))
    start = number % len(todo)
    return [Measured(case, side, post()) for case, side, post in todo[start:] + todo[:start]]


def scaled(seconds: dict[str, float]) -> list[tuple[str, float]]:
    """In milliseconds."""
    return [(name, 1000 * each) for name, each in seconds.items()]


def theirs(peer: Peer, do: str, count: int, size: int = 1) -> float:
    """Entries a second of a peer, whose book has then grown by just that."""
    before = peer.ask("standing")["entries"]
    sized = {} if size == 1 else {"size": size}
    seconds = peer.ask(do, count=count, **sized)["seconds"]
    grown = peer.ask("standing")["entries"] - before
    if grown != count * size:
        raise BooksDisagree(f"{peer.name}: {grown} more entries, not {count * size}.")
    return count * size / seconds


@dataclass(frozen=True, slots=True)
class Ours:
    """Our book, driven as the peers are."""

    book: Book

    def posts(self, sizes: Sequence[int], seed: int) -> float:
        """Entries a second."""
        random = Random(seed)
        work = [drawing.drawn(random, size, accounts=ACCOUNTS) for size in sizes]
        return sum(sizes) / self.seconds(work)

    def seconds(self, work: Sequence[Sequence[Fact]]) -> float:
        """Seconds to post, a transaction for each; the book has then grown by just that."""
        post = Domain(self.book).post
        expected = self.book.standing()
        for facts in work:
            expected = expected.after(len(facts), drawing.debits(facts))
        started = time.perf_counter()
        for facts in work:
            post(facts)
        seconds = time.perf_counter() - started
        require(expected, self.book.standing())
        return seconds

    def fill(self, postings: int) -> None:
        """Up to so many postings in all."""
        missing = postings // 2 - self.book.standing().entries
        while missing > 0:
            self.posts([min(1_000, missing)], missing)
            missing -= 1_000


def reported(book: Book) -> float:
    """Seconds for a trial balance."""
    company = book.tenant.company
    with transaction(book.engine, book.tenant.id) as connection:
        started = time.perf_counter()
        found = trial_balance(connection, company)
        seconds = time.perf_counter() - started
    if not found.base_debit == found.base_credit > 0:
        raise BooksDisagree(f"Debits {found.base_debit}, credits {found.base_credit}.")
    return seconds


def database(ground: Ground, name: str) -> str:
    """The address of a new database on our server."""
    with ground.owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    return plain_url(ground.owner).replace("/kontor", f"/{name}")
