"""Profit and loss and balance sheet of a worked set of final accounts, in every layout."""

from dataclasses import replace
from datetime import date

import pytest

from domain.ledger import accounts
from domain.ledger.accounts import Opening
from domain.ledger.entry import EntryKind
from domain.reports.report import RowKind
from tests.domain.reports.conftest import figures, in_rupees, post_all
from tests.domain.reports.final_accounts import ADJUSTMENTS, CLOSING, OPENING, YEAR

END = date(2026, 3, 31)
OF_YEAR = {"since": date(2025, 4, 1), "until": END}

PROFIT_AND_LOSS = {
    "I. Revenue from operations": 480_000,
    "III. Total income (I + II)": 480_000,
    "(b) Purchases of stock-in-trade": 300_000,
    "(c) Changes in inventories of finished goods, work-in-progress and stock-in-trade": -20_000,
    "(d) Employee benefits expense": 44_000,
    "(e) Finance costs": 12_000,
    "(f) Depreciation and amortisation expense": 20_000,
    "(g) Other expenses": 26_500,
    "Total expenses (IV)": 382_500,
    "V. Profit before exceptional and extraordinary items and tax (III - IV)": 97_500,
    "VII. Profit before extraordinary items and tax (V - VI)": 97_500,
    "IX. Profit before tax (VII - VIII)": 97_500,
    "(1) Current tax": 20_000,
    "XI. Profit (loss) for the period from continuing operations (IX - X)": 77_500,
    "XV. Profit (loss) for the period (XI + XIV)": 77_500,
}
BALANCE_SHEET = {
    "(a) Share capital": 500_000,
    "(b) Reserves and surplus": 77_500,
    "Total shareholders' funds": 577_500,
    "(a) Long-term borrowings": 100_000,
    "Total non-current liabilities": 100_000,
    "(B) total outstanding dues of creditors other than micro enterprises and small enterprises": (
        50_000
    ),
    "(c) Other current liabilities": 10_000,
    "(d) Short-term provisions": 20_000,
    "Total current liabilities": 80_000,
    "TOTAL EQUITY AND LIABILITIES": 757_500,
    "(i) Property, plant and equipment": 180_000,
    "Total non-current assets": 180_000,
    "(b) Inventories": 80_000,
    "(c) Trade receivables": 85_500,
    "(d) Cash and cash equivalents": 410_000,
    "(f) Other current assets": 2_000,
    "Total current assets": 577_500,
    "TOTAL ASSETS": 757_500,
}


@pytest.fixture
def accounts_of_the_year(book):
    post_all(book, OPENING, kind=EntryKind.OPENING)
    post_all(book, YEAR)
    post_all(book, ADJUSTMENTS, kind=EntryKind.ADJUSTING)
    return book


def close(book):
    return book.post(replace(book.entry(CLOSING), kind=EntryKind.CLOSING), key="closing")


def test_profit_and_loss_in_the_layout_of_schedule_iii(accounts_of_the_year, ask):
    report = ask("profit-and-loss", **OF_YEAR)

    assert in_rupees(report) == PROFIT_AND_LOSS
    assert report.notes == ("Source: Companies Act 2013, Schedule III, Division I, Part II",)


def test_the_balance_sheet_in_the_layout_of_schedule_iii(accounts_of_the_year, ask):
    report = ask("balance-sheet", as_of=END)

    assert in_rupees(report) == BALANCE_SHEET
    assert report.notes == ("Source: Companies Act 2013, Schedule III, Division I, Part I",)


def test_closing_the_year_changes_neither_statement_of_it(accounts_of_the_year, ask):
    closing = close(accounts_of_the_year)
    assert in_rupees(ask("profit-and-loss", **OF_YEAR)) == PROFIT_AND_LOSS
    assert in_rupees(ask("balance-sheet", as_of=END)) == BALANCE_SHEET

    accounts_of_the_year.reverse(closing.entry, on=END, reason="Year reopened")
    assert in_rupees(ask("profit-and-loss", **OF_YEAR)) == PROFIT_AND_LOSS
    assert in_rupees(ask("balance-sheet", as_of=END)) == BALANCE_SHEET


