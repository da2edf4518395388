"""The cash flow statement of the worked year, direct and indirect, and of cash in two currencies.

Operating: receipts 390,000 - suppliers and rent 274,000 - employees 40,000 = 76,000. Financing:
interest paid 6,000. Change in cash 76,000 - 6,000 = 70,000 = 410,000 - 340,000 (Ind AS 7, paragraph
45: the components reconcile to the balance sheet).
"""

from dataclasses import replace
from datetime import date

import pytest

from domain.ledger.entry import EntryKind
from tests.domain.reports.conftest import figures, in_rupees, post_all
from tests.domain.reports.final_accounts import ADJUSTMENTS, CLOSING, OPENING, YEAR

OF_YEAR = {"since": date(2025, 4, 1), "until": date(2026, 3, 31)}

ENDING = {
    "Net increase (decrease) in cash and cash equivalents (A + B + C + D)": 70_000,
    "Cash and cash equivalents at the beginning of the period": 340_000,
    "Cash and cash equivalents at the end of the period": 410_000,
    "Effect of exchange rate changes on cash held in foreign currency (D)": 0,
    "Interest paid": -6_000,
    "Net cash from operating activities (A)": 76_000,
    "Net cash from financing activities (C)": -6_000,
}
INDIRECT = ENDING | {
    "Profit before tax": 97_500,
    "Depreciation and amortisation": 20_000,
    "Finance costs": 12_000,
    "Trade receivables": -85_500,
    "Inventories": -20_000,
    "Trade payables": 50_000,
    "Other assets and liabilities": 2_000,
}
DIRECT = ENDING | {
    "Receipts from customers": 390_000,
    "Payments to suppliers": -274_000,
    "Payments to and for employees": -40_000,
}


@pytest.fixture
def year(book):
    post_all(book, OPENING, kind=EntryKind.OPENING)
    post_all(book, YEAR)
    post_all(book, ADJUSTMENTS, kind=EntryKind.ADJUSTING)
    return book


@pytest.mark.parametrize(("layout", "expected"), [("indirect", INDIRECT), ("direct", DIRECT)])
def test_both_methods_give_the_change_in_cash(year, ask, layout, expected):
    report = ask("cash-flow", **OF_YEAR, layout=layout)

    found = in_rupees(report)
    assert {name: amount for name, amount in found.items() if amount} == {
        name: amount for name, amount in expected.items() if amount
    }
    assert not any("differ" in note for note in report.notes)


def test_closing_the_year_moves_no_cash(year, ask):
    before = ask("cash-flow", **OF_YEAR)
    year.post(replace(year.entry(CLOSING), kind=EntryKind.CLOSING))
    assert ask("cash-flow", **OF_YEAR) == before


def test_acquiring_and_borrowing_are_no_operations(year, ask):
    post_all(
        year,
        """
        2026-01-01  Plant on credit
          Dr  property_plant_equipment  90000.00 INR
          Cr  capital_creditors         90000.00 INR
        2026-01-31  Half of it paid
          Dr  capital_creditors  45000.00 INR
          Cr  bank               45000.00 INR
        2026-02-01  Borrowed
          Dr  bank        30000.00 INR
          Cr  borrowings  30000.00 INR
        2026-02-28  Dividend received
          Dr  bank             1200.00 INR
          Cr  dividend_income  1200.00 INR
        2026-03-15  Dividend paid
          Dr  retained_earnings  10000.00 INR
          Cr  bank               10000.00 INR
        """,
    )
    found = in_rupees(ask("cash-flow", **OF_YEAR))
    assert found["Net cash from operating activities (A)"] == 76_000
    assert found["Profit before tax"] == 98_700
    assert found["Interest, dividends and gains of investing"] == -1_200
    assert found["Net cash from investing activities (B)"] == -45_000 + 1_200
    assert found["Borrowings, less repayments"] == 30_000
    assert found["Other financing activities, dividends among them"] == -10_000
    assert found["Cash and cash equivalents at the end of the period"] == 386_200


def test_revaluing_dollars_in_the_bank_is_no_flow(year, ask):
    # Ind AS 7, paragraph 28: 100.00 USD bought at 83, at the year's end worth 85.
    post_all(
        year,
        """
        2026-02-01  Dollars bought
          Dr  bank_usd           100.00 USD = 8300.00 INR
          Cr  exchange_clearing  100.00 USD = 8300.00 INR
          Dr  exchange_clearing  8300.00 INR
          Cr  bank               8300.00 INR
        """,
    )
    post_all(
        year,
        """
        2026-03-31  Dollars at 85
          Dr  bank_usd  0.00 USD = 200.00 INR
          Cr  exchange_gain_unrealised  0.00 USD = 200.00 INR
        """,
        kind=EntryKind.REVALUATION,
    )
    for layout in ("direct", "indirect"):
        found = in_rupees(ask("cash-flow", **OF_YEAR, layout=layout))
        exchange = "Effect of exchange rate changes on cash held in foreign currency (D)"
        assert found[exchange] == 200
        assert found["Net cash from operating activities (A)"] == 76_000
        assert found["Cash and cash equivalents at the end of the period"] == 410_200


def test_months_add_up_to_the_year(year, ask):
    report = ask("cash-flow", **OF_YEAR, by="month")
    *months, whole = figures(report)[
        "Net increase (decrease) in cash and cash equivalents (A + B + C + D)"
    ]
    assert sum(months) == whole == 7_000_000
    opening = figures(report)["Cash and cash equivalents at the beginning of the period"]
    closing = figures(report)["Cash and cash equivalents at the end of the period"]
    assert opening[1:12] == closing[:11]


def test_cash_that_does_not_add_up_is_told(year, ask):
    with year.as_owner() as connection:
        for table, day in (("balances", ""), ("day_movements", " AND entry_date = '2025-07-31'")):
            connection.exec_driver_sql(
                f"UPDATE {table} SET base_debit = base_debit + 900 WHERE account_id ="
                f" (SELECT id FROM accounts WHERE code = 'bank'){day}"
            )
    notes = " ".join(ask("cash-flow", **OF_YEAR).notes)
    assert "differ from the change in cash by -900 minor units of INR" in notes
