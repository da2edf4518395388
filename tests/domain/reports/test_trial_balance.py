"""Trial balance, general ledger and day book as reports."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from domain.reports.report import RowKind
from tests.domain.refused import refused
from tests.domain.reports.conftest import figures, post_all

ENTRIES = """
2026-03-31  Capital
  Dr  bank           1000.00 INR
  Cr  share_capital  1000.00 INR
2026-04-10  Rent
  Dr  office_rent  200.00 INR  branch Mysuru
  Cr  bank         200.00 INR
2026-04-10  Cash drawn
  Dr  cash  50.00 INR
  Cr  bank  50.00 INR
2026-05-02  Dollars bought
  Dr  bank_usd           10.00 USD = 830.00 INR
  Cr  exchange_clearing  10.00 USD = 830.00 INR
  Dr  exchange_clearing  830.00 INR
  Cr  bank               600.00 INR
  Cr  share_capital      230.00 INR
"""
APRIL = {"since": date(2026, 4, 1), "until": date(2026, 4, 30)}


@pytest.fixture
def entries(book):
    post_all(book, ENTRIES)
    return book


def test_opening_movement_and_closing_of_every_account(entries, ask):
    report = ask("trial-balance", **APRIL)
    # Opening, movement and closing, debit and credit of each, in paise.
    assert figures(report) == {
        "bank": (100_000, 0, 0, 25_000, 75_000, 0),
        "cash": (0, 0, 5_000, 0, 5_000, 0),
        "office_rent": (0, 0, 20_000, 0, 20_000, 0),
        "share_capital": (0, 100_000, 0, 0, 0, 100_000),
        "Total": (100_000, 100_000, 25_000, 25_000, 100_000, 100_000),
    }
    assert report.rows[0].link == (
        "/v1/ledger/accounts/bank/postings?since=2026-04-01&until=2026-04-30"
    )


def test_at_the_end_of_a_day_and_of_all(entries, ask):
    assert figures(ask("trial-balance", as_of=date(2026, 3, 31)))["Total"] == (100_000, 100_000)
    assert figures(ask("trial-balance"))["Total"] == (123_000, 123_000)
    assert ask("trial-balance").notes == ()


def test_headings_add_up_what_stands_under_them(entries, ask):
    report = ask("trial-balance", as_of=date(2026, 7, 1), layout="headings")
    found = figures(report)
    assert found["cash_and_bank"] == (15_000 + 5_000 + 83_000, 0)
    assert found["assets"] == found["current_assets"] == found["cash_and_bank"]
    assert found["equity"] == (0, 123_000)
    levels = {row.cells[0]: row.level for row in report.rows}
    assert (levels["assets"], levels["current_assets"], levels["cash_and_bank"]) == (0, 1, 2)
    assert levels["bank"] == 3


def test_by_dimension_and_of_one_value(entries, ask):
    by_branch = ask("trial-balance", by="branch")
    assert [column.title for column in by_branch.columns[2:]] == ["Mysuru", "Not stated", "Total"]
    assert figures(by_branch)["office_rent"] == (20_000, 0, 20_000)
    of_mysuru = ask("trial-balance", dimensions=(("branch", "Mysuru"),))
    assert figures(of_mysuru) == {"office_rent": (20_000, 0), "Total": (20_000, 0)}


def test_the_general_ledger_runs_from_opening_to_closing(entries, ask):
    report = ask("general-ledger", account="bank", since=date(2026, 4, 1), until=date(2026, 5, 31))
    assert [(row.cells[2], *row.cells[3:]) for row in report.rows] == [
        ("Opening balance", None, None, 100_000),
        ("Rent", None, 20_000, 80_000),
        ("Cash drawn", None, 5_000, 75_000),
        ("Dollars bought", None, 60_000, 15_000),
        ("Closing balance", None, None, 15_000),
    ]
    assert report.rows[1].link.startswith("/v1/ledger/entries/jrn_")
    assert report.next is None


def test_pages_of_the_general_ledger_join(entries, ask):
    asked = {"account": "bank", "since": date(2026, 4, 1), "until": date(2026, 5, 31), "limit": 1}
    pages = [ask("general-ledger", **asked)]
    while pages[-1].next:
        pages.append(ask("general-ledger", **asked, cursor=pages[-1].next))
    assert [page.rows[1].cells[2:] for page in pages] == [
        ("Rent", None, 20_000, 80_000),
        ("Cash drawn", None, 5_000, 75_000),
        ("Dollars bought", None, 60_000, 15_000),
    ]
    assert [page.rows[0].cells[5] for page in pages] == [100_000, 80_000, 75_000]
    assert [page.rows[-1].kind is RowKind.TOTAL for page in pages] == [False, False, True]


def test_the_day_book_has_every_entry_of_the_range(entries, ask):
    report = ask("day-book", since=date(2026, 4, 1), until=date(2026, 5, 31))
    assert [(row.cells[2], *row.cells[3:], row.currency) for row in report.rows] == [
        ("Rent", None, None, "INR"),
        ("Office rent", 20_000, None, "INR"),
        ("Bank", None, 20_000, "INR"),
        ("Cash drawn", None, None, "INR"),
        ("Cash in hand", 5_000, None, "INR"),
        ("Bank", None, 5_000, "INR"),
        ("Dollars bought", None, None, "INR"),
        ("Bank in US dollars", 1_000, None, "USD"),
        ("Exchange clearing", None, 1_000, "USD"),
        ("Exchange clearing", 83_000, None, "INR"),
        ("Bank", None, 60_000, "INR"),
        ("Share capital", None, 23_000, "INR"),
    ]


def test_pages_of_the_day_book_join(entries, ask):
    asked = {"since": date(2026, 4, 1), "until": date(2026, 5, 31), "limit": 1}
    whole = ask("day-book", **asked | {"limit": 10})
    rows, cursor = [], None
    while True:
        page = ask("day-book", **asked, cursor=cursor)
        rows += page.rows
        cursor = page.next
        if cursor is None:
            break
    assert rows == list(whole.rows)
    of_mysuru = ask("day-book", **asked, dimensions=(("branch", "Mysuru"),))
    assert (of_mysuru.rows[0].cells[2], of_mysuru.next) == ("Rent", None)


def test_every_report_as_known_before_the_last_entry(entries, ask):
    with entries.transaction() as connection:
        known_at = connection.scalar(text("SELECT clock_timestamp()"))
    asked = {
        "trial-balance": {},
        "general-ledger": {"account": "bank", **APRIL},
        "day-book": APRIL,
        "profit-and-loss": APRIL,
        "balance-sheet": {"as_of": date(2026, 4, 30)},
        "cash-flow": APRIL,
        "notes-to-accounts": APRIL,
    }
    before = {name: ask(name, **parameters).rows for name, parameters in asked.items()}
    entries.post("""
        2026-04-10  Entered late
          Dr  travel  10.00 INR
          Cr  bank    10.00 INR
    """)
    for name, parameters in asked.items():
        then = ask(name, **parameters, known_at=known_at)
        assert [row.cells for row in then.rows] == [row.cells for row in before[name]]
        assert [row.cells for row in ask(name, **parameters).rows] != [
            row.cells for row in then.rows
        ]


REFUSED = [
    ("no-such-report", {}, "report_must_exist"),
    ("trial-balance", {"compare": "previous_year"}, "parameter_must_be_known"),
    ("trial-balance", {"by": "month"}, "dimension_must_be_known"),
    ("trial-balance", {"by": "brnch"}, "dimension_must_be_known"),
    ("trial-balance", {"dimensions": (("shop", "Mysuru"),)}, "dimension_must_be_known"),
    ("trial-balance", {"language": "fr"}, "language_must_be_known"),
    ("trial-balance", {"layout": "round"}, "layout_must_exist"),
    ("profit-and-loss", {"since": date(2026, 5, 1), "until": date(2026, 4, 1)},
     "range_must_run_forward"),
    ("profit-and-loss", {"since": date(2999, 1, 1)}, "range_must_run_forward"),
    ("day-book", {"since": date(2999, 1, 1)}, "range_must_run_forward"),
    ("profit-and-loss", {"compare": "2026-05-01..2026-04-01"}, "range_must_run_forward"),
    ("profit-and-loss", {"compare": "last week"}, "comparison_must_be_known"),
    ("profit-and-loss", {"compare": "2026-04-01"}, "comparison_must_be_known"),
    ("balance-sheet", {"compare": "2026-04-01..2026-04-02"}, "comparison_must_be_known"),
    ("balance-sheet", {"compare": "previous_year", "by": "branch"}, "comparison_must_stand_alone"),
    ("general-ledger", {}, "account_must_be_named_to_read"),
    ("general-ledger", {"account": "bnk"}, "account_must_exist"),
    ("general-ledger", {"account": "bank", "cursor": "2026"}, "cursor_must_be_ours"),
    ("balance-sheet", {"as_of": date.max}, "date_must_be_in_range"),
    ("trial-balance", {"since": date.min}, "date_must_be_in_range"),
    ("balance-sheet", {"compare": "0001-01-01"}, "date_must_be_in_range"),
    ("day-book", {"limit": 0}, "page_must_fit"),
    ("day-book", {"limit": 1_001}, "page_must_fit"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "parameters", "code"), REFUSED)
def test_what_cannot_be_asked_is_refused_by_name(entries, ask, name, parameters, code):
    before = entries.state()
    with refused(code):
        ask(name, **parameters)
    assert entries.state() == before


def test_what_is_known_has_a_zone_and_has_come(ask):
    with refused("known_at_must_have_zone"):
        ask("trial-balance", known_at=datetime(2026, 7, 1))
    with refused("known_at_must_be_past"):
        ask("trial-balance", known_at=datetime(2999, 7, 1, tzinfo=UTC))
