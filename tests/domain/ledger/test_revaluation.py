"""Revaluation at the closing rate: unrealised differences, their reversal, and what stays."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from domain.ledger import entries, exchange, monetary
from domain.ledger.entry import EntryKind, JournalEntry, Posting
from domain.ledger.monetary import Scope
from domain.money import Money
from domain.refusal import Refusal
from tests.domain.ledger.foreign import (
    PURCHASE,
    THROUGH,
    YEAR_END,
    base,
    open_accounts,
    preview,
    profit,
    revalue,
    set_rate,
)


@pytest.fixture
def book(book):
    return open_accounts(book)


def test_a_payable_is_revalued_at_year_end_and_back_on_the_next_day(book):
    """Ind AS 21 examination question (CA Final): 5,000 dollars at 60, closing rate 65.

    The loss is 5,000 x (65 - 60) = 25,000; the machinery, not monetary, stays at 3,00,000.
    """
    book.post(PURCHASE)
    set_rate(book, "2026-03-31", "65")

    made = revalue(book)

    book.assert_is(
        PURCHASE
        + """
        2026-03-31  Revaluation at closing rates of 2026-03-31
          Cr  creditors          0.00 USD = 25000.00 INR
          Dr  exchange_clearing  0.00 USD = 25000.00 INR
          Cr  exchange_clearing  25000.00 INR
          Dr  exchange_loss      25000.00 INR
        2026-04-01  Reversal of the revaluation of 2026-03-31
          Dr  creditors          0.00 USD = 25000.00 INR
          Cr  exchange_clearing  0.00 USD = 25000.00 INR
          Dr  exchange_clearing  25000.00 INR
          Cr  exchange_loss      25000.00 INR
        """
    )
    assert base(book, "creditors", YEAR_END) == -325_000_00
    assert base(book, "machinery", YEAR_END) == 300_000_00
    assert base(book, "creditors") == -300_000_00
    with book.transaction() as connection:
        entry, reversal = (entries.entry(connection, id) for id in (made.entry, made.reversal))
    assert (entry.entry.kind, reversal.reverses) == (EntryKind.REVALUATION, made.entry)
    assert str(made) == "Balances were revalued on 2026-03-31."


def test_the_difference_of_the_settlement_year_is_that_since_the_last_closing_rate(book):
    """The same question, a year on: settled at 67, so 5,000 x (67 - 65) = 10,000 is the year's."""
    book.post(PURCHASE)
    set_rate(book, "2026-03-31", "65")
    revalue(book)
    settled_on = date(2027, 3, 31)
    postings = exchange.settlement(
        Posting("creditors", -500_000, "USD", -300_000_00),
        500_000,
        [Posting("bank", -335_000_00, "INR")],
        base_currency="INR",
        through=THROUGH,
    )
    book.post(JournalEntry(book.company, settled_on, "Paid", postings))

    assert profit(book, YEAR_END) == -25_000_00
    assert profit(book, settled_on) - profit(book, YEAR_END) == -10_000_00
    assert base(book, "creditors") == base(book, "exchange_clearing") == 0


def test_a_payable_that_costs_less_is_a_gain_and_the_machine_stays(book):
    """CA Final, November 2018: 2 lakh dollars at 68, closing rate 65: a gain of 6,00,000."""
    book.post("""
        2026-01-01  Machine
          Dr  machinery  200000.00 USD = 13600000.00 INR
          Cr  creditors  200000.00 USD = 13600000.00 INR
    """)
    set_rate(book, "2026-03-31", "65")
    revalue(book)
    assert profit(book, YEAR_END) == 600_000_00
    assert base(book, "creditors", YEAR_END) == -13_000_000_00
    assert base(book, "machinery", YEAR_END) == 13_600_000_00


def test_currencies_without_and_with_three_digits_are_revalued(book):
    """10,000 yen at 55.00 per hundred, now 54.50: 50 less. 2.500 dinars at 270, now 273.4567."""
    book.post("""
        2026-03-01  Sales abroad
          Dr  receivables  10000 JPY = 5500.00 INR
          Cr  sales        10000 JPY = 5500.00 INR
          Dr  receivables  2.500 KWD = 675.00 INR
          Cr  sales        2.500 KWD = 675.00 INR
    """)
    set_rate(book, "2026-03-31", "54.50", pair="JPY/INR", units=100)
    set_rate(book, "2026-03-31", "273.4567", pair="KWD/INR")

    lines = preview(book).lines

    found = [(line.currency, line.amount, line.revalued, line.difference) for line in lines]
    assert found == [("JPY", 10_000, 5_450_00, -50_00), ("KWD", 2_500, 683_64, 8_64)]
    assert str(lines[0].quotation) == (
        "JPY to INR: 100 JPY = 54.5 INR (closing of 2026-03-31, RBI)"
    )
    revalue(book)
    book_entry = book_postings(book, "Revaluation at closing rates of 2026-03-31")
    gains = [p.base for p in book_entry if p.account in ("exchange_gain", "exchange_loss")]
    assert gains == [-8_64, 50_00]


