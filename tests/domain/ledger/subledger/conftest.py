"""A book with customers and suppliers: control accounts, and entries that name a party."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, text

from domain.ledger.entry import JournalEntry
from domain.ledger.statements import trial_balance
from domain.ledger.subledger import allocation, open_items
from domain.ledger.subledger.allocation import Allocated, Allocation, Exchange, Tie
from domain.ledger.subledger.open_items import ItemId, OpenItem
from sandbox.tenant import OPEN_ACCOUNT, as_owner
from tests.book import Book, Result

SINCE = date(2025, 4, 1)
ACCOUNTS = {
    "bank": {"kind": "asset", "cash_flow": "cash"},
    "cash": {"kind": "asset", "cash_flow": "cash"},
    "receivables": {"kind": "asset", "control": "receivable"},
    "advances_received": {"kind": "liability", "control": "receivable"},
    "payables": {"kind": "liability", "control": "payable"},
    "output_cgst": {"kind": "liability"},
    "output_sgst": {"kind": "liability"},
    "tds_payable": {"kind": "liability"},
    "exchange_clearing": {"kind": "asset"},
    "exchange_gain": {"kind": "income"},
    "exchange_loss": {"kind": "expense"},
    "discount_received": {"kind": "income"},
    "discount_allowed": {"kind": "expense"},
    "bad_debts": {"kind": "expense"},
    "balances_written_back": {"kind": "income"},
}
CUSTOMERS = ("C-001", "C-002")
ADD_PARTY = text(
    "INSERT INTO parties (tenant_id, id, code, name, kind)"
    " VALUES (:tenant, :id, :code, :code, 'customer')"
)
EXCHANGE = Exchange("exchange_clearing", "exchange_gain", "exchange_loss")


class PartyBook(Book):
    """A book whose entries name parties by their code."""

    def post_of(
        self, party: str, written: str, *, due: date | None = None, **more: Any
    ) -> tuple[ItemId, ...]:
        """Post an entry of a party; its items, by line."""
        entry = self.entry_of(party, written, due=due, **more)
        posted = self.post(entry)
        return tuple(item.id for item in self.items_of(posted.entry))

    def entry_of(
        self, party: str, written: str, *, due: date | None = None, **more: Any
    ) -> JournalEntry:
        """An entry of a party."""
        return replace(self.entry(written), party=self.tenant.party(party), due_date=due, **more)

    def invoice(
        self, rupees: int, on: str, *, due: str | None = None, party: str = "C-001"
    ) -> ItemId:
        """A sale on credit."""
        (item,) = self.post_of(
            party,
            f"{on}  Sale\n  Dr receivables {rupees}.00 INR\n  Cr sales {rupees}.00 INR",
            due=date.fromisoformat(due) if due else None,
        )
        return item

    def receipt(self, rupees: int, on: str, *, party: str = "C-001") -> ItemId:
        """Money of a customer in the bank."""
        (item,) = self.post_of(
            party, f"{on}  Receipt\n  Dr bank {rupees}.00 INR\n  Cr receivables {rupees}.00 INR"
        )
        return item

    def items_of(self, entry: UUID) -> tuple[OpenItem, ...]:
        """The items of an entry."""
        return self.read(lambda connection: open_items.of_entry(connection, entry))

    def item(self, id: ItemId) -> OpenItem:
        """One item as it is now."""
        return self.read(lambda connection: open_items.get(connection, id))

    def open_amounts(self, *ids: ItemId) -> list[int]:
        """What of items is open, in minor units."""
        return [self.item(id).open_amount for id in ids]

    def allocate(
        self, *ties: Tie, on: date = Book.TODAY, key: str | None = None, **more: Any
    ) -> Allocated:
        """Settle by ties."""
        asked = Allocation(self.company, on, ties, **more)
        return self.read(
            lambda connection: allocation.allocate(connection, asked, key=key or str(uuid4()))
        )

    def base_balance(self, account: str) -> int:
        """Debits less credits of an account over all currencies, in paise."""
        lines = self.read(lambda c: trial_balance(c, self.company)).lines
        return sum(line.sums.base_amount for line in lines if line.code == account)

    def undo(self, made: UUID, *, on: date = Book.TODAY, key: str = "undo") -> Allocated:
        """Undo an allocation."""
        return self.read(
            lambda connection: allocation.undo(
                connection, made, on_date=on, reason="Wrong invoice", key=key
            )
        )

    def read(self, ask: Callable[[Connection], Result]) -> Result:
        """What a function of a connection answers, in a transaction of its own."""
        with self.transaction() as connection:
            return ask(connection)

    def assert_agrees(self) -> None:
        """Postings, balances, items and allocations agree with each other."""
        assert self.integrity().difference is None
        assert self.read(lambda c: open_items.difference(c, self.company)) is None


@pytest.fixture
def book(database, tenant) -> PartyBook:
    """The tenant's book with control accounts and two customers."""
    return with_parties(PartyBook(database, tenant))


def with_parties(book: PartyBook) -> PartyBook:
    """Open the accounts and add the customers."""
    with as_owner(book.database.admin, book.tenant.id) as connection:
        for code, stated in ACCOUNTS.items():
            account = {"code": code, "title": code, "opened_on": SINCE.isoformat(), **stated}
            connection.execute(OPEN_ACCOUNT, {"company": book.company, "stated": account})
        for code in CUSTOMERS:
            party = {"tenant": book.tenant.id, "id": book.tenant.party(code), "code": code}
            connection.execute(ADD_PARTY, party)
    return book
