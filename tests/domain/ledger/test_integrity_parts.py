"""Integrity of what other parts of the ledger keep: open items, holds, what closed years left."""

from dataclasses import replace
from uuid import uuid4

import pytest

from domain.ledger import holds, integrity
from domain.ledger.holds import Hold
from domain.ledger.subledger import allocation, open_items
from domain.ledger.subledger.allocation import Allocation, Tie
from tests.book import Book
from tests.domain.ledger.sealed import Sealed
from tests.domain.ledger.test_integrity import ELSEWHERE
from tests.domain.ledger.trading_company import Trader

PURCHASE = """
    2026-07-16  Bought on credit
      Dr  office_rent     500.00 INR
      Cr  vendor_payable  500.00 INR
"""
PAYMENT = """
    2026-07-16  Paid in part
      Dr  vendor_payable  200.00 INR
      Cr  bank            200.00 INR
"""

FAULTS = {
    "open_items_equal_postings": {
        "UPDATE open_items SET amount = -60000 WHERE amount = -50000":
            "is -50000 INR and its open item -60000",
        "DELETE FROM open_items WHERE amount > 0": "is 20000 INR and its open item is missing",
        "UPDATE open_items SET party_id = gen_random_uuid() WHERE amount > 0": "is 20000 INR and",
    },
    "open_amounts_equal_allocations": {
        "UPDATE open_items SET open_amount = -40000 WHERE amount = -50000":
            "has -40000 of -50000 INR open, its allocations leave -30000",
        "UPDATE open_items SET open_base_amount = -1 WHERE amount = -50000": "has -30000 of",
        "DELETE FROM allocation_lines": "has 0 of 20000 INR open, its allocations leave 20000",
    },
    "holds_equal_events": {
        "UPDATE holds SET remaining = 1": "has 1 of 10000 INR left, its events leave 10000",
        "DELETE FROM hold_events": "its events leave",
        "UPDATE holds SET state = 'released', remaining = 0": "has 0 of 10000 INR left",
    },
    "years_equal_postings": {
        "UPDATE period_balances SET debit = debit + 1":
            "bank at the end of 2025-26: debit 59600001 and credit 1600000 INR were kept",
        "DELETE FROM period_balances": "at the end of 2025-26: debit  and credit  INR were kept",
    },
}  # fmt: skip
PLANTED = [(name, damage, said) for name, made in FAULTS.items() for damage, said in made.items()]


def kept(book: Book, name: str) -> None:
    """What the part of the ledger that a comparison reads keeps."""
    if name == "years_equal_postings":
        trader = Trader(book.database, book.tenant)
        trader.trade()
        trader.lock_and_close()
        return
    party = book.tenant.party("V-001")
    bought, paid = (
        book.post(replace(book.entry(written), party=party)).entry
        for written in (PURCHASE, PAYMENT)
    )
    with book.transaction() as connection:
        ((credit,), (debit,)) = (open_items.of_entry(connection, each) for each in (bought, paid))
        tie = Tie(debit.id, credit.id, 20_000)
        asked = Allocation(book.company, book.TODAY, (tie,))
        allocation.allocate(connection, asked, key=str(uuid4()))
        hold = Hold(book.company, "travel", "bank", 10_000, "INR", "Flight")
        holds.place(connection, hold, key=str(uuid4()))


def test_every_part_has_a_fault_planted_against_it():
    assert FAULTS.keys() == ELSEWHERE


@pytest.mark.parametrize(("name", "damage", "said"), PLANTED)
def test_a_planted_fault_is_named_by_its_comparison(book, name, damage, said):
    kept(book, name)
    assert book.integrity().difference is None
    Sealed(book).damage(damage)

    with book.transaction() as connection:
        found = integrity.check(connection, book.company)

    (of_name,) = [each for each in found.checks if each.name == name]
    assert of_name.difference is not None
    assert said in of_name.difference
    assert not found.holds