def book_postings(book, narration):
    with book.transaction() as connection:
        booked = entries.entries(connection, book.company)
    (found,) = [one.entry.postings for one in booked if one.entry.narration == narration]
    return found


def test_a_balance_is_taken_as_it_was_on_the_day(book):
    book.post(PURCHASE)
    book.post("""
        2026-04-01  More
          Dr  machinery  1.00 USD = 99.00 INR
          Cr  creditors  1.00 USD = 99.00 INR
    """)
    set_rate(book, "2026-03-31", "65")
    (line,) = preview(book).lines
    assert (line.amount, line.carrying) == (-500_000, -300_000_00)


def test_balances_in_the_base_currency_are_no_balances_to_revalue(book):
    book.post("""
        2026-03-01  Rupees
          Dr  receivables  100.00 INR
          Cr  creditors    100.00 INR
    """)
    assert preview(book).lines == ()


def test_what_does_not_differ_is_listed_and_not_posted(book):
    book.post(PURCHASE)
    book.post("""
        2026-03-01  Sale
          Dr  receivables  10.00 EUR = 900.00 INR
          Cr  sales        10.00 EUR = 900.00 INR
    """)
    set_rate(book, "2026-03-31", "60")
    set_rate(book, "2026-03-31", "91", pair="EUR/INR")
    assert [line.difference for line in preview(book).lines] == [0, 10_00]
    revalue(book)
    accounts = {
        p.account for p in book_postings(book, "Revaluation at closing rates of 2026-03-31")
    }
    assert accounts == {"receivables", "exchange_clearing", "exchange_gain"}


def test_with_nothing_to_revalue_nothing_is_posted_and_that_is_said(book):
    before = [base(book, "creditors"), base(book, "exchange_clearing")]
    made = revalue(book)
    assert not made.has_posted
    assert str(made) == (
        "No balance differs from its closing rate on 2026-03-31; nothing was posted."
    )
    assert [base(book, "creditors"), base(book, "exchange_clearing")] == before
    assert revalue(book) == made
    book.assert_is("")


def test_each_set_of_dimensions_is_revalued_and_balances_by_itself(book):
    book.post("""
        2026-03-01  Sales abroad
          Dr  receivables  100.00 USD = 8000.00 INR  branch Mysuru
          Cr  sales        100.00 USD = 8000.00 INR
          Dr  receivables  200.00 USD = 17000.00 INR  branch Hubballi
          Cr  sales        200.00 USD = 17000.00 INR
    """)
    set_rate(book, "2026-03-31", "83")
    revalue(book)
    found = book_postings(book, "Revaluation at closing rates of 2026-03-31")
    for branch, difference in (("Mysuru", 300_00), ("Hubballi", -400_00)):
        of_branch = [p for p in found if p.dimensions == (("branch", branch),)]
        assert sum(p.base for p in of_branch) == 0
        (at,) = [p.base for p in of_branch if p.account == "receivables"]
        assert at == difference


def test_gain_and_loss_take_over_only_the_dimensions_that_are_named(book):
    book.post("""
        2026-03-01  Sales abroad
          Dr  receivables  100.00 USD = 8000.00 INR  branch Mysuru  party V-001
          Cr  sales        100.00 USD = 8000.00 INR
          Dr  receivables  200.00 USD = 17000.00 INR  branch Mysuru  party V-002
          Cr  sales        200.00 USD = 17000.00 INR
    """)
    set_rate(book, "2026-03-31", "83")
    revalue(book, through=replace(THROUGH, dimensions=("branch",)))
    found = book_postings(book, "Revaluation at closing rates of 2026-03-31")
    results = [(p.account, p.base, p.dimensions) for p in found if "exchange_" in p.account]
    mysuru = (("branch", "Mysuru"),)
    assert results == [
        ("exchange_clearing", 100_00, mysuru),
        ("exchange_clearing", -100_00, mysuru),
        ("exchange_gain", -300_00, mysuru),
        ("exchange_loss", 400_00, mysuru),
    ]


def test_what_a_settled_balance_left_behind_is_realised_and_stays(book):
    book.post(PURCHASE)
    book.post("""
        2026-02-01  Paid by hand, at another rate
          Dr  creditors  5000.00 USD = 300123.00 INR
          Cr  sales      5000.00 USD = 300123.00 INR
    """)
    assert (book.balance("creditors"), base(book, "creditors")) == (0, 123_00)

    made = revalue(book)

    assert (made.entry, made.reversal) == (None, None)
    assert base(book, "creditors") == base(book, "creditors", YEAR_END) == 0
    assert profit(book, YEAR_END) == profit(book, date(2026, 4, 1)) == -123_00
    assert book_postings(book, "Residues of settled foreign balances on 2026-03-31")[:1] == (
        Posting("creditors", 0, "USD", -123_00),
    )
    assert str(made) == "Balances were cleaned of residues on 2026-03-31."


