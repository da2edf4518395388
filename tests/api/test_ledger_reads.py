"""Limits, holds, rates, seals and periods over REST: what is reserved, what is sealed."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID, uuid4

import pytest

from domain.identifiers import HOLD, written
from domain.ledger import holds, limits, periods
from domain.ledger.entry import Module, credit, debit
from domain.ledger.holds import Hold, Take
from domain.ledger.limits import Limit
from sandbox.tenant import Tenant, open_tenant
from tests.api.invoices import decide, inr, invoice, open_task, started
from tests.book import Book
from tests.domain.ledger.foreign import set_rate
from tests.domain.ledger.sealed import Sealed
from tests.installation import eventually


@pytest.fixture
def chand(cast, book):
    """The auditor, over a bank account of ₹ 500.00 that should keep ₹ 100.00."""
    book.post(book.sale(500_00))
    with book.transaction() as connection:
        limits.set_limit(
            connection,
            book.company,
            Limit("bank", floor=100_00, is_hard=False),
            person=book.tenant.person("deepa"),
        )
    return cast["chand"]


@pytest.fixture
def placed(chand, book):
    """Two holds on the bank, ₹ 150.00 and ₹ 20.00; of the first ₹ 50.00 is taken."""
    with book.transaction() as connection:
        made = [
            holds.place(
                connection,
                Hold(book.company, "travel", "bank", amount, "INR", narration),
                key=narration,
            ).hold
            for amount, narration in ((150_00, "Flight"), (20_00, "Taxi"))
        ]
        entry = book.sale(1, narration="Flight taken")
        holds.take(connection, made[0], Take(50_00), entry, key="taken")
    return [written(HOLD, each) for each in made]


def got(client, path):
    response = client.get(path)
    assert response.status_code == 200, response.text
    return response.json()


def test_limits_are_listed_by_account(chand):
    (limit,) = got(chand, "/ledger/limits")["data"]
    assert (limit["account"], limit["floor"], limit["ceiling"], limit["is_hard"]) == (
        "bank", inr(100_00), None, False,
    )  # fmt: skip
    assert got(chand, "/ledger/limits?account=cash")["data"] == []


def test_a_balance_says_what_is_reserved_and_what_is_available(chand, placed):
    """₹ 450.00 are left; ₹ 100.00 of the flight and ₹ 20.00 are reserved."""
    (line,) = got(chand, "/ledger/accounts/bank/balance")["balances"]
    assert (line["balance"], line["pending_out"]) == (inr(450_00), inr(120_00))
    assert (line["pending_in"], line["available"]) == (inr(0), inr(330_00))
    (travel,) = got(chand, "/ledger/accounts/travel/balance")["balances"]
    assert (travel["balance"], travel["pending_in"]) == (inr(50_00), inr(120_00))


def test_what_is_reserved_is_of_now_alone(chand, placed):
    (line,) = got(chand, "/ledger/accounts/bank/balance?as_of=2026-07-16")["balances"]
    assert (line["pending_out"], line["available"]) == (None, None)


def test_what_only_a_hold_will_bring_is_a_balance_of_nothing(chand, book):
    with book.transaction() as connection:
        hold = Hold(book.company, "cash", "bank", 5_00, "INR", "Till")
        holds.place(connection, hold, key="till")
    (line,) = got(chand, "/ledger/accounts/cash/balance")["balances"]
    assert (line["balance"], line["pending_in"], line["available"]) == (inr(0), inr(5_00), inr(0))


def test_holds_come_in_pages_last_placed_first(chand, placed):
    first = got(chand, "/ledger/holds?limit=1")
    second = got(chand, first["next_url"].removeprefix("/v1"))
    assert [each["id"] for each in (*first["data"], *second["data"])] == placed[::-1]
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("state=open", 2),
        ("state=released", 0),
        ("account=travel", 2),
        ("account=bank&state=open", 2),
        ("account=sales", 0),
    ],
)
def test_holds_are_found_by_state_and_by_either_account(chand, placed, query, count):
    assert len(got(chand, f"/ledger/holds?{query}")["data"]) == count


def test_a_hold_tells_what_became_of_it(chand, placed):
    body = got(chand, f"/ledger/holds/{placed[0]}")

    assert (body["state"], body["amount"], body["remaining"]) == ("open", inr(150_00), inr(100_00))
    assert (body["debit"], body["credit"]) == ("travel", "bank")
    told = [(event["kind"], event["amount"]) for event in body["events"]]
    assert told == [("placed", inr(150_00)), ("taken", inr(50_00))]
    entry = got(chand, f"/ledger/entries/{body['events'][1]['entry']}")
    assert entry["narration"] == "Flight taken"
    assert "events" not in got(chand, "/ledger/holds")["data"][0]


REFUSED = [
    ("/ledger/holds?state=gone", 400, "filter_must_be_readable"),
    ("/ledger/holds?colour=red", 400, "filter_must_be_known"),
    ("/ledger/holds?cursor=abc", 400, "cursor_must_be_ours"),
    ("/ledger/holds/hld_1", 404, "hold_must_exist"),
    ("/ledger/holds/nothing", 404, "hold_must_exist"),
    (f"/ledger/holds/{written(HOLD, UUID(int=1))}", 404, "hold_must_exist"),
    ("/ledger/limits?kind=hard", 400, "filter_must_be_known"),
    ("/ledger/rates?on=soon", 400, "request_must_be_well_formed"),
    ("/ledger/rates?known_at=2026-07-16T09:00:00", 400, "filter_must_be_readable"),
    ("/ledger/rates?source=RBI", 400, "filter_must_be_known"),
    ("/ledger/limits?company=cmp_1", 422, "company_must_exist"),
    ("/reports/ageing?control=both", 400, "request_must_be_well_formed"),
    ("/reports/ageing?buckets=30,x", 400, "request_must_be_well_formed"),
    ("/reports/ageing?buckets=30,30", 422, "buckets_must_rise"),
    ("/reports/ageing?party=pty_1", 400, "filter_must_be_readable"),
    ("/reports/ageing?party=V-999", 422, "party_must_exist"),
    ("/reports/ageing?as_of=1066-10-14", 422, "date_must_be_in_range"),
    ("/reports/ageing?known_at=2026-07-16T09:00:00Z", 400, "filter_must_be_known"),
    ("/reports/statement-of-account", 422, "party_must_be_named"),
    ("/reports/dunning?levels=9,9", 422, "policy_must_rise"),
    ("/reports/closing-checklist?fiscal_year=1999-00", 422, "year_must_exist"),
    ("/reports/closing-checklist?fiscal_year=1999", 400, "request_must_be_well_formed"),
    ("/reports/budget-variance", 422, "budget_must_be_named"),
    ("/reports/budget-variance?budget=Travel", 422, "budget_must_exist"),
    ("/reports/budget-variance?budget=Travel&version=0", 400, "request_must_be_well_formed"),
    ("/reports/revaluation?account=nothing", 422, "account_must_exist"),
]


@pytest.mark.parametrize(("path", "status", "code"), REFUSED)
def test_what_cannot_be_read_is_refused_in_words(chand, path, status, code):
    response = chand.get(path)

    assert (response.status_code, response.json()["code"]) == (status, code), response.text
    assert response.json()["detail"].endswith(".")


def test_a_party_of_a_report_is_named_by_code_or_by_id(chand, book):
    by_code = got(chand, "/reports/statement-of-account?party=V-001")
    id = written("pty", book.tenant.party("V-001"))
    by_id = got(chand, f"/reports/statement-of-account?party={id}")
    assert by_code == by_id
    assert any("V-001" in each["value"] for each in by_code["parameters"])


def test_an_invoice_that_is_posted_ages_as_a_payable(chand, book):
    entry = book.entry("""
        2026-05-01  Rent
          Dr  office_rent     300.00 INR
          Cr  vendor_payable  300.00 INR
    """)
    book.post(replace(entry, party=book.tenant.party("V-001"), due_date=date(2026, 5, 31)))
    body = got(chand, "/reports/ageing?control=payable&as_of=2026-07-31&buckets=30,90")
    line, total = body["rows"]
    assert (line["cells"]["party"], line["cells"]["days_31_90"]) == ("V-001", inr(300_00))
    assert total["cells"]["base_total"] == inr(300_00)
    statement = got(chand, line["link"].removeprefix("/v1"))
    assert statement["rows"][-1]["cells"]["balance"] == inr(300_00)


def test_an_approved_invoice_opens_an_item_of_its_vendor(chand, asha, bina):
    process = started(asha)["id"]
    decide(bina, open_task(bina, process))
    paid = eventually(
        lambda: (p := asha.get(f"/processes/{process}").json())["status"] == "completed" and p
    )

    items = got(chand, "/reports/open-items?control=payable&party=V-001")["rows"]
    (item,) = [row["cells"] for row in items if row["cells"]["number"] == paid["number"]]
    assert (item["account"], item["party"]) == ("vendor_payable", "V-001")
    assert item["amount"] == paid["amount"]
    assert item["due_date"] == invoice()["due_date"]


def test_rates_are_those_that_serve_on_the_day_exactly_as_stated(chand, book):
    set_rate(book, "2026-07-15", "83.1025")
    set_rate(book, "2026-07-16", "55.50", pair="JPY/INR", units=100)
    body = got(chand, "/ledger/rates?on=2026-07-16&from_currency=USD")

    (rate,) = body["data"]
    assert (rate["rate"], rate["units"], rate["kind"], rate["date"]) == (
        "83.1025", 1, "closing", "2026-07-15",
    )  # fmt: skip
    assert (body["on"], rate["version"], rate["company"]) == ("2026-07-16", 1, None)
    assert len(got(chand, "/ledger/rates?on=2026-07-16")["data"]) == 2
    assert got(chand, "/ledger/rates?on=2026-07-16&kind=buying")["data"] == []


def test_an_entry_keeps_the_warnings_it_was_posted_with(chand, book):
    postings = debit("travel", 450_00), credit("bank", 450_00)
    book.post(replace(book.sale(narration="Draw"), postings=postings))
    entry = got(chand, "/ledger/entries?q=Draw")["data"][0]
    (warning,) = entry["warnings"]
    assert "floor" in warning
    assert entry["seal"] is None


def test_an_entry_and_the_book_show_their_seal(chand, book):
    assert got(chand, "/ledger/integrity")["chain"] is None
    head = Sealed(book).seal()

    entry = got(chand, "/ledger/entries")["data"][0]
    assert (entry["seal"]["batch"], entry["seal"]["sequence"]) == (1, 1)
    chain = got(chand, "/ledger/integrity")["chain"]
    assert (chain["hash"], chain["entries"]) == (head.hash, 1)
    assert entry["seal"]["sealed_at"] == chain["sealed_at"]
    assert datetime.fromisoformat(chain["sealed_at"]).tzinfo is not None


def test_integrity_is_told_check_by_check(chand):
    body = got(chand, "/ledger/integrity")

    assert body["holds"] is True
    assert all(check["holds"] for check in body["checks"])
    assert "seals_hold" in {check["name"] for check in body["checks"]}
    assert body["trial_balance"] == {
        "debit": inr(500_00), "credit": inr(500_00), "is_zero": True,
    }  # fmt: skip
    assert (body["last_check"], body["last_check_of_seals"]) == (None, None)


def test_a_period_says_who_may_still_post_in_it(chand, book):
    with book.as_owner() as connection:
        april = periods.holding(connection, book.company, date(2026, 4, 1)).id
        told = {"person": book.tenant.person("deepa"), "reason": "Month end"}
        periods.soft_lock(connection, april, roles=["controller"], **told)
        periods.lock(connection, april, module=Module.PURCHASE, **told)
    listed = {each["starts_on"]: each for each in got(chand, "/periods")["data"]}

    found = listed["2026-04-01"]
    assert (found["state"], found["roles"], found["is_adjustment"]) == (
        "soft_locked", ["controller"], False,
    )  # fmt: skip
    assert found["modules"] == [{"module": "purchase", "state": "locked", "roles": []}]
    assert listed["2027-03-31"]["is_adjustment"] is True


def test_another_tenant_s_holds_and_rates_are_not_there(
    chand, placed, installation, database, book
):
    set_rate(book, "2026-07-16", "83")
    other = open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY)
    with installation.client(other, "chand") as stranger:
        assert got(stranger, "/ledger/holds")["data"] == []
        assert got(stranger, "/ledger/limits")["data"] == []
        assert got(stranger, "/ledger/rates?on=2026-07-16")["data"] == []
        assert stranger.get(f"/ledger/holds/{placed[0]}").status_code == 404
