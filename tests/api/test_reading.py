"""Lists, filters, pages, the book, reports, who I am."""

import csv
import io

import pytest

from tests.api.invoices import decide, inr, invoice, keyed, open_task, started
from tests.installation import eventually


@pytest.fixture
def paid(asha, bina):
    """A process from receipt to payment."""
    process = started(asha)["id"]
    decide(bina, open_task(bina, process))
    return eventually(
        lambda: (p := asha.get(f"/processes/{process}").json())["status"] == "completed" and p
    )


def test_pages_show_every_process_once_in_order(asha):
    ids = [started(asha)["id"] for _ in range(5)]
    seen, url = [], "/processes?limit=2"
    while url:
        page = asha.get(url).json()
        seen += [p["id"] for p in page["data"]]
        url = page["next_url"] and page["next_url"].removeprefix("/v1")
    assert seen == ids[::-1]
    oldest = asha.get("/processes?sort=created_at").json()["data"]
    assert [p["id"] for p in oldest] == ids


def test_filters_narrow_and_combine(asha, tenant):
    small, large = started(asha), started(asha, invoice(10_000_000))
    found = lambda query: [p["id"] for p in asha.get(f"/processes?{query}").json()["data"]]  # noqa: E731
    assert found("amount[gte]=10000000") == [large["id"]]
    assert found(f"amount[lte]=10000000&reference={small['reference']}") == [small["id"]]
    assert found("status=completed") == []
    assert found("stage=approval&type=invoice_approval") == [large["id"], small["id"]]
    assert found(f"created_by={small['created_by']['id']}") == [large["id"], small["id"]]
    assert found("created_at[gte]=2099-01-01T00:00:00Z") == []