def test_a_residue_needs_no_rate(book):
    book.post(PURCHASE)
    book.post("""
        2026-02-01  Paid
          Dr  creditors  5000.00 USD = 300001.00 INR
          Cr  machinery  5000.00 USD = 300001.00 INR
    """)
    (line,) = preview(book).lines
    assert (line.amount, line.quotation, line.residue, line.unrealised) == (0, None, -1_00, 0)


def test_every_rate_that_is_missing_is_named_at_once(book):
    book.post("""
        2026-03-01  Sales abroad
          Dr  receivables  1.00 EUR = 90.00 INR
          Cr  sales        1.00 EUR = 90.00 INR
          Dr  receivables  1.00 USD = 83.00 INR
          Cr  sales        1.00 USD = 83.00 INR
          Dr  receivables  1.000 KWD = 270.00 INR
          Cr  sales        1.000 KWD = 270.00 INR
    """)
    set_rate(book, "2026-03-31", "83")
    set_rate(book, "2026-02-27", "90", pair="EUR/INR")
    before = book.state()
    with pytest.raises(Refusal) as caught:
        revalue(book)
    assert caught.value.code == "rate_must_exist"
    assert caught.value.facts == {"currencies": "EUR, KWD"}
    assert "EUR" in caught.value.message
    assert "KWD" in caught.value.message
    assert "2026-02-27" in caught.value.message
    assert book.state() == before


def test_the_rates_used_are_kept_with_the_pivots(book):
    book.post("""
        2026-03-01  Sale
          Dr  receivables  1000 JPY = 550.00 INR
          Cr  sales        1000 JPY = 550.00 INR
    """)
    dollar = set_rate(book, "2026-03-31", "83")
    yen = set_rate(book, "2026-03-31", "150", pair="USD/JPY")
    made = revalue(book, pivot="USD")
    with book.transaction() as connection:
        (kept,) = connection.execute(text("SELECT * FROM revaluation_lines")).all()
    assert (kept.revaluation_id, kept.rate_id, kept.pivot_rate_id) == (made.id, yen.id, dollar.id)
    assert (kept.amount, kept.carrying, kept.revalued) == (1_000, 550_00, 553_33)


def test_a_revaluation_can_be_read_as_the_rates_were_known(book):
    book.post(PURCHASE)
    first = set_rate(book, "2026-03-31", "65")
    asha = book.tenant.person("asha")
    set_rate(book, "2026-03-31", "56", person=asha, reason="Digits swapped")
    assert preview(book).lines[0].revalued == -280_000_00
    assert preview(book, known_at=first.recorded_at).lines[0].revalued == -325_000_00


def test_only_the_accounts_that_are_named_are_revalued(book):
    book.post(PURCHASE)
    book.post("""
        2026-03-01  Sale
          Dr  bank_usd  1.00 USD = 80.00 INR
          Cr  sales     1.00 USD = 80.00 INR
    """)
    set_rate(book, "2026-03-31", "65")
    assert [line.account for line in preview(book, accounts=("bank_usd",)).lines] == ["bank_usd"]


@settings(max_examples=25)
@given(
    sales=st.lists(
        st.tuples(
            st.sampled_from(["USD", "JPY", "KWD"]),
            st.integers(-(10**9), 10**9).filter(bool),
            st.integers(0, 10**12),
            st.sampled_from([(), (("branch", "Mysuru"),)]),
        ),
        min_size=1,
        max_size=6,
    ),
    days=st.integers(0, 300),
)
def test_after_a_revaluation_every_balance_carries_its_closing_rate_and_then_what_it_did(
    book, sales, days
):
    for pair, rate in (("USD/INR", "83.1234"), ("JPY/INR", "0.5543"), ("KWD/INR", "273.4567")):
        set_rate(book, "2025-04-01", rate, pair=pair, key=pair)
    on = date(2025, 5, 1) + timedelta(days=days)
    for currency, amount, worth, dimensions in sales:
        signed = worth if amount > 0 else -worth
        postings = (
            Posting("receivables", amount, currency, signed, dimensions),
            Posting("sales", -amount, currency, -signed),
        )
        book.post(JournalEntry(book.company, on, "Sale", postings))
    scope = {"on": on, "max_age_days": 400}
    before = {key(line): line.carrying for line in preview(book, **scope).lines}
    next_before = base(book, "receivables", on + timedelta(days=1))

    made = revalue(book, key=str(uuid4()), **scope)

    with book.transaction() as connection:
        after = monetary.preview(connection, Scope(book.company, on, max_age_days=400))
    assert after.is_current
    for line in after.lines:
        exact, _ = exchange.convert(Money(line.amount, line.currency), line.quotation)
        assert line.carrying == exact.amount
    residues = sum(
        p.base
        for p in (book_entry(book, made.clean_up) if made.clean_up else ())
        if p.account == "receivables"
    )
    assert base(book, "receivables", on + timedelta(days=1)) == next_before + residues
    assert base(book, "exchange_clearing", on) == 0
    assert set(map(key, after.lines)) <= set(before)


def key(line):
    return line.account, line.currency, line.dimensions


def book_entry(book, id):
    with book.transaction() as connection:
        return entries.entry(connection, id).entry.postings
