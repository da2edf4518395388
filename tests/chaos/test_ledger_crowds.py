"""Numbers without a gap and floors that hold, though those who post are ended in mid-posting."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from uuid import UUID, uuid4, uuid5

import pytest
from sqlalchemy import text

from domain.database import transaction
from domain.ledger import book as books
from domain.ledger import holds, limits
from domain.ledger.entry import JournalEntry, Numbering, credit, debit
from domain.ledger.holds import Hold, Take
from domain.ledger.limits import Limit
from domain.refusal import Refusal
from sandbox.tenant import ADD_COMPANY, Tenant, as_owner, open_book, open_tenant
from tests.book import Book
from tests.chaos.ledger_crowd import Crowd, Killer
from tests.chaos.ledger_server import ANSWER, COMMIT, Server, ledger_server

SEEDS = range(int(os.environ.get("KONTOR_SEEDS", "50")))
POSTERS, VOUCHERS = 100, 4
YEARS = {"2025-26": date(2026, 3, 30), "2026-27": date(2026, 7, 1)}
TYPES = ("INV", "CN")
PATH = ("journal_entries", "postings", "balances", "holds", "hold_events", COMMIT, ANSWER)
DRAWS, DEPOSIT = 200, 50_000_00
FLOOR = "balance_must_stay_above_floor"

NUMBERS = text("""
    SELECT n.company_id, n.series, n.fiscal_year, n.sequence, n.number, e.effect_key, e.id
    FROM voucher_numbers n JOIN journal_entries e ON e.id = n.entry_id
""")
COUNTERS = text("SELECT company_id, series, fiscal_year, last_sequence FROM number_series")
KEYS = text("SELECT effect_key FROM journal_entries ORDER BY 1")


class ChangeOfMind(Exception):
    """Why a poster rolls back."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with ledger_server() as server:
        yield server


def opened(server: Server) -> Book:
    """The book of a new tenant."""
    database = server.database
    return Book(database, open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY))


def beside(book: Book) -> Book:
    """The book of another company of the tenant."""
    other = Book(book.database, book.tenant)
    other.company = uuid5(book.tenant.id, "another company")
    with as_owner(book.database.admin, book.tenant.id) as connection:
        stated = {"tenant": book.tenant.id, "id": other.company, "code": "TWO", "gstin": None}
        connection.execute(ADD_COMPANY, stated)
        open_book(connection, other.company, Book.TODAY)
    return other


# Voucher numbers.


@dataclass(frozen=True)
class Voucher:
    """What a poster is to post, and whether he thinks better of it, before the commit or after."""

    key: str
    book: Book
    type: str
    year: str
    end: str

    @property
    def entry(self) -> JournalEntry:
        """A sale with a number of its type and year."""
        numbering = Numbering(self.type, self.type + "/{fy}/{seq:05}")
        return replace(
            self.book.sale(1_00, on=YEARS[self.year], narration=self.key), numbering=numbering
        )

    @property
    def counter(self) -> tuple[UUID, str, str]:
        """Where its number is drawn."""
        return self.book.company, self.type, self.year

    def post(self) -> books.Posted | None:
        """Post it, or roll back."""
        try:
            with self.book.transaction() as connection:
                posted = self.book.post_in(connection, self.entry, key=self.key)
                if self.end == "rolled back":
                    raise ChangeOfMind
        except ChangeOfMind:
            return None
        return posted

    def cancel(self, entry: UUID) -> books.Posted:
        """Reverse it."""
        return self.book.reverse(entry, on=YEARS[self.year], key=f"{self.key} cancelled")


def planned(source: Random, companies: list[Book]) -> list[list[Voucher]]:
    """What each poster posts."""
    ends = ["posted", "posted", "posted", "rolled back", "cancelled"]
    return [
        [
            Voucher(
                f"{poster}/{n}", source.choice(companies), source.choice(TYPES),
                source.choice(sorted(YEARS)), source.choice(ends),
            )
            for n in range(VOUCHERS)
        ]
        for poster in range(POSTERS)
    ]  # fmt: skip


def numbers_stay_gapless(server: Server, seed: int) -> Killer:
    source, crowd, kills = Random(seed), Crowd(), server.kills
    book = opened(server)
    companies = [book, beside(book)]
    plans = planned(source, companies)
    answers: dict[str, books.Posted] = {}

    def post_all(plan: list[Voucher]) -> None:
        for voucher in plan:
            if (posted := crowd.send(voucher.post)) is not None:
                answers[voucher.key] = posted
            if voucher.end == "cancelled":
                crowd.send(lambda voucher=voucher, posted=posted: voucher.cancel(posted.entry))

    killer = Killer(server, crowd, source)
    with crowd.at_work([lambda plan=plan: post_all(plan) for plan in plans]):
        killer.end_server(source.choice(["postings", "balances", COMMIT, ANSWER]))
        killer.end_backends(["voucher_numbers", "postings", "balances", COMMIT, ANSWER])

    assert (len(killer.visited), server.kills) == (5, kills + 1)
    killer.was_felt()
    vouchers = [voucher for plan in plans for voucher in plan if voucher.end != "rolled back"]
    have_numbers(book, vouchers, answers)
    for company in companies:
        assert company.integrity().difference is None
    before = book.state()
    for voucher in vouchers:
        assert voucher.post() == answers[voucher.key]
    assert book.state() == before
    return killer