def test_what_was_not_changed_is_not_sent_again(asha):
    process = started(asha)["id"]
    first = asha.get(f"/processes/{process}")
    again = asha.get(f"/processes/{process}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_steps_tell_who_did_what_and_technically_how(asha, paid):
    steps = asha.get(f"/processes/{paid['id']}/steps").json()["data"]
    assert steps[0]["title"].startswith("Received V-001")
    assert [s["who"]["name"] for s in steps if s["who"]] == ["Asha Rao", "Bina Iyer"]
    assert "effect_key" not in steps[0]
    technical = asha.get(f"/processes/{paid['id']}/steps?view=technical").json()
    assert technical["data"][0]["effect_key"].startswith(paid["tenant"])
    assert len(technical["data"][0]["digest"]) == 64
    events = asha.get(f"/processes/{paid['id']}/events").json()["data"]
    assert [e["sequence"] for e in events] == sorted(e["sequence"] for e in events)
    assert events[0]["type"] == "process.opened"


def test_the_engine_is_for_those_who_may_read_it(asha, paid, cast):
    refused = asha.get(f"/processes/{paid['id']}/engine")
    assert (refused.status_code, refused.json()["code"]) == (403, "role_must_allow_reading")
    path = f"/processes/{paid['id']}/engine"
    shown = eventually(lambda: (e := cast["chand"].get(path).json())["status"] == "completed" and e)
    assert shown["workflow_id"].startswith(f"{paid['tenant']}/invoice_approval/")


def test_the_book_is_read_by_account_entry_and_report(asha, paid):
    entries = asha.get("/ledger/entries").json()["data"]
    assert len(entries) == 2
    first = asha.get(f"/ledger/entries/number:{paid['number']}").json()
    assert first["process"] == paid["id"]
    assert {e["id"] for e in entries} >= {first["id"]}
    assert asha.get(f"/ledger/entries?process={paid['id']}").json()["data"] == entries
    account = asha.get("/ledger/accounts/vendor_payable").json()
    assert account["kind"] == "liability"
    rows, url = [], "/ledger/accounts/vendor_payable/postings?limit=1"
    while url:
        page = asha.get(url).json()
        rows += page["data"]
        url = page["next_url"] and page["next_url"].removeprefix("/v1")
    assert sorted(r["side"] for r in rows) == ["credit", "debit"]
    balance = asha.get("/ledger/accounts/vendor_payable/balance").json()["balances"][0]
    assert balance["balance"] == inr(0)
    before = asha.get("/ledger/accounts/professional_fees/balance?as_of=2026-06-30").json()
    assert before["balances"] == []
    assert asha.get("/ledger/integrity").json()["holds"] is True
    assert {p["state"] for p in asha.get("/periods").json()["data"]} == {"open"}
    assert len(asha.get("/ledger/accounts").json()["data"]) > 5


def test_the_trial_balance_balances_as_json_and_as_a_sheet(asha, paid):
    report = asha.get("/reports/trial-balance?display=true").json()
    assert report["total"]["debit"] == report["total"]["credit"]
    assert report["total"]["debit"]["amount"] > 0
    assert report["total"]["debit"]["display"].endswith(" INR")
    response = asha.get("/reports/trial-balance", headers={"Accept": "text/csv"})
    assert response.headers["content-type"].startswith("text/csv")
    assert response.headers["content-digest"].startswith("sha-256=:")
    rows = list(csv.reader(io.StringIO(response.text)))
    assert rows[0] == ["account", "title", "kind", "currency", "debit", "credit"]
    assert rows[-2][0] == "total"
    assert rows[-2][4] == rows[-2][5]
    assert asha.get("/reports").json()["data"][0]["name"] == "trial-balance"


def test_a_process_type_says_how_to_start_it(asha, bina):
    found = asha.get("/process-types/invoice_approval").json()
    assert found["version"].startswith("cfg_")
    assert found["may_start"] is True
    assert found["input"]["properties"]["vendor"]
    sent = asha.post(
        "/process-types/invoice_approval/processes",
        json={"input": found["example"]},
        headers=keyed(),
    )
    assert sent.status_code == 202, sent.text
    listed = bina.get("/process-types").json()["data"]
    assert ("invoice_approval", False) in [(t["type"], t["may_start"]) for t in listed]


def test_i_am_told_who_i_am(bina):
    me = bina.get("/me").json()
    assert me["person"]["name"] == "Bina Iyer"
    assert me["roles"] == ["employee", "finance_approver", "manager", "owner"]
    assert me["livemode"] is False
    assert me["limits"]["invoice_approval"]
    assert me["companies"][0]["base_currency"] == "INR"


def test_cancelling_before_and_after_posting(asha, bina, deepa):
    early = started(asha)["id"]
    nameless = asha.post(f"/processes/{early}/cancel", json={}, headers=keyed())
    assert nameless.json()["code"] == "reason_must_be_given"
    cancelled = asha.post(f"/processes/{early}/cancel", json={"reason": "Twice"}, headers=keyed())
    assert (cancelled.status_code, cancelled.json()["status"]) == (202, "cancelled")

    late = started(asha, invoice(due_date="2027-12-31"))["id"]
    decide(bina, open_task(bina, late))
    eventually(
        lambda: asha.get(f"/processes/{late}").json()["stage"]["name"] == "awaiting_due_date"
    )
    refused = asha.post(f"/processes/{late}/cancel", json={"reason": "Twice"}, headers=keyed())
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (409, "not_cancellable_after_posting")
    (way,) = problem["next_actions"]
    assert way["rel"] == "compensate"
    sent = deepa.request(
        way["method"], way["href"].removeprefix("/v1"),
        json={**way["body"], "reason": "Twice"}, headers=keyed(),
    )  # fmt: skip
    assert sent.status_code == 202, sent.text
    eventually(lambda: asha.get(f"/processes/{late}").json()["status"] == "compensated")


def test_paying_now_is_an_action_of_the_type(asha, bina, esha):
    process = started(asha, invoice(due_date="2027-12-31"))["id"]
    unknown = esha.post(f"/processes/{process}/actions/repair", headers=keyed())
    assert (unknown.status_code, unknown.json()["code"]) == (404, "action_must_exist")
    early = esha.post(f"/processes/{process}/actions/pay_now", headers=keyed())
    assert (early.status_code, early.json()["code"]) == (409, "action_must_fit_stage")
    decide(bina, open_task(bina, process))
    eventually(
        lambda: asha.get(f"/processes/{process}").json()["stage"]["name"] == "awaiting_due_date"
    )
    assert esha.get(f"/processes/{process}").json()["allowed_actions"] == ["pay_now"]
    assert asha.get(f"/processes/{process}").json()["waiting_for"]["timer"]
    sent = esha.post(f"/processes/{process}/actions/pay_now", headers=keyed())
    assert sent.status_code == 202, sent.text
    eventually(lambda: asha.get(f"/processes/{process}").json()["status"] == "completed")


def test_what_has_a_road_of_its_own_is_an_action_of_the_type_as_well(asha):
    process = started(asha)["id"]
    early = asha.post(
        f"/processes/{process}/actions/amend", json={"input": invoice()}, headers=keyed()
    )
    assert (early.status_code, early.json()["code"]) == (409, "action_must_fit_stage")
    sent = asha.post(
        f"/processes/{process}/actions/cancel", json={"reason": "Entered twice"}, headers=keyed()
    )
    assert sent.status_code == 202, sent.text
    eventually(lambda: asha.get(f"/processes/{process}").json()["status"] == "cancelled")
