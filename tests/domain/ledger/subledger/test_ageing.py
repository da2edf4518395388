"""Ageing as of any day, and the statement of account that it sums up."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.ledger.subledger.ageing import Basis, Control, ageing
from domain.ledger.subledger.allocation import Tie
from domain.ledger.subledger.statement_of_account import statement_of_account
from sandbox.tenant import Tenant, open_tenant
from tests.book import Book
from tests.domain.ledger.subledger.conftest import EXCHANGE, PartyBook, with_parties
from tests.domain.refused import refused


def aged(book, as_of=date(2026, 7, 31), **more):
    return book.read(lambda c: ageing(c, book.company, as_of=as_of, **more))


def figures(book, as_of=date(2026, 7, 31), **more):
    """Each party's buckets and what is on account, in rupees."""
    return {
        line.party_code: [*(amount // 100 for amount in line.buckets), line.on_account // 100]
        for line in aged(book, as_of, **more).lines
    }


def statement(book, since, until, party="C-001", **more):
    return book.read(
        lambda c: statement_of_account(
            c, book.company, book.tenant.party(party), since=since, until=until, **more
        )
    )


def test_items_stand_in_the_bucket_of_the_days_they_are_overdue(book):
    """On 31 July: due that day is not due; the day before is 1; 30, 31, 60, 61, 90 and 91 days."""
    for rupees, days in ((1, -5), (2, 0), (4, 1), (8, 30), (16, 31), (32, 60), (64, 61), (128, 90),
                         (256, 91)):  # fmt: skip
        due = date(2026, 7, 31) - timedelta(days)
        book.invoice(rupees, min("2026-07-01", due.isoformat()), due=due.isoformat())

    found = aged(book)
    assert found.titles == ("not due", "1-30", "31-60", "61-90", "over 90")
    (line,) = found.lines
    assert (line.account, line.party_code, line.currency) == ("receivables", "C-001", "INR")
    assert [amount // 100 for amount in line.buckets] == [3, 12, 48, 192, 256]
    assert line.total == line.base_total == sum(line.buckets)


def test_items_age_by_entry_date_too_and_in_other_buckets(book):
    book.invoice(100, "2026-07-01", due="2026-08-30")
    assert figures(book) == {"C-001": [100, 0, 0, 0, 0, 0]}
    assert figures(book, basis=Basis.ENTRY_DATE) == {"C-001": [0, 100, 0, 0, 0, 0]}
    assert figures(book, basis=Basis.ENTRY_DATE, buckets=(15,)) == {"C-001": [0, 0, 100, 0]}
    assert aged(book, buckets=(15,)).titles == ("not due", "1-15", "over 15")


def test_an_advance_is_on_account_and_reduces_the_total(book):
    book.invoice(100, "2026-07-01")
    book.receipt(30, "2026-07-10")
    assert figures(book) == {"C-001": [0, 100, 0, 0, 0, -30]}
    assert aged(book).lines[0].total == 7_000 == book.balance("receivables")


def test_payables_stand_as_credits(book):
    book.post_of(
        "V-001",
        "2026-07-01  Audit\n Dr professional_fees 100.00 INR\n Cr payables 100.00 INR",
    )
    assert figures(book, control=Control.PAYABLE) == {"V-001": [0, -100, 0, 0, 0, 0]}
    assert figures(book) == {}


def test_a_past_day_shows_what_was_open_then(book):
    sale = book.invoice(100, "2026-06-01")
    receipt = book.receipt(60, "2026-06-20")
    made = book.allocate(Tie(sale, receipt), on=date(2026, 6, 25))
    rest = book.receipt(40, "2026-07-05")
    book.allocate(Tie(sale, rest), on=date(2026, 7, 5))

    assert figures(book, date(2026, 5, 31)) == {}
    assert figures(book, date(2026, 6, 19)) == {"C-001": [0, 100, 0, 0, 0, 0]}
    assert figures(book, date(2026, 6, 24)) == {"C-001": [0, 100, 0, 0, 0, -60]}
    assert figures(book, date(2026, 6, 25)) == {"C-001": [0, 40, 0, 0, 0, 0]}
    assert figures(book, date(2026, 7, 4)) == {"C-001": [0, 0, 40, 0, 0, 0]}
    assert figures(book, date(2026, 7, 5)) == {}

    book.undo(made.id, on=date(2026, 7, 16))
    assert figures(book, date(2026, 7, 5)) == {}
    assert figures(book, date(2026, 7, 16)) == {"C-001": [0, 0, 60, 0, 0, -60]}


def test_a_reversed_sale_was_open_until_its_reversal(book):
    sale = book.invoice(100, "2026-06-01")
    book.reverse(sale.entry, on=date(2026, 7, 10))
    assert figures(book, date(2026, 7, 9)) == {"C-001": [0, 0, 100, 0, 0, 0]}
    assert figures(book, date(2026, 7, 10)) == {}


@pytest.mark.parametrize("buckets", [(), (30, 30), (60, 30), (0, 30), (-1,)])
def test_buckets_that_do_not_rise_are_refused(book, buckets):
    with refused("buckets_must_rise"):
        aged(book, buckets=buckets)


def test_the_ageing_of_another_tenant_is_not_seen(book, database):
    book.invoice(100, "2026-06-01")
    stranger = open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY)
    assert (
        PartyBook(database, stranger)
        .read(lambda c: ageing(c, book.company, as_of=Book.TODAY))
        .lines
        == ()
    )


def test_a_statement_of_account_runs_from_opening_to_closing(book):
    before = book.invoice(1000, "2026-05-10")
    sale = book.invoice(500, "2026-06-02", due="2026-07-02")
    receipt = book.receipt(1200, "2026-06-20")
    book.allocate(Tie(before, receipt), Tie(sale, receipt), on=date(2026, 6, 20))
    book.invoice(77, "2026-07-01")

    (account,) = statement(book, date(2026, 6, 1), date(2026, 6, 30)).accounts
    assert (account.account, account.currency) == ("receivables", "INR")
    assert (account.opening, account.closing) == (100_000, 30_000)
    assert [(line.item, line.amount, line.balance) for line in account.lines] == [
        (sale, 50_000, 150_000),
        (receipt, -120_000, 30_000),
    ]
    first, second = account.lines
    assert (first.due_date, first.narration) == (date(2026, 7, 2), "Sale")
    assert [(each.other, each.amount) for each in first.settled_with] == [(receipt, -20_000)]
    assert [each.other for each in second.settled_with] == [before, sale]
    assert (first.open_amount, second.open_amount) == (30_000, 0)


def test_a_statement_shows_nothing_that_was_allocated_after_it(book):
    sale, receipt = book.invoice(500, "2026-06-02"), book.receipt(500, "2026-06-20")
    book.allocate(Tie(sale, receipt), on=date(2026, 7, 1))
    (account,) = statement(book, date(2026, 6, 1), date(2026, 6, 30)).accounts
    assert [line.open_amount for line in account.lines] == [50_000, -50_000]
    (after,) = statement(book, date(2026, 7, 1), date(2026, 7, 31)).accounts
    assert (after.opening, after.lines, after.closing, after.base_closing) == (0, (), 0, 0)


def test_a_statement_keeps_currencies_apart_and_shows_exchange_differences(book):
    (sale,) = book.post_of(
        "C-001",
        "2026-06-02  Export\n Dr receivables 10.00 USD = 830.00 INR\n"
        " Cr sales 10.00 USD = 830.00 INR",
    )
    (receipt,) = book.post_of(
        "C-001",
        "2026-06-20  Paid\n Dr bank 10.00 USD = 835.00 INR\n Cr receivables 10.00 USD = 835.00 INR",
    )
    book.invoice(5, "2026-06-03")
    book.allocate(Tie(sale, receipt), on=date(2026, 6, 20), exchange=EXCHANGE)

    rupees, dollars = statement(book, date(2026, 6, 1), date(2026, 6, 30)).accounts
    assert (rupees.currency, rupees.closing) == ("INR", 500)
    assert (dollars.currency, dollars.closing, dollars.base_closing) == ("USD", 0, 0)
    assert [line.base_amount for line in dollars.lines] == [83_000, -83_500, 500]


def test_who_never_bought_has_an_empty_statement(book):
    assert statement(book, date(2026, 6, 1), date(2026, 6, 30)).accounts == ()


@pytest.fixture(scope="module")
def lasting(database):
    """A book that serves all examples."""
    made = open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY)
    return with_parties(PartyBook(database, made))


@settings(max_examples=20)
@given(
    sales=st.lists(st.tuples(st.integers(1, 90), st.integers(0, 60)), min_size=1, max_size=3),
    receipts=st.lists(st.tuples(st.integers(1, 90), st.integers(0, 60)), min_size=1, max_size=3),
    as_of=st.integers(0, 100),
)
def test_on_every_day_the_ageing_sums_to_the_balance_of_that_day(lasting, sales, receipts, as_of):
    start = date(2026, 4, 1)

    def on(days):
        return (start + timedelta(days)).isoformat()

    debits = [lasting.invoice(rupees, on(days)) for rupees, days in sales]
    credits = [lasting.receipt(rupees, on(days)) for rupees, days in receipts]
    for place, (debit, credit) in enumerate(zip(debits, credits, strict=False)):
        lasting.allocate(Tie(debit, credit), on=start + timedelta(60 + 10 * place))
    day = start + timedelta(as_of)
    found = aged(lasting, day)
    assert sum(line.total for line in found.lines) == lasting.balance("receivables", as_of=day)
    (account,) = statement(lasting, start, day).accounts or (None,)
    assert (account.closing if account else 0) == lasting.balance("receivables", as_of=day)
    if account:
        open_then = sum(line.open_amount for line in account.lines)
        assert open_then == account.closing