def have_numbers(book: Book, vouchers: list[Voucher], answers: dict[str, books.Posted]) -> None:
    """Each voucher once, under the number that its poster was told; 1 to n in each counter."""
    with book.transaction() as connection:
        found = connection.execute(NUMBERS).all()
        counted = {tuple(row)[:3]: row.last_sequence for row in connection.execute(COUNTERS)}
        keys = list(connection.scalars(KEYS))
    cancelled = [f"{voucher.key} cancelled" for voucher in vouchers if voucher.end == "cancelled"]
    assert keys == sorted([voucher.key for voucher in vouchers] + cancelled)
    drawn = {row.effect_key: (row.id, row.number) for row in found}
    assert drawn == {key: (posted.entry, posted.number) for key, posted in answers.items()}
    expected = Counter(voucher.counter for voucher in vouchers)
    assert counted == dict(expected)
    for counter, last in expected.items():
        _, type, year = counter
        numbers = sorted((row.sequence, row.number) for row in found if tuple(row)[:3] == counter)
        assert numbers == [(n, f"{type}/{year}/{n:05}") for n in range(1, last + 1)]
    assert len(found) == len(vouchers)


# Draws on a floor.


@dataclass(frozen=True)
class Draw:
    """An amount that leaves the bank, in one of three ways; under its key once."""

    key: str
    book: Book
    amount: int
    way: str

    def sent_by(self, crowd: Crowd) -> str | None:
        """The code when it is refused."""
        try:
            return getattr(self, self.way)(crowd)
        except Refusal as refusal:
            return refusal.code

    def post(self, crowd: Crowd) -> None:
        """Alone."""
        crowd.send(lambda: self.book.post(self.entry, key=self.key))

    def batch(self, crowd: Crowd) -> str | None:
        """In a batch, which remembers a refusal."""
        (outcome,) = crowd.send(lambda: self.book.post_batch((self.key, self.entry)))
        return outcome.code

    def hold(self, crowd: Crowd) -> None:
        """Reserved first and then taken."""
        hold = Hold(self.book.company, "travel", "bank", self.amount, "INR", "Draw")
        head = replace(self.entry, postings=())

        def place() -> UUID:
            with self.book.transaction() as connection:
                return holds.place(connection, hold, key=f"{self.key} hold").hold

        def take(placed: UUID) -> int:
            with self.book.transaction() as connection:
                return holds.take(connection, placed, Take(self.amount), head, key=self.key).amount

        placed = crowd.send(place)
        assert crowd.send(lambda: take(placed)) == self.amount

    @property
    def entry(self) -> JournalEntry:
        """Out of the bank."""
        postings = debit("travel", self.amount), credit("bank", self.amount)
        return JournalEntry(self.book.company, Book.TODAY, "Draw", postings)


def floor_holds(server: Server, seed: int) -> tuple[Killer, Counter]:
    source, crowd, book = Random(seed), Crowd(), opened(server)
    book.post(book.sale(DEPOSIT))
    with book.transaction() as connection:
        deepa = book.tenant.person("deepa")
        limits.set_limit(connection, book.company, Limit("bank", floor=0), person=deepa)
    ways = ["post", "batch", "hold"]
    draws = [
        Draw(f"draw {n}", book, source.randint(1, 1_000_00), source.choice(ways))
        for n in range(DRAWS)
    ]
    answers: dict[Draw, str | None] = {}
    seen: list[limits.Held] = []

    def draw(one: Draw) -> None:
        answers[one] = one.sent_by(crowd)

    def held() -> limits.Held:
        with transaction(book.database.reader, book.tenant.id) as connection:
            return limits.held(connection, book.company, "bank")

    def watch() -> None:
        while len(answers) < DRAWS and not any(
            call.done() and call.exception() for call in crowd.calls
        ):
            seen.append(crowd.send(held))

    killer = Killer(server, crowd, source)
    with crowd.at_work([watch, *(lambda one=one: draw(one) for one in draws)]):
        killer.end_backends(PATH)

    assert sorted(killer.visited) == sorted(PATH)
    killer.was_felt()
    assert min(each.available for each in seen) >= 0
    assert min(each.posted for each in seen) >= 0
    left = held()
    done = [one for one, code in answers.items() if code is None]
    assert left == limits.Held(DEPOSIT - sum(one.amount for one in done), 0, 0)
    refused = [one for one, code in answers.items() if code is not None]
    assert {answers[one] for one in refused} == {FLOOR}
    # What is available only falls, so a draw that was refused would not fit in what is left.
    assert all(one.amount > left.available for one in refused)
    with book.transaction() as connection:
        keys = [key for key in connection.scalars(KEYS) if key.startswith("draw ")]
    assert sorted(keys) == sorted(one.key for one in done)
    assert book.integrity().difference is None
    before = book.state()
    assert {one: one.sent_by(crowd) for one in answers} == answers
    assert book.state() == before
    return killer, Counter("refused" if code else "drawn" for code in answers.values())


def test_numbers_have_no_gap_though_posters_and_the_server_are_killed(server):
    numbers_stay_gapless(server, 1)


def test_a_floor_holds_though_those_who_draw_are_killed(server):
    floor_holds(server, 1)


@pytest.mark.campaign
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", SEEDS)
def test_numbers_have_no_gap_for_many_seeds(server, seed):
    numbers_stay_gapless(server, seed)


@pytest.mark.campaign
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_floor_holds_for_many_seeds(server, seed):
    floor_holds(server, seed)
