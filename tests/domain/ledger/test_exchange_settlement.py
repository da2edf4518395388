"""Settlement of foreign items: realised differences, parts, and what is refused."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import money
from domain.ledger import exchange, notation
from domain.ledger.entry import JournalEntry, Posting
from domain.ledger.exchange import ExchangeAccounts
from domain.money import Money
from tests.domain.ledger.foreign import THROUGH, assert_written, open_accounts, quotation
from tests.domain.refused import refused


def settle(item, settled, *paid, through=THROUGH):
    """Postings as text on both sides, settled; amounts as people write them."""
    open_item, *payments = (one(line) for line in (item, *paid))
    amount = money.parse(settled)
    return exchange.settlement(
        open_item, amount.amount, payments, base_currency="INR", through=through
    )


def one(line):
    (written,) = notation.parse(f"2026-03-31  Entry\n  {line}")
    return written.postings[0]


def test_a_payable_settled_from_a_rupee_bank_at_a_higher_rate_is_a_loss():
    assert_written(
        settle("Cr creditors 100.00 USD = 8300.00 INR", "100.00 USD", "Cr bank 8350.00 INR"),
        """
        2026-03-31  Entry
          Dr  creditors          100.00 USD = 8300.00 INR
          Cr  exchange_clearing  100.00 USD = 8300.00 INR
          Dr  exchange_clearing 8300.00 INR
          Dr  exchange_loss       50.00 INR
          Cr  bank              8350.00 INR
        """,
    )


def test_a_payable_settled_from_a_dollar_bank_clears_base_amounts_alone():
    paid = "Cr bank_usd 100.00 USD = 8250.00 INR"
    assert_written(
        settle("Cr creditors 100.00 USD = 8300.00 INR", "100.00 USD", paid),
        """
        2026-03-31  Entry
          Dr  creditors          100.00 USD = 8300.00 INR
          Cr  exchange_clearing    0.00 USD = 50.00 INR
          Dr  exchange_clearing   50.00 INR
          Cr  exchange_gain       50.00 INR
          Cr  bank_usd           100.00 USD = 8250.00 INR
        """,
    )


def test_a_receivable_received_at_a_lower_rate_is_a_loss_as_in_the_worked_example():
    """IAS 21 practice question (Orlando): 96,000 euro carried at 120,000, received at 106,667."""
    received = Posting("bank", 10_666_667, "USD")
    item = Posting("receivables", 9_600_000, "EUR", 12_000_000)
    postings = exchange.settlement(
        item, 9_600_000, [received], base_currency="USD", through=THROUGH
    )
    loss = [posting for posting in postings if posting.account == "exchange_loss"]
    assert loss == [Posting("exchange_loss", 1_333_333, "USD")]


def test_without_a_difference_there_is_neither_gain_nor_loss():
    postings = settle("Cr creditors 100.00 USD = 8300.00 INR", "100.00 USD", "Cr bank 8300.00 INR")
    assert {posting.account for posting in postings} == {"creditors", "exchange_clearing", "bank"}


def test_a_rupee_invoice_may_be_settled_in_dollars():
    received = "Dr bank_usd 100.00 USD = 8350.00 INR"
    assert_written(
        settle("Dr receivables 8300.00 INR", "8300.00 INR", received),
        """
        2026-03-31  Entry
          Cr  receivables        8300.00 INR
          Dr  exchange_clearing  8350.00 INR
          Cr  exchange_clearing   100.00 USD = 8350.00 INR
          Cr  exchange_gain        50.00 INR
          Dr  bank_usd            100.00 USD = 8350.00 INR
        """,
    )


def test_a_payable_in_yen_may_be_paid_in_dinars():
    paid = "Cr bank 20.275 KWD = 5544.00 INR"
    postings = settle("Cr creditors 10000 JPY = 5543.00 INR", "10000 JPY", paid)
    assert_written(
        postings,
        """
        2026-03-31  Entry
          Dr  creditors          10000 JPY = 5543.00 INR
          Cr  exchange_clearing  10000 JPY = 5543.00 INR
          Dr  exchange_clearing  20.275 KWD = 5544.00 INR
          Cr  exchange_clearing  1.00 INR
          Dr  exchange_loss      1.00 INR
          Cr  bank               20.275 KWD = 5544.00 INR
        """,
    )


def test_charges_of_the_bank_are_a_part_of_what_is_paid():
    postings = settle(
        "Dr receivables 100.00 USD = 8300.00 INR", "100.00 USD",
        "Dr bank_usd 98.00 USD = 8232.00 INR", "Dr travel 2.00 USD = 168.00 INR",
    )  # fmt: skip
    gain = [posting.base for posting in postings if posting.account == "exchange_gain"]
    assert gain == [-10_000]


def test_dimensions_are_taken_over_unless_only_some_are_named():
    item = "Cr creditors 100.00 USD = 8300.00 INR  branch Mysuru  party V-001"
    every = settle(item, "100.00 USD", "Cr bank 8350.00 INR")
    some = ExchangeAccounts("exchange_gain", "exchange_loss", "exchange_clearing", ("branch",))
    named = settle(item, "100.00 USD", "Cr bank 8350.00 INR", through=some)

    both, branch = (("branch", "Mysuru"), ("party", "V-001")), (("branch", "Mysuru"),)
    assert [posting.dimensions for posting in every] == [both, both, both, both, ()]
    assert [posting.dimensions for posting in named] == [both, branch, branch, branch, ()]


def test_parts_carry_their_share_and_the_last_takes_the_rest():
    """100.00 dollars that carry 100.01 rupees, in parts of 33.33, 33.33 and 33.34 dollars.

    100.01 x 33.33 / 100.00 = 33.3333; 66.68 x 33.33 / 66.67 = 33.33499; 33.35 is left.
    """
    assert exchange.share(10_001, 3_333, 10_000) == 3_333
    assert exchange.share(6_668, 3_333, 6_667) == 3_333
    assert exchange.share(3_335, 3_334, 3_334) == 3_335


@given(
    amount=st.integers(1, 10**12),
    base=st.integers(-(10**14), 10**14),
    cuts=st.lists(st.integers(1, 10**12), max_size=8),
)
def test_an_item_settled_in_any_parts_leaves_nothing(amount, base, cuts):
    open_amount, open_base = amount, base
    for cut in [*cuts, amount]:
        part = min(cut, open_amount)
        if part:
            taken = exchange.share(open_base, part, open_amount)
            assert abs(taken - Fraction(open_base * part, open_amount)) <= Fraction(1, 2)
            open_amount, open_base = open_amount - part, open_base - taken
    assert (open_amount, open_base) == (0, 0)


@given(
    amount=st.integers(-(10**10), 10**10).filter(bool),
    rates=st.tuples(*[st.decimals("0.01", "1000", places=4)] * 2),
    part=st.integers(1, 10**10),
    in_base=st.booleans(),
)
def test_a_settlement_balances_in_each_currency_and_its_difference_is_that_of_the_rates(
    amount, rates, part, in_base
):
    then, now = (quotation("USD/INR", rate) for rate in rates)
    settled = min(part, abs(amount))
    sign = 1 if amount > 0 else -1
    item = Posting("item", amount, "USD", exchange.convert(Money(amount, "USD"), then)[0].amount)
    worth = exchange.convert(Money(sign * settled, "USD"), now)[0].amount
    paid = Posting("bank", sign * settled, "USD", worth)
    if in_base:
        paid = Posting("bank", worth, "INR")

    postings = exchange.settlement(item, settled, [paid], base_currency="INR", through=THROUGH)

    for currency in ("USD", "INR"):
        assert sum(p.amount for p in postings if p.currency == currency) == 0
    assert sum(p.base for p in postings) == 0
    assert sum(p.base for p in postings if p.account == "exchange_clearing") == 0
    result = -sum(p.base for p in postings if p.account in ("exchange_gain", "exchange_loss"))
    assert result == worth - exchange.share(item.base, settled, abs(amount))


ITEM = "Cr creditors 100.00 USD = 8300.00 INR"
BAD = {
    "nothing": ((ITEM, "0.00 USD", "Cr bank 8350.00 INR"), "settlement_must_be_positive"),
    "below zero": ((ITEM, "-1.00 USD", "Cr bank 8350.00 INR"), "settlement_must_be_positive"),
    "more than is open": ((ITEM, "100.01 USD", "Cr bank 1.00 INR"), "item_must_cover_settlement"),
    "paid with nothing": ((ITEM, "100.00 USD"), "settlement_must_be_paid"),
    "no base amount": ((ITEM, "1.00 USD", "Cr bank 1.00 EUR"), "base_amount_must_be_given"),
    "another amount of the same currency": (
        (ITEM, "100.00 USD", "Cr bank_usd 99.00 USD = 8250.00 INR"),
        "payment_must_equal_settlement",
    ),
    "paid in the wrong direction": (
        (ITEM, "100.00 USD", "Dr bank_usd 100.00 USD = 8250.00 INR"),
        "payment_must_equal_settlement",
    ),
    "a difference without a rate": (
        ("Cr creditors 100.00 INR", "100.00 INR", "Cr bank 99.00 INR"),
        "payment_must_equal_settlement",
    ),
}


@pytest.mark.parametrize(("given_", "code"), BAD.values(), ids=BAD)
def test_a_bad_settlement_is_refused_by_name(given_, code):
    with refused(code):
        settle(*given_)


def test_the_book_takes_a_settlement_in_parts_and_keeps_nothing_of_the_item(book):
    """100.00 USD at 83.00: 40.00 paid at 84.00 is a loss of 40, 60.00 at 82.50 a gain of 30."""
    open_accounts(book)
    book.post("""
        2026-03-01  Purchase
          Dr  machinery  100.00 USD = 8300.00 INR
          Cr  creditors  100.00 USD = 8300.00 INR
    """)
    post(book, 1, settle(ITEM, "40.00 USD", "Cr bank 3360.00 INR"))
    rest = "Cr creditors 60.00 USD = 4980.00 INR"
    post(book, 2, settle(rest, "60.00 USD", "Cr bank 4950.00 INR"))

    book.assert_is("""
        2026-03-01  Purchase
          Dr  machinery  100.00 USD = 8300.00 INR
          Cr  creditors  100.00 USD = 8300.00 INR
        2026-04-01  Payment 1
          Dr  creditors           40.00 USD = 3320.00 INR
          Cr  exchange_clearing   40.00 USD = 3320.00 INR
          Dr  exchange_clearing 3320.00 INR
          Dr  exchange_loss       40.00 INR
          Cr  bank              3360.00 INR
        2026-04-02  Payment 2
          Dr  creditors           60.00 USD = 4980.00 INR
          Cr  exchange_clearing   60.00 USD = 4980.00 INR
          Dr  exchange_clearing 4980.00 INR
          Cr  exchange_gain       30.00 INR
          Cr  bank              4950.00 INR
    """)
    assert book.balance("creditors") == 0


def post(book, day, postings):
    return book.post(
        JournalEntry(book.company, date(2026, 4, day), f"Payment {day}", tuple(postings))
    )
