"""The book over REST: the chart, balances as of and as known at, and finding entries."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from sandbox.tenant import Tenant, open_tenant
from tests.api.invoices import inr
from tests.book import Book

SALE = """
    2026-07-16  Sale of forty chairs
      Dr  bank     1180.00 INR
      Cr  sales    1180.00 INR
"""
FEES = """
    2026-06-30  Audit fee 100% settled
      Dr  professional_fees   500.00 INR
      Cr  bank                500.00 INR
"""
DOLLARS = """
    2026-07-17  Dollars bought
      Dr  bank_usd             10.00 USD = 830.00 INR
      Cr  exchange_clearing    10.00 USD = 830.00 INR
      Dr  exchange_clearing   830.00 INR
      Cr  bank                830.00 INR
"""


@pytest.fixture
def posted(book):
    """Three entries in the book; the ids in the order of posting."""
    return [book.post(entry).entry for entry in (SALE, FEES, DOLLARS)]


@pytest.fixture
def chand(cast, posted):
    """The auditor."""
    return cast["chand"]


def narrations(chand, query):
    response = chand.get(f"/ledger/entries?{query}")
    assert response.status_code == 200, response.text
    return [entry["narration"].split()[0] for entry in response.json()["data"]]


def codes(chand, query):
    response = chand.get(f"/ledger/accounts?{query}")
    assert response.status_code == 200, response.text
    return [account["code"] for account in response.json()["data"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Dollars", "Audit", "Sale"]),
        ("entry_date=2026-07-16", ["Sale"]),
        ("entry_date[gte]=2026-07-01", ["Dollars", "Sale"]),
        ("entry_date[gte]=2026-06-30&entry_date[lte]=2026-07-16", ["Audit", "Sale"]),
        ("recorded_at[gte]=2999-01-01T00:00:00Z", []),
        ("account=bank", ["Dollars", "Audit", "Sale"]),
        ("account=professional_fees", ["Audit"]),
        ("amount=118000", ["Sale"]),
        ("amount[gte]=83000", ["Dollars", "Sale"]),
        ("amount[lte]=50000", ["Dollars", "Audit"]),
        ("amount=118000&account=professional_fees", []),
        ("q=chairs", ["Sale"]),
        ("q=CHAIRS sale", ["Sale"]),
        ("q=100%25", ["Audit"]),
        ("q=f_rty", []),
        ("kind=normal&voucher=journal&module=general", ["Dollars", "Audit", "Sale"]),
        ("kind=reversal", []),
        ("voucher=receipt", []),
        ("number=PI/2026-27/00001", []),
        ("party=pty_00000000000000000000000000", []),
        ("process=prc_00000000000000000000000000", []),
    ],
)
def test_entries_are_found_by_what_people_know_of_them(chand, query, found):
    assert narrations(chand, query) == found


@pytest.mark.parametrize(
    "query",
    [
        "entry_date=soon", "kind=strange", "voucher=bill", "party=nobody", "amount=many",
        "recorded_at[gte]=2026-07-16", "account=%00", "reverses=jrn_1",
    ],
)  # fmt: skip
def test_a_filter_that_cannot_be_read_says_how_to_write_it(chand, query):
    response = chand.get(f"/ledger/entries?{query}")

    problem = response.json()
    assert (response.status_code, problem["code"]) == (400, "filter_must_be_readable")
    assert problem["detail"].endswith(".")


def test_a_filter_that_is_not_known_is_refused_with_those_that_are(chand):
    (error,) = chand.get("/ledger/entries?colour=red").json()["errors"]

    assert {"entry_date[gte]", "account", "q", "amount[lte]"} <= set(error["allowed"])


def test_pages_of_found_entries_go_on_where_they_ended(chand):
    first = chand.get("/ledger/entries?account=bank&limit=2").json()
    second = chand.get(first["next_url"].removeprefix("/v1")).json()

    told = [entry["narration"].split()[0] for entry in (*first["data"], *second["data"])]
    assert told == ["Dollars", "Audit", "Sale"]
    assert second["next_cursor"] is None


def test_an_entry_tells_its_amounts_in_both_currencies_and_where_it_leads(chand, book, posted):
    book.reverse(posted[0])
    shown = chand.get("/ledger/entries?q=dollars").json()["data"][0]
    first = shown["postings"][0]

    assert first["amount"] == {"amount": 1000, "currency": "USD"}
    assert first["base_amount"] == inr(83_000)
    assert (shown["voucher"], shown["module"]) == ("journal", "general")
    mirror = chand.get("/ledger/entries?kind=reversal").json()["data"][0]
    original = chand.get(mirror["links"]["reverses"].removeprefix("/v1")).json()
    assert original["reversed_by"] == mirror["id"]
    assert chand.get(f"/ledger/entries?reverses={original['id']}").json()["data"] == [mirror]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("kind=income&q=sales", {"sales"}),
        ("currency=USD", {"bank_usd"}),
        ("code[prefix]=output_", {"output_cgst", "output_igst", "output_sgst"}),
        ("control=payable", {"vendor_payable"}),
        ("q=बैंक", {"bank"}),
    ],
)
def test_accounts_are_chosen_by_what_they_are(chand, query, expected):
    assert expected <= set(codes(chand, query)) < set(codes(chand, ""))


def test_the_chart_is_a_tree(chand):
    accounts = {each["code"]: each for each in chand.get("/ledger/accounts").json()["data"]}
    bank = accounts["bank"]
    heading = accounts[bank["parent"]]

    assert heading["is_heading"] is True
    assert bank["level"] == heading["level"] + 1
    assert "bank" in codes(chand, f"parent={heading['code']}")
    top = next(code for code in accounts if accounts[code]["kind"] == "asset"
               and accounts[code]["level"] == 0)  # fmt: skip
    assert "bank" in codes(chand, f"under={top}")
    assert all(accounts[code]["is_heading"] for code in codes(chand, "is_heading=true"))


def test_a_balance_is_as_of_a_day_and_as_known_at_a_time(chand, book):
    before = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    book.post(book.sale(7, on=date(2026, 7, 16)))
    path = "/ledger/accounts/bank/balance?as_of=2026-07-16"

    now = chand.get(path).json()
    then = chand.get(f"{path}&known_at={before}").json()

    assert now["balances"][0]["balance"] == inr(68_007)
    assert then["balances"][0]["balance"] == inr(68_000)
    assert (now["known_at"], now["is_final"]) == (None, True)
    assert then["known_at"] == before
    assert then["balances"][0]["base_balance"] == inr(68_000)


def test_a_time_that_has_no_zone_is_refused(chand):
    response = chand.get("/ledger/accounts/bank/balance?known_at=2026-07-16T09:00:00")

    assert (response.status_code, response.json()["code"]) == (400, "filter_must_be_readable")


def test_another_tenant_s_book_is_not_there(chand, installation, database):
    other = open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY)
    entry = chand.get("/ledger/entries").json()["data"][0]

    with installation.client(other, "chand") as stranger:
        assert stranger.get("/ledger/entries").json()["data"] == []
        assert stranger.get(f"/ledger/entries/{entry['id']}").status_code == 404
        assert stranger.get("/reports/trial-balance").json()["lines"] == []
        foreign = stranger.get(f"/ledger/accounts?company={entry['company']}")
        assert foreign.json()["code"] == "company_must_exist"
