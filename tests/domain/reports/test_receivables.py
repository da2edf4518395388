"""Ageing, statement of account, open items and dunning as reports."""

from datetime import date
from uuid import uuid4

import pytest

from domain.ledger.subledger.allocation import Tie
from domain.reports.report import RowKind
from sandbox.tenant import Tenant, open_tenant
from tests.domain.ledger.subledger.conftest import PartyBook, with_parties
from tests.domain.refused import refused
from tests.domain.reports.conftest import asking

JULY_END = date(2026, 7, 31)


@pytest.fixture
def book(database, tenant):
    """Two customers, one of whom buys in dollars and pays in part; a vendor is owed a fee."""
    book = with_parties(PartyBook(database, tenant))
    sale = book.invoice(1000, "2026-05-01", due="2026-05-31")
    receipt = book.receipt(400, "2026-06-10")
    book.allocate(Tie(sale, receipt, 40_000), on=date(2026, 6, 11))
    book.invoice(200, "2026-07-20", due="2026-08-19", party="C-002")
    book.post_of(
        "C-002",
        """2026-07-01  Export of chairs
          Dr  receivables        10.00 USD = 830.00 INR
          Cr  exchange_clearing  10.00 USD = 830.00 INR
          Dr  exchange_clearing  830.00 INR
          Cr  sales              830.00 INR
        """,
    )
    book.post_of(
        "V-001", "2026-07-01  Audit\n Dr professional_fees 100.00 INR\n Cr payables 100.00 INR"
    )
    return book


@pytest.fixture
def ask(book, shipped):
    return asking(book, shipped)


def rows(report):
    return [(row.kind.value, row.currency, *row.cells) for row in report.rows]


def test_ageing_has_a_row_for_each_party_and_a_total_for_each_currency(ask):
    """₹ 600 of ₹ 1,000 are open, due 61 days before 31 July; $ 10 was due when it was posted."""
    report = ask("ageing", as_of=JULY_END)

    assert [column.name for column in report.columns] == [
        "account", "party", "name", "not_due", "days_1_30", "days_31_60", "days_61_90",
        "days_over_90", "on_account", "total", "base_total",
    ]  # fmt: skip
    assert rows(report) == [
        ("line", "INR", "receivables", "C-001", "C-001", 0, 0, 0, 60_000, 0, 0, 60_000, 60_000),
        ("line", "INR", "receivables", "C-002", "C-002", 20_000, 0, 0, 0, 0, 0, 20_000, 20_000),
        ("line", "USD", "receivables", "C-002", "C-002", 0, 1_000, 0, 0, 0, 0, 1_000, 83_000),
        ("subtotal", "INR", "Total", None, "INR", 20_000, 0, 0, 60_000, 0, 0, 80_000, 80_000),
        ("subtotal", "USD", "Total", None, "USD", 0, 1_000, 0, 0, 0, 0, 1_000, 83_000),
        ("total", "INR", "Total", None, "all currencies, in INR", *[None] * 7, 163_000),
    ]
    assert report.columns[-1].currency == "INR"
    assert ("Ages from", "Due date") in report.parameters


def test_ageing_of_payables_is_above_zero_too_and_of_one_party_when_asked(ask, book):
    report = ask("ageing", as_of=JULY_END, control="payable", buckets=(15,))
    assert rows(report)[0][5:] == (0, 0, 10_000, 0, 10_000, 10_000)
    of_one = ask("ageing", as_of=JULY_END, party=book.tenant.party("C-001"))
    assert [row.cells[1] for row in of_one.rows if row.kind is RowKind.LINE] == ["C-001"]
    assert ("Party", "C-001 C-001") in of_one.parameters


def test_a_party_of_an_ageing_leads_to_its_statement(ask):
    (line, *_) = ask("ageing", as_of=JULY_END).rows
    assert line.link.startswith("/v1/reports/statement-of-account?party=pty_")
    assert line.link.endswith("&control=receivable&until=2026-07-31")


