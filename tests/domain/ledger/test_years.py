"""Closing a fiscal year, reopening it, and what the next one opens with."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from domain.ledger import periods, years
from domain.ledger.entry import EntryKind
from domain.ledger.periods import PeriodState
from tests.domain.ledger.trading_company import CLOSING, LAST_DAY, TRADING, YEAR, Trader
from tests.domain.refused import refused

FIRST_DAY = date(2025, 4, 1)
BALANCE_SHEET = {"bank": 58_000_000, "share_capital": -50_000_000, "retained_earnings": -8_000_000}
ACCRUAL = """
    2026-03-31  Travel of March, not yet billed
      Dr  travel           5000.00 INR  branch Mysuru
      Cr  vendor_payable   5000.00 INR
"""


@pytest.fixture
def book(database, tenant):
    trader = Trader(database, tenant)
    trader.trade()
    return trader


def accrue(book):
    book.post(replace(book.entry(ACCRUAL), kind=EntryKind.ADJUSTING))


def states(book, year=YEAR):
    with book.transaction() as connection:
        found = periods.listed(connection, book.company)
    return [period.state for period in found if period.fiscal_year == year]


def test_closing_moves_the_result_of_each_branch_to_retained_earnings(book):
    closing = book.lock_and_close()

    book.assert_is(TRADING + CLOSING)
    assert (closing.version, len(closing.entries), closing.ends_on) == (1, 3, LAST_DAY)
    assert book.balance("retained_earnings") == -8_000_000
    for account in ("sales", "purchases", "office_rent", "professional_fees"):
        assert book.balance(account, as_of=LAST_DAY) == 0
    assert states(book) == [PeriodState.CLOSED] * 13
    book.assert_snapshot_is_raw(closing)


def test_the_next_year_opens_with_the_balance_sheet_and_no_income(book):
    before = book.openings("2026-27")
    assert before.unclosed_result == -8_000_000
    assert "retained_earnings" not in book.opened_with("2026-27")

    book.lock_and_close()

    assert book.openings("2026-27").unclosed_result == 0
    assert book.opened_with("2026-27") == BALANCE_SHEET
    assert book.opened_with(YEAR) == {}


def test_income_before_closing_is_the_movements_less_what_closing_moved(book):
    book.lock_and_close()
    moved = book.closing_sums(FIRST_DAY, LAST_DAY)
    assert moved == {
        "sales": 42_000_000, "purchases": -27_000_000, "office_rent": -6_000_000,
        "professional_fees": -1_000_000, "retained_earnings": -8_000_000,
    }  # fmt: skip
    assert book.balance("sales", as_of=LAST_DAY) - moved["sales"] == -42_000_000
    assert book.closing_sums(date(2026, 4, 1), date(2027, 3, 31)) == {}
    assert book.closing_sums(FIRST_DAY, date(2026, 3, 30)) == {}


def test_a_closed_year_takes_no_entry_of_any_kind(book):
    book.lock_and_close()
    for kind in (EntryKind.NORMAL, EntryKind.ADJUSTING, EntryKind.CLOSING):
        with refused("period_locked", "closed"):
            book.post(replace(book.sale(on=LAST_DAY), kind=kind))


def test_income_in_another_currency_crosses_at_what_it_is_worth_in_the_book(book):
    """A dollar of income stays at the rate of its day (Ind AS 21.21), so closing takes that."""
    book.post("""
        2026-01-10  Export
          Dr  advances_abroad  1000.00 USD = 83000.00 INR
          Cr  sales     1000.00 USD = 83000.00 INR  branch Goa
    """)
    closing = book.lock_and_close()

    book.assert_is(
        TRADING
        + """
        2026-01-10  Export
          Dr  advances_abroad  1000.00 USD = 83000.00 INR
          Cr  sales     1000.00 USD = 83000.00 INR  branch Goa
        """
        + CLOSING
        + """
        2026-03-31  Closing of 2025-26
          Dr  sales              1000.00 USD = 83000.00 INR  branch Goa
          Cr  exchange_clearing  1000.00 USD = 83000.00 INR  branch Goa
          Dr  exchange_clearing  83000.00 INR  branch Goa
          Cr  retained_earnings  83000.00 INR  branch Goa
        """
    )
    book.assert_snapshot_is_raw(closing)
    assert book.openings("2026-27").unclosed_result == 0


def test_income_and_expense_that_cancel_out_in_dollars_but_not_in_rupees_are_closed(book):
    book.post("""
        2026-01-10  Export
          Dr  advances_abroad  100.00 USD = 8300.00 INR
          Cr  sales     100.00 USD = 8300.00 INR
    """)
    book.post("""
        2026-02-10  Bought abroad
          Cr  advances_abroad   100.00 USD = 8400.00 INR
          Dr  purchases  100.00 USD = 8400.00 INR
    """)
    book.lock_and_close()

    assert book.balance("retained_earnings") == -8_000_000 + 10_000
    with book.transaction() as connection:
        left = connection.execute(text(
            "SELECT sum(base_debit - base_credit), sum(debit - credit) FROM balances b"
            " JOIN accounts a ON a.id = b.account_id WHERE a.kind IN ('income', 'expense')"
            " GROUP BY account_id, b.currency"
        )).all()  # fmt: skip
    assert {tuple(row) for row in left} == {(0, 0)}
    assert book.integrity().holds


def test_a_year_without_income_or_expense_is_closed_without_an_entry(book):
    book.lock_and_close()
    closing = book.lock_and_close("2026-27")
    assert closing.entries == ()
    book.assert_snapshot_is_raw(closing)


def test_a_reopened_year_takes_a_late_entry_and_is_closed_again(book):
    """The accrual takes 5,000 off Mysuru's 96,000: the year's 80,000 become 75,000."""
    first = book.lock_and_close()
    kept = book.closing_sums(FIRST_DAY, LAST_DAY)

    assert book.reopen_year().id == first.id
    assert states(book) == [PeriodState.LOCKED] * 13
    assert book.balance("retained_earnings") == 0
    assert book.balance("sales") == -42_000_000
    assert book.closing_sums(FIRST_DAY, LAST_DAY) == {}
    with refused("period_locked", "the adjustment period of 2025-26 is locked"):
        accrue(book)
    with book.transaction() as connection:
        adjustment = periods.adjustment(connection, book.company, YEAR)
        deepa = book.tenant.person("deepa")
        periods.reopen(connection, adjustment.id, person=deepa, reason="Accrual")
    accrue(book)
    second = book.close(key="close again")

    assert (second.version, len(second.entries)) == (2, 3)
    assert book.balance("retained_earnings") == -7_500_000
    assert book.opened_with("2026-27") == {
        **BALANCE_SHEET, "retained_earnings": -7_500_000, "vendor_payable": -500_000,
    }  # fmt: skip
    moved = book.closing_sums(FIRST_DAY, LAST_DAY)
    assert moved == {**kept, "travel": -500_000, "retained_earnings": -7_500_000}
    book.assert_snapshot_is_raw(second)
    assert book.integrity().holds


def test_a_snapshot_stays_though_its_year_was_reopened(book):
    first = book.lock_and_close()
    with book.transaction() as connection:
        kept = connection.execute(text("SELECT * FROM period_balances ORDER BY 1, 2, 3, 4, 5"))
        before = kept.all()
    book.reopen_year()
    with book.transaction() as connection:
        kept = connection.execute(text("SELECT * FROM period_balances ORDER BY 1, 2, 3, 4, 5"))
        assert kept.all() == before
        (listed,) = years.listed(connection, book.company)
    assert (listed.id, listed.maker, listed.checker) == (
        first.id, book.tenant.person("asha"), book.tenant.person("bina"),
    )  # fmt: skip
    assert listed.reopened_at is not None


def test_later_years_are_right_after_an_earlier_one_was_reopened_and_closed_again(book):
    book.lock_and_close()
    book.post("""
        2026-05-05  Hubli trades on
          Dr  bank   7000.00 INR
          Cr  sales  7000.00 INR  branch Hubli
    """)
    book.lock_and_close("2026-27")
    assert book.balance("retained_earnings") == -8_700_000

    book.reopen_year("2026-27")
    book.reopen_year()
    with book.transaction() as connection:
        adjustment = periods.adjustment(connection, book.company, YEAR)
        deepa = book.tenant.person("deepa")
        periods.reopen(connection, adjustment.id, person=deepa, reason="Accrual")
    accrue(book)
    book.close(key="close 2025-26 again")
    again = book.close("2026-27", key="close 2026-27 again")

    assert book.balance("retained_earnings", as_of=LAST_DAY) == -7_500_000
    assert book.balance("retained_earnings") == -8_200_000
    assert book.closing_sums(date(2026, 4, 1), date(2027, 3, 31)) == {
        "sales": 700_000, "retained_earnings": -700_000,
    }  # fmt: skip
    book.assert_snapshot_is_raw(again)
    assert book.integrity().holds


def test_what_became_of_a_closed_years_periods_is_kept(book):
    book.lock_and_close()
    book.reopen_year()
    with book.transaction() as connection:
        adjustment = periods.adjustment(connection, book.company, YEAR)
        history = periods.changes(connection, adjustment.id)
    assert [(one.old_state, one.state, one.reason, one.checked_by) for one in history] == [
        ("open", "closed", "Audited", None),
        ("closed", "locked", "Found by the auditor", book.tenant.person("bina")),
    ]


def test_closing_ends_the_locks_of_modules_and_of_roles(book):
    book.lock_months()
    with book.transaction() as connection:
        deepa = book.tenant.person("deepa")
        adjustment = periods.adjustment(connection, book.company, YEAR).id
        said = {"person": deepa, "reason": "Review"}
        periods.lock(connection, adjustment, module="general", **said)
        periods.soft_lock(connection, adjustment, roles=["finance_head"], **said)
    book.close()
    with book.transaction() as connection:
        found = periods.get(connection, adjustment)
    assert (found.state, found.roles, found.modules) == ("closed", (), ())
