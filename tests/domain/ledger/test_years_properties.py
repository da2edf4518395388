"""What holds of a closing whatever was posted in the year."""

from datetime import date
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from domain.ledger.entry import JournalEntry, Posting
from sandbox.tenant import Tenant, open_tenant
from tests.book import Book
from tests.domain.ledger.trading_company import LAST_DAY, Trader

ACCOUNTS = ("sales", "travel", "purchases", "share_capital", "professional_fees")
RESULT = text("""
    SELECT b.account_id, b.currency, b.dimension_set_id, sum(debit) - sum(credit) AS amount,
           sum(base_debit) - sum(base_credit) AS base_amount
    FROM balances b JOIN accounts a ON a.id = b.account_id
    WHERE a.kind IN ('income', 'expense') GROUP BY 1, 2, 3
    HAVING sum(debit) <> sum(credit) OR sum(base_debit) <> sum(base_credit) ORDER BY 1, 2, 3
""")

amounts = st.integers(-(10**12), 10**12).filter(bool)
branches = st.sampled_from([(), (("branch", "Mysuru"),), (("branch", "Hubli"),)])
years_postings = st.lists(
    st.tuples(
        st.sampled_from(ACCOUNTS),
        st.sampled_from(ACCOUNTS),
        amounts,
        st.sampled_from(["INR", "USD", "JPY"]),
        st.integers(0, 10**6),
        branches,
        st.integers(1, 28),
    ),
    min_size=1,
    max_size=8,
)


def entry(book, drawn):
    """One account against another, each with its branch, worth anything in the base currency."""
    one, other, amount, currency, base, branch, day = drawn
    base_amount = None if currency == "INR" else base
    opposite = None if base_amount is None else -base_amount
    postings = (
        Posting(one, amount, currency, base_amount, branch),
        Posting(other, -amount, currency, opposite),
    )
    return JournalEntry(book.company, date(2025, 4, day), "Anything", postings)


def result(book):
    with book.transaction() as connection:
        return [tuple(row) for row in connection.execute(RESULT)]


@settings(max_examples=25, deadline=None)
@given(drawn=years_postings)
def test_closing_zeroes_the_result_and_reopening_brings_it_back(database, drawn):
    book = Trader(database, open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY))
    book.trade()
    for one in drawn:
        book.post(entry(book, one))
    before = result(book)

    first = book.lock_and_close()

    assert result(book) == []
    book.assert_snapshot_is_raw(first)
    opened = book.openings("2026-27")
    assert opened.unclosed_result == 0
    assert sum(balance.base_amount for balance in opened.balances) == 0
    assert book.opened_with("2026-27").get("retained_earnings", 0) == sum(row[4] for row in before)
    assert book.opened_with("2026-27").get("exchange_clearing", 0) == 0

    book.reopen_year()

    assert result(book) == before
    assert book.closing_sums(date(2025, 4, 1), LAST_DAY) == {}
    second = book.close(key="again")
    assert book.openings("2026-27") == opened
    book.assert_snapshot_is_raw(second)
    assert book.integrity().holds