def test_a_statement_shows_what_settled_each_item(ask, book):
    report = ask(
        "statement-of-account",
        party=book.tenant.party("C-001"),
        since=date(2026, 5, 1),
        until=JULY_END,
    )
    day, nothing = date(2026, 6, 11), (None,) * 4
    told = [row.cells for row in report.rows]
    assert told == [
        (None, None, "receivables (INR)", *[None] * 6),
        (None, None, "Opening balance", None, None, None, 0, None, None),
        (date(2026, 5, 1), None, "Sale", date(2026, 5, 31), 100_000, None, 100_000, None, 60_000),
        (day, None, "Settled: Receipt", *nothing, 40_000, None),
        (date(2026, 6, 10), None, "Receipt", date(2026, 6, 10), None, 40_000, 60_000, None, 0),
        (day, None, "Settled: Sale", *nothing, -40_000, None),
        (None, None, "Closing balance", None, None, None, 60_000, None, None),
    ]
    assert [row.level for row in report.rows] == [0, 0, 0, 1, 0, 1, 0]


def test_a_statement_is_of_one_party(ask):
    with refused("party_must_be_named"):
        ask("statement-of-account")


def test_open_items_come_in_pages_first_due_first(ask):
    first = ask("open-items", limit=2)
    second = ask("open-items", limit=2, cursor=first.next)

    found = [row.cells for row in (*first.rows, *second.rows)]
    assert [(cells[0], cells[3], cells[8], cells[9]) for cells in found] == [
        (date(2026, 5, 31), "C-001", 60_000, 60_000),
        (date(2026, 7, 1), "C-002", 1_000, 83_000),
        (date(2026, 7, 1), "V-001", 10_000, 10_000),
        (date(2026, 8, 19), "C-002", 20_000, 20_000),
    ]
    assert second.next is None
    assert len(ask("open-items", control="payable").rows) == 1


def test_dunning_names_the_level_and_the_items_that_reached_it(ask):
    """61 days overdue is level 3 of 7, 21, 45; 30 days are level 2."""
    report = ask("dunning", as_of=JULY_END)

    parties = [row.cells for row in report.rows if row.kind is RowKind.SUBTOTAL]
    due = [date(2026, 5, 31), date(2026, 7, 1)]
    assert parties == [
        ("C-001", "C-001", 3, None, due[0], 61, 60_000, "Yes"),
        ("C-002", "C-002", 2, None, due[1], 30, 1_000, "Yes"),
    ]
    assert [row.currency for row in report.rows] == ["INR", "INR", "USD", "USD"]
    assert len(ask("dunning", as_of=JULY_END, levels=(60,)).rows) == 2


@pytest.mark.parametrize(
    ("name", "asked", "code"),
    [
        ("ageing", {"control": "both"}, "parameter_must_be_readable"),
        ("ageing", {"basis": "moon"}, "parameter_must_be_readable"),
        ("ageing", {"buckets": (30, 30)}, "buckets_must_rise"),
        ("ageing", {"party": "00000000-0000-7000-8000-000000000000"}, "party_must_exist"),
        ("ageing", {"since": JULY_END}, "parameter_must_be_known"),
        ("dunning", {"levels": (0,)}, "policy_must_rise"),
        ("open-items", {"cursor": "abc"}, "cursor_must_be_ours"),
    ],
)
def test_what_cannot_be_asked_is_refused(ask, name, asked, code):
    with refused(code):
        ask(name, **asked)


def test_another_tenant_sees_none_of_it(database, shipped, book):
    other = asking(PartyBook(database, open_tenant(database.admin, Tenant(uuid4()))), shipped)
    assert other("ageing", as_of=JULY_END).rows == ()
    assert other("open-items").rows == ()
    with refused("party_must_exist"):
        other("statement-of-account", party=book.tenant.party("C-001"))
