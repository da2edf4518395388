"""Posting through the domain against the same database function called by plain psycopg.

Both sides make the same transactions: begin, name the tenant, post, commit. What the domain adds is
its own checks, SQLAlchemy and the reading of outcomes.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any
from uuid import uuid4

import psycopg
from sqlalchemy import Engine

from benchmarks.arena import settings_of
from benchmarks.figures import Ratio
from benchmarks.meter import DRIVER, Meter
from config import database
from domain.database import transaction
from domain.ledger import book
from domain.ledger.book import Item, Mode
from domain.ledger.entry import JournalEntry, credit, debit
from domain.ledger.statements import trial_balance
from local import home as homes
from local.members import MIGRATE, POSTGRES, SEED
from local.ports import Ports
from local.stack import Stack
from migrations.logins import APPLICATION
from sandbox.tenant import Tenant

# Entries of one call: how many calls make a round.
CALLS = {1: 100, 100: 4, 1000: 1}
PLAIN, DOMAIN = "psycopg", "domain"
NAME_TENANT = "SELECT set_config('kontor.tenant', %s, true)"
POST = "SELECT * FROM ledger_post(%s::jsonb, %s)"
AMOUNTS = {"professional_fees": 25_000_00, "input_cgst": 2_250_00, "input_sgst": 2_250_00}

Keyed = Sequence[tuple[str, JournalEntry]]


class EntriesMissing(Exception):
    """Fewer entries stand in the book than were posted, so the time says nothing."""


@dataclass(frozen=True, slots=True)
class Posting:
    """One round of one side: entries per second, and CPU seconds by program."""

    side: str
    batch: int
    entries: int
    seconds: float
    cpu: Mapping[str, float]

    @property
    def per_second(self) -> float:
        """Entries per second."""
        return self.entries / self.seconds

    def cpu_microseconds(self, program: str) -> float:
        """CPU of one program per entry."""
        return 1e6 * self.cpu[program] / self.entries


def run(*, rounds: int) -> tuple[Posting, ...]:
    """Both sides in turn on one embedded server, durable as in earnest."""
    members = (POSTGRES, MIGRATE, SEED)
    with homes.temporary() as home, Stack(home, ports=Ports.free(), members=members) as running:
        settings = settings_of(running)
        meter = Meter({POSTGRES: running.pid(POSTGRES)})
        engine = database.engine(settings, APPLICATION, pool=1)
        url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url) as plain:
            posted = contest(Sides(engine, plain, Tenant()), meter, rounds)
        engine.dispose()
        return posted


def contest(sides: "Sides", meter: Meter, rounds: int) -> tuple[Posting, ...]:
    """The first round of each warms up and does not count."""
    posted = []
    for number in range(rounds + 1):
        for batch, calls in CALLS.items():
            for side in (PLAIN, DOMAIN) if number % 2 else (DOMAIN, PLAIN):
                one = one_round(sides, meter, side, batch=batch, calls=calls)
                posted += [one] if number else []
    return tuple(posted)


def one_round(sides: "Sides", meter: Meter, side: str, *, batch: int, calls: int) -> Posting:
    """Post, then see that the book grew by just that and balances."""
    work = [sides.entries(batch) for _ in range(calls)]
    before_debits = sides.debits()
    before, started = meter.read(), time.perf_counter()
    for entries in work:
        sides.post[side](entries)
    seconds, cpu = time.perf_counter() - started, meter.since(before)
    grown, expected = sides.debits() - before_debits, batch * calls * sum(AMOUNTS.values())
    if grown != expected:
        raise EntriesMissing(f"Debits grew by {grown} paise, not by {expected}.")
    return Posting(side, batch, batch * calls, seconds, cpu)


@dataclass
class Sides:
    """The two roads into one book."""

    engine: Engine
    plain: psycopg.Connection[Any]
    tenant: Tenant

    @property
    def post(self) -> Mapping[str, Callable[[Keyed], None]]:
        """By name."""
        return {PLAIN: self.post_plainly, DOMAIN: self.post_by_domain}

    def post_by_domain(self, entries: Keyed) -> None:
        """As an activity does."""
        with transaction(self.engine, self.tenant.id) as connection:
            if len(entries) == 1:
                ((key, entry),) = entries
                book.post(connection, entry, key=key)
            else:
                book.post_batch(connection, [Item(*pair) for pair in entries], mode=Mode.ATOMIC)

    def post_plainly(self, entries: Keyed) -> None:
        """By hand."""
        items = json.dumps([book.stated(Item(*pair)) for pair in entries])
        with self.plain.transaction():
            self.plain.execute(NAME_TENANT, [str(self.tenant.id)])
            self.plain.execute(POST, [items, Mode.ATOMIC]).fetchall()

    def entries(self, count: int) -> Keyed:
        """Entries of four postings, each under a key of its own."""
        postings = [debit(account, amount) for account, amount in AMOUNTS.items()]
        postings.append(credit("vendor_payable", sum(AMOUNTS.values())))
        entry = JournalEntry(self.tenant.company, date.today(), "Invoice", tuple(postings))
        return [(str(uuid4()), entry) for _ in range(count)]

    def debits(self) -> int:
        """What the accounts on the debit side hold. Raises EntriesMissing when out of balance."""
        with transaction(self.engine, self.tenant.id) as connection:
            balance = trial_balance(connection, self.tenant.company)
        if balance.base_debit != balance.base_credit:
            raise EntriesMissing(f"Debits {balance.base_debit}, credits {balance.base_credit}.")
        return balance.base_debit


def table(posted: Sequence[Posting]) -> str:
    """Medians over rounds and the ratio of paired rounds."""
    lines = ["Posting entries of four postings; medians over rounds"]
    lines.append(
        f"{'entries a call':<16}{'psycopg/s':>12}{'domain/s':>12}  {'ratio':<22}"
        f"{'CPU of ours, µs':>16}{'of PostgreSQL, µs':>20}"
    )
    for batch in CALLS:
        plain, ours = (
            [each for each in posted if (each.side, each.batch) == (side, batch)]
            for side in (PLAIN, DOMAIN)
        )
        ratio = Ratio.of([each.per_second for each in ours], [each.per_second for each in plain])
        lines.append(
            f"{batch:<16}{median(each.per_second for each in plain):>12.0f}"
            f"{median(each.per_second for each in ours):>12.0f}  {ratio!s:<22}"
            f"{median(each.cpu_microseconds(DRIVER) for each in ours):>16.0f}"
            f"{median(each.cpu_microseconds(POSTGRES) for each in ours):>20.0f}"
        )
    return "\n".join(lines)
