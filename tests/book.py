"""A tenant's book as tests speak to it: entries in journal notation, posted as the application."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from hashlib import sha256
from typing import ClassVar, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import Connection, text

from domain.database import transaction
from domain.ledger import book, integrity, notation, periods
from domain.ledger.book import Item, Mode, Outcome, Posted
from domain.ledger.entry import JournalEntry, credit, debit
from domain.ledger.integrity import Integrity
from domain.ledger.statements import trial_balance
from sandbox.tenant import Tenant, as_owner
from tests.database import Database
from tests.journal import assert_book

Result = TypeVar("Result")

WRITTEN_BY_POSTING = (
    "journal_entries", "postings", "balances", "day_movements", "number_series",
    "voucher_numbers", "dimension_sets", "periods", "accounts", "entry_warnings",
    "limits", "holds", "hold_events",
    "exchange_rates", "revaluations", "revaluation_lines",
    "period_changes", "year_closings", "closing_entries", "year_reopenings", "period_balances",
    "open_items", "allocations", "allocation_lines", "reminders", "reminder_items",
    "budgets", "budget_lines", "imports",
)  # fmt: skip


class Book:
    """Each call is a transaction of its own under the application's login."""

    TODAY: ClassVar[date] = date(2026, 7, 16)

    def __init__(self, database: Database, tenant: Tenant) -> None:
        self.database = database
        self.tenant = tenant
        self.company = tenant.company

    def transaction(self) -> AbstractContextManager[Connection]:
        """A transaction of the tenant under the application's login."""
        return transaction(self.database.app, self.tenant.id)

    def as_owner(self) -> AbstractContextManager[Connection]:
        """A transaction of the tenant under the owner's rights."""
        return as_owner(self.database.admin, self.tenant.id)

    def entry(self, written: str) -> JournalEntry:
        """The one entry in the notation, for this book."""
        (entry,) = notation.parse(written)
        return entry.in_book_of(self.company)

    def sale(
        self, amount: int = 100_000, on: date = TODAY, narration: str = "Sale"
    ) -> JournalEntry:
        """An entry about which nothing matters but that it is good."""
        postings = (debit("bank", amount), credit("sales", amount))
        return JournalEntry(self.company, on, narration, postings)

    def post(self, entry: JournalEntry | str, *, key: str | None = None) -> Posted:
        """Post one entry."""
        with self.transaction() as connection:
            return self.post_in(connection, entry, key=key or str(uuid4()))

    def post_in(self, connection: Connection, entry: JournalEntry | str, *, key: str) -> Posted:
        """Post one entry in a transaction that is already there."""
        return book.post(connection, self._read(entry), key=key)

    def post_batch(
        self, *items: Item | tuple[str, JournalEntry], mode: Mode = Mode.INDEPENDENT
    ) -> tuple[Outcome, ...]:
        """Post many entries, each under its key."""
        batch = [item if isinstance(item, Item) else Item(*item) for item in items]
        with self.transaction() as connection:
            return book.post_batch(connection, batch, mode=mode)

    def reverse(
        self, entry: UUID, *, on: date = TODAY, key: str = "reversal", reason: str = "Wrong"
    ) -> Posted:
        """Reverse one entry."""
        with self.transaction() as connection:
            return book.reverse(connection, entry, on_date=on, reason=reason, key=key)

    def integrity(self) -> Integrity:
        """Whether balances, day movements and raw postings agree."""
        with self.transaction() as connection:
            return integrity.check(connection, self.company)

    def assert_is(self, expected: str) -> None:
        """The whole book is these entries, and it agrees with itself."""
        with self.transaction() as connection:
            assert_book(connection, self.company, expected)
        assert self.integrity().difference is None

    def lock(self, day: date) -> None:
        """Lock the period that holds a day."""
        self._set(day, periods.lock)

    def reopen(self, day: date) -> None:
        """Reopen the period that holds a day."""
        self._set(day, periods.reopen)

    def balance(self, account: str, *, as_of: date | None = None) -> int:
        """Debits less credits of an account, in paise."""
        with self.transaction() as connection:
            lines = trial_balance(connection, self.company, as_of=as_of).lines
        return sum(line.sums.amount for line in lines if line.code == account)

    def state(self) -> str:
        """A digest of what the ledger writes: equal when nothing was changed.

        That a batch remembers what it refused is no change of the book.
        """
        found = sha256()
        with self.transaction() as connection:
            for table in WRITTEN_BY_POSTING:
                rows = connection.scalars(text(f"SELECT t::text FROM {table} t ORDER BY 1"))
                found.update("\n".join((table, *rows)).encode())
        return found.hexdigest()

    def _read(self, entry: JournalEntry | str) -> JournalEntry:
        return self.entry(entry) if isinstance(entry, str) else entry

    def _set(self, day: date, change: Callable[..., None]) -> None:
        with self.as_owner() as connection:
            period = periods.holding(connection, self.company, day)
            change(connection, period.id, person=self.tenant.person("deepa"), reason="Month end")