def test_income_and_expense_open_at_zero_in_the_next_year(accounts_of_the_year, ask):
    close(accounts_of_the_year)
    report = ask("profit-and-loss", since=date(2026, 4, 1), until=date(2026, 7, 16))
    assert set(in_rupees(report).values()) == {0}


@pytest.mark.parametrize(
    ("is_closed", "lines"),
    [
        (True, {"Retained earnings": 77_500, "Profit of the year": -1_000}),
        (
            False,
            {
                "Profit of earlier years not yet closed": 77_500,
                "Profit of the year": -1_000,
            },
        ),
    ],
)
def test_the_profit_of_each_year_stands_under_equity(accounts_of_the_year, ask, is_closed, lines):
    book = accounts_of_the_year
    if is_closed:
        close(book)
    book.post("""
        2026-05-01  Travel
          Dr  travel  1000.00 INR
          Cr  bank    1000.00 INR
    """)
    report = ask("balance-sheet", as_of=date(2026, 7, 16), layout="plain")
    found = in_rupees(report)

    assert {name: found[name] for name in lines} == lines
    assert found["Total assets"] == found["Total liabilities and equity"] == 756_500
    assert ("Profit of earlier years not yet closed" in found) is not is_closed


def test_the_layout_of_the_indian_accounting_standards(accounts_of_the_year, ask):
    sheet = in_rupees(ask("balance-sheet", as_of=END, layout="schedule_iii_ind_as"))
    assert sheet["TOTAL ASSETS"] == sheet["TOTAL EQUITY AND LIABILITIES"] == 757_500
    assert sheet["(b) Other equity"] == 77_500
    assert sheet["(d) Current tax liabilities (net)"] == 20_000
    earnings = in_rupees(ask("profit-and-loss", **OF_YEAR, layout="schedule_iii_ind_as"))
    assert earnings["VII. Profit (loss) before tax (V - VI)"] == 97_500
    assert earnings["XV. Total comprehensive income for the period (XIII + XIV)"] == 77_500


def test_this_year_beside_the_one_before(accounts_of_the_year, ask):
    accounts_of_the_year.post("""
        2026-04-30  Cash sale
          Dr  bank   5000.00 INR
          Cr  sales  5000.00 INR
    """)
    report = ask(
        "profit-and-loss",
        since=date(2026, 4, 1),
        until=date(2026, 6, 30),
        compare="previous_year,2025-04-01..2026-03-31",
    )
    assert [column.title for column in report.columns[2:]] == [
        "2026-04-01 to 2026-06-30",
        "2025-04-01 to 2025-06-30",
        "2025-04-01 to 2026-03-31",
    ]
    assert figures(report)["I. Revenue from operations"] == (500_000, 48_000_000, 48_000_000)
    sheet = ask("balance-sheet", as_of=date(2026, 4, 30), compare="previous_period,2025-04-01")
    assert figures(sheet)["TOTAL ASSETS"] == (76_250_000, 75_750_000, 60_000_000)


def test_columns_by_month_add_up_to_the_range(accounts_of_the_year, ask):
    report = ask("profit-and-loss", **OF_YEAR, by="month")
    *months, whole = figures(report)["XV. Profit (loss) for the period (XI + XIV)"]
    assert len(months) == 12
    assert sum(months) == whole == 7_750_000
    quarters = ask("balance-sheet", as_of=END, by="quarter")
    assert [column.title for column in quarters.columns[2:]] == [
        "2025-06-30", "2025-09-30", "2025-12-31", "2026-03-31",
    ]  # fmt: skip
    assert figures(quarters)["TOTAL ASSETS"] == figures(quarters)["TOTAL EQUITY AND LIABILITIES"]


