"""Reversing: the mirror of an entry, once."""

import time
from datetime import date
from threading import Event
from uuid import uuid4

import pytest

from domain.ledger import book as books
from domain.ledger import entries
from domain.refusal import Refusal
from tests.book import Book
from tests.domain.ledger.race import at_once
from tests.domain.refused import refused

SALE = """
    2026-07-16  Sale
      Dr  bank   118.00 INR
      Cr  sales  100.00 INR  branch Mysuru
      Cr  input_igst  18.00 INR
"""


@pytest.fixture
def sale(book):
    return book.post(SALE).entry


def test_a_reversal_is_the_mirror_on_its_own_date(book, sale):
    posted = book.reverse(sale, on=date(2026, 7, 20), reason="Sold twice")

    book.assert_is(
        SALE
        + """
        2026-07-20  Sold twice
          Cr  bank   118.00 INR
          Dr  sales  100.00 INR  branch Mysuru
          Dr  input_igst  18.00 INR
        """
    )
    assert book.balance("bank") == 0
    assert book.balance("bank", as_of=date(2026, 7, 19)) == 11_800
    with book.transaction() as connection:
        assert entries.entry(connection, sale).reversed_by == posted.entry
        assert entries.entry(connection, posted.entry).reverses == sale


def test_a_reversal_keeps_both_currencies(book):
    bought = book.post("""
        2026-07-16  Dollars bought
          Dr  bank   100.00 USD = 8300.00 INR
          Cr  sales  100.00 USD = 8300.00 INR
    """)
    book.reverse(bought.entry)
    assert book.balance("bank") == 0
    assert book.integrity().holds


def test_reversing_again_under_the_same_key_returns_the_first(book, sale):
    first = book.reverse(sale, key="once")
    book.lock(Book.TODAY)
    before = book.state()

    assert book.reverse(sale, key="once") == first
    assert book.state() == before


def test_reversing_twice_is_refused_and_says_when_it_was_done(book, sale):
    book.reverse(sale, on=date(2026, 7, 20), key="once")
    before = book.state()

    with refused("already_reversed", "2026-07-20"):
        book.reverse(sale, key="twice")

    assert book.state() == before


def test_the_same_key_with_another_date_is_refused(book, sale):
    book.reverse(sale, on=date(2026, 7, 20), key="once")
    with refused("effect_key_must_have_one_content"):
        book.reverse(sale, on=date(2026, 7, 21), key="once")


def test_a_reversal_is_not_reversed(book, sale):
    reversal = book.reverse(sale).entry
    with refused("reversal_must_stay"):
        book.reverse(reversal, key="again")


def test_a_reversal_in_a_locked_period_is_refused(book, sale):
    book.lock(date(2026, 6, 1))
    before = book.state()

    with refused("period_locked", "June 2026"):
        book.reverse(sale, on=date(2026, 6, 30))

    assert book.state() == before


def test_an_entry_of_a_locked_period_is_reversed_in_an_open_one(book, sale):
    book.lock(Book.TODAY)
    book.reverse(sale, on=date(2026, 8, 1))
    assert book.balance("bank") == 0


def test_what_is_not_in_the_book_is_not_reversed(book):
    with refused("entry_must_exist"):
        book.reverse(uuid4())


def test_a_reversal_needs_a_reason(book, sale):
    with refused("entry_must_have_narration"):
        book.reverse(sale, reason="  ")


def test_of_many_that_reverse_at_once_one_does(book, sale):
    def attempt(number):
        def call():
            try:
                return book.reverse(sale, key=f"reversal {number}").entry
            except Refusal as refusal:
                return refusal.code

        return call

    results = at_once(attempt(number) for number in range(8))

    assert results.count("already_reversed") == 7
    assert book.balance("bank") == 0
    assert book.integrity().entries == 2


def test_a_reversal_waits_for_one_under_way_and_is_then_refused(book, sale):
    under_way = Event()

    def first():
        with book.transaction() as connection:
            books.reverse(connection, sale, on_date=Book.TODAY, reason="Wrong", key="first")
            under_way.set()
            time.sleep(0.2)

    def second():
        under_way.wait()
        with refused("already_reversed"):
            book.reverse(sale, key="second")

    at_once([first, second])
    assert book.balance("bank") == 0
