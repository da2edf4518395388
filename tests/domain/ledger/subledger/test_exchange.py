"""What settling in a foreign currency realises, so that nothing stays open in the base currency."""

from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.ledger.subledger.allocation import Tie
from sandbox.tenant import Tenant, open_tenant
from tests.book import Book
from tests.domain.ledger.race import at_once
from tests.domain.ledger.subledger.conftest import EXCHANGE, PartyBook, with_parties
from tests.domain.refused import refused

# Ind AS 21, paragraph 28: differences on settling monetary items at other rates than those at which
# they were recognised go to profit or loss. Sold at 83.00 and received at 83.50: a gain of 0.50.
SALE = """
    2026-06-01  Export
      Dr  receivables  100.00 USD = 8300.00 INR
      Cr  sales        100.00 USD = 8300.00 INR
"""
RECEIPT = """
    2026-07-10  Dollars received
      Dr  bank         100.00 USD = 8350.00 INR
      Cr  receivables  100.00 USD = 8350.00 INR
"""
GAIN = """
    2026-07-16  Realised exchange difference
      Dr  receivables          0.00 USD = 50.00 INR
      Cr  exchange_clearing    0.00 USD = 50.00 INR
      Dr  exchange_clearing   50.00 INR
      Cr  exchange_gain       50.00 INR
"""


def settled(book, sale=SALE, receipt=RECEIPT, amount=None, **more):
    (debit,), (credit,) = book.post_of("C-001", sale), book.post_of("C-001", receipt)
    made = book.allocate(Tie(debit, credit, amount), exchange=EXCHANGE, **more)
    return debit, credit, made


def open_of(book, *ids):
    return [(item.open_amount, item.open_base_amount) for item in map(book.item, ids)]


def test_a_receipt_at_a_higher_rate_is_a_gain(book):
    sale, receipt, made = settled(book)

    book.assert_is(SALE + RECEIPT + GAIN)
    assert open_of(book, sale, receipt) == [(0, 0), (0, 0)]
    (difference,) = book.items_of(made.exchange_entry)
    assert (difference.amount, difference.base_amount, difference.open_base_amount) == (0, 5_000, 0)
    assert [(line.amount, line.base_amount) for line in made.lines] == [
        (10_000, 830_000),
        (0, 5_000),
    ]
    book.assert_agrees()


def test_a_receipt_at_a_lower_rate_is_a_loss(book):
    settled(book, receipt=RECEIPT.replace("8350", "8250"))
    assert book.balance("exchange_loss") == 5_000
    assert (book.base_balance("receivables"), book.base_balance("exchange_clearing")) == (0, 0)
    book.assert_agrees()


def test_a_supplier_paid_at_a_higher_rate_is_a_loss(book):
    """100 USD bought at 83.00 and paid at 83.50 costs 50 INR more."""
    (bill,) = book.post_of(
        "V-001", SALE.replace("Dr  receivables", "Dr  travel").replace("Cr  sales", "Cr  payables")
    )
    (payment,) = book.post_of(
        "V-001", RECEIPT.replace("Dr  bank", "Dr  payables").replace("Cr  receivables", "Cr  bank")
    )
    book.allocate(Tie(payment, bill), exchange=EXCHANGE)
    assert book.balance("exchange_loss") == 5_000
    assert book.balance("payables") == 0
    book.assert_agrees()


def test_a_part_takes_its_part_of_the_base_amount_and_the_last_part_the_rest(book):
    """40 of 100 USD carry 3,320 of 8,300 INR; received at 84 that is 3,360: a gain of 40."""
    part = RECEIPT.replace("100.00 USD = 8350.00", "40.00 USD = 3360.00")
    sale, receipt, _ = settled(book, receipt=part)
    assert open_of(book, sale, receipt) == [(6_000, 498_000), (0, 0)]
    assert book.balance("exchange_gain") == -4_000

    (rest,) = book.post_of("C-001", RECEIPT.replace("100.00 USD = 8350.00", "60.00 USD = 4979.99"))
    book.allocate(Tie(sale, rest), exchange=EXCHANGE)
    assert open_of(book, sale, rest) == [(0, 0), (0, 0)]
    assert book.balance("exchange_loss") == 1
    book.assert_agrees()