def test_columns_and_filters_by_dimension(accounts_of_the_year, ask):
    accounts_of_the_year.post("""
        2026-03-01  Travel
          Dr  travel  300.00 INR  branch Mysuru project apollo
          Dr  travel  200.00 INR  branch Hubli
          Cr  bank    500.00 INR
    """)
    by_branch = ask("profit-and-loss", **OF_YEAR, by="branch", layout="plain")
    assert [column.title for column in by_branch.columns[2:]] == [
        "Hubli", "Mysuru", "Not stated", "Total",
    ]  # fmt: skip
    assert figures(by_branch)["Travel"] == (20_000, 30_000, 0, 50_000)
    assert figures(by_branch)["Total income"] == (0, 0, 48_000_000, 48_000_000)
    of_project = ask("profit-and-loss", **OF_YEAR, dimensions=(("project", "apollo"),))
    assert figures(of_project)["(g) Other expenses"] == (30_000,)


def test_each_line_leads_to_its_accounts(accounts_of_the_year, ask):
    report = ask("balance-sheet", as_of=END)
    links = {row.cells[0]: row.link for row in report.rows if row.kind is RowKind.LINE}
    notes = {row.cells[0]: row.cells[1] for row in report.rows if row.kind is RowKind.LINE}
    assert links["(b) Inventories"] == "/v1/ledger/accounts/inventories/postings?until=2026-03-31"
    note = int(notes["(c) Trade receivables"])
    assert links["(c) Trade receivables"] == (
        f"/v1/reports/notes-to-accounts?as_of=2026-03-31&layout=schedule_iii&note={note}"
    )
    assert in_rupees(ask("notes-to-accounts", as_of=END, note=note)) == {
        "Trade receivables": 90_000,
        "Allowance for doubtful debts": -4_500,
        "Total": 85_500,
    }


def test_notes_tell_of_every_line_of_both_statements(accounts_of_the_year, ask):
    notes = ask("notes-to-accounts", since=OF_YEAR["since"], as_of=END)
    numbered = {row.cells[1] for row in notes.rows if row.kind is RowKind.HEADING}
    for name, asked in (("balance-sheet", {"as_of": END}), ("profit-and-loss", OF_YEAR)):
        report = ask(name, **asked)
        assert {r.cells[1] for r in report.rows if r.kind is RowKind.LINE} <= numbered
    totals = [row.cells[2] for row in notes.rows if row.kind is RowKind.SUBTOTAL]
    assert all(totals)


def test_in_hindi_the_figures_are_the_same(accounts_of_the_year, ask):
    english, hindi = (ask("balance-sheet", as_of=END, language=each) for each in ("en", "hi"))
    assert hindi.title == "तुलन-पत्र"
    assert [row.cells[2:] for row in hindi.rows] == [row.cells[2:] for row in english.rows]
    assert all(
        one.cells[0] != other.cells[0] for one, other in zip(hindi.rows, english.rows, strict=True)
    )


def test_an_account_of_no_line_still_counts(accounts_of_the_year, ask):
    with accounts_of_the_year.transaction() as connection:
        accounts.open_account(
            connection,
            Opening(
                company=accounts_of_the_year.company, code="art", title="Paintings", kind="asset",
                opened_on=date(2025, 4, 1),
            ),
        )  # fmt: skip
    accounts_of_the_year.post("""
        2026-03-02  A painting
          Dr  art   700.00 INR
          Cr  bank  700.00 INR
    """)
    found = in_rupees(ask("balance-sheet", as_of=END))
    assert found["(f) Other current assets"] == 2_700
    assert found["TOTAL ASSETS"] == 757_500


def test_a_book_out_of_balance_says_by_how_much(accounts_of_the_year, ask):
    with accounts_of_the_year.as_owner() as connection:
        for table in ("balances", "day_movements WHERE entry_date = '2026-03-31' AND"):
            name, _, narrowed = table.partition(" WHERE ")
            connection.exec_driver_sql(
                f"UPDATE {name} SET base_debit = base_debit + 7 WHERE {narrowed} account_id ="
                " (SELECT id FROM accounts WHERE code = 'inventories')"
            )
    notes = " ".join(ask("balance-sheet", as_of=END).notes)
    assert "out of balance by 7 minor units of INR" in notes