def test_parts_are_rounded_half_to_even(book):
    """1 of 2 USD carrying 1.65 INR: 0.825 is 0.82; of 1.67: 0.835 is 0.84."""
    for base, part in ((165, 82), (167, 84)):
        sale = SALE.replace("100.00 USD = 8300.00", f"2.00 USD = {base / 100:.2f}")
        receipt = RECEIPT.replace("100.00 USD = 8350.00", f"1.00 USD = {part / 100:.2f}")
        debit, credit, made = settled(book, sale, receipt)
        assert made.exchange_entry is None
        assert open_of(book, debit, credit) == [(100, base - part), (0, 0)]


def test_the_difference_keeps_the_dimensions_of_what_it_belongs_to(book):
    in_mysuru = RECEIPT.replace("8350.00 INR", "8350.00 INR  branch Mysuru")
    settled(book, receipt=in_mysuru)
    book.assert_is(
        SALE
        + in_mysuru
        + GAIN.replace("0.00 USD = 50.00 INR", "0.00 USD = 50.00 INR  branch Mysuru", 1)
    )


def test_without_accounts_for_the_difference_nothing_is_settled(book):
    (sale,), (receipt,) = book.post_of("C-001", SALE), book.post_of("C-001", RECEIPT)
    before = book.state()
    with refused("exchange_accounts_must_be_given", "5000"):
        book.allocate(Tie(sale, receipt))
    assert book.state() == before


def test_an_undo_reverses_the_difference(book):
    sale, receipt, made = settled(book)
    book.undo(made.id, on=date(2026, 7, 20), key="once")

    assert open_of(book, sale, receipt) == [(10_000, 830_000), (-10_000, -835_000)]
    assert (book.balance("exchange_gain"), book.base_balance("exchange_clearing")) == (0, 0)
    before = book.state()
    book.undo(made.id, on=date(2026, 7, 20), key="once")
    assert book.state() == before
    book.assert_agrees()


def test_the_entry_of_a_difference_is_not_reversed_by_itself(book):
    _, _, made = settled(book)
    with refused("allocation_must_be_undone"):
        book.reverse(made.exchange_entry)


def test_settling_again_under_the_same_key_posts_no_second_difference(book):
    sale, receipt, made = settled(book, key="once")
    before = book.state()
    assert book.allocate(Tie(sale, receipt), exchange=EXCHANGE, key="once") == made
    assert book.state() == before


def test_many_that_settle_and_post_at_once_do_not_wait_for_each_other_for_ever(book):
    pairs = [(book.post_of("C-001", SALE)[0], book.post_of("C-001", RECEIPT)[0]) for _ in range(6)]
    at_once(
        [lambda pair=pair: book.allocate(Tie(*pair), exchange=EXCHANGE) for pair in pairs]
        + [lambda: book.invoice(1, "2026-07-01") for _ in range(6)]
    )
    assert book.balance("exchange_gain") == -30_000
    book.assert_agrees()


@pytest.fixture(scope="module")
def lasting(database):
    """A book that serves all examples."""
    made = open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY)
    return with_parties(PartyBook(database, made))


def rupees(paise):
    return f"{paise // 100}.{paise % 100:02}"


@settings(max_examples=30)
@given(
    carried=st.integers(1, 10**6),
    parts=st.lists(st.tuples(st.integers(1, 5_000), st.integers(1, 10**6)), min_size=1, max_size=5),
)
def test_whatever_the_rates_what_is_settled_is_settled_in_base(lasting, carried, parts):
    dollars = sum(amount for amount, _ in parts)
    worth = f"{rupees(dollars)} USD = {rupees(carried)}"
    (sale,) = lasting.post_of("C-001", SALE.replace("100.00 USD = 8300.00", worth))
    for amount, base in parts:
        worth = f"{rupees(amount)} USD = {rupees(base)}"
        (receipt,) = lasting.post_of("C-001", RECEIPT.replace("100.00 USD = 8350.00", worth))
        lasting.allocate(Tie(sale, receipt), exchange=EXCHANGE)
        assert open_of(lasting, receipt) == [(0, 0)]
    assert open_of(lasting, sale) == [(0, 0)]
    assert lasting.balance("receivables") == 0
    lasting.assert_agrees()
