"""A process that started others, and one that was started, over the API."""

from typing import Any

import pytest

from tests.api.invoices import decide, inr, keyed, open_task
from tests.installation import eventually


def listed(day: str, *vendors: str) -> dict[str, Any]:
    """A list of a payment to each."""
    payments = [
        {"vendor": vendor, "paid_for": "July", "amount": inr(1_180_000)} for vendor in vendors
    ]
    return {
        "entry_date": day, "money_account": "bank", "method": "cheque", "purpose": "July",
        "payments": payments,
    }  # fmt: skip


def enter(client: Any, given: dict[str, Any], **params: str) -> Any:
    body = {"type": "payment_run", "input": given}
    return client.post("/processes", json=body, headers=keyed(), params=params)


def run_of(client: Any, day: str) -> dict[str, Any]:
    """A list of two payments."""
    answer = enter(client, listed(day, "V-001", "V-002"))
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


@pytest.mark.parametrize("params", [{}, {"dry_run": "true"}], ids=["in earnest", "on trial"])
def test_a_row_that_its_own_process_would_refuse_is_refused_before_anybody_agrees(asha, params):
    answer = enter(asha, listed("2026-07-16", "V-001", "V-009"), **params)
    assert (answer.status_code, answer.json()["code"]) == (422, "party_must_be_active")
    assert answer.json()["detail"].startswith("payments, row 2: ")


def test_rows_are_held_against_their_own_rules_when_the_list_is_corrected(asha, deepa):
    run = run_of(asha, "2026-07-16")
    task = open_task(deepa, run["id"])
    decide(deepa, task, "send-back", reason="Who is V-002?").raise_for_status()
    path = f"/processes/{run['id']}/amend"
    eventually(lambda: asha.get(f"/processes/{run['id']}").json()["stage"]["name"] == "correction")
    body = {"input": listed("2026-07-16", "V-009")}
    answer = asha.post(path, json=body, headers=keyed())
    assert (answer.status_code, answer.json()["code"]) == (422, "party_must_be_active")
    body = {"input": listed("2026-07-16", "V-001")}
    assert asha.post(path, json=body, headers=keyed()).status_code == 202


def test_a_process_tells_what_it_started_and_waits_for(asha, deepa):
    day = asha.get("/processes?limit=1").json()["data"]
    run = run_of(asha, day[0]["business_date"] if day else "2026-07-16")
    assert "children" not in run
    decide(deepa, open_task(deepa, run["id"]))

    def begun() -> Any:
        body = deepa.get(f"/processes/{run['id']}").json()
        return body.get("children") and body["status"] == "waiting" and body

    body = eventually(begun)
    children = body["children"]
    assert [(c["name"], c["item"], c["type"], c["status"]) for c in children] == [
        ("payments", 1, "payment", "waiting"),
        ("payments", 2, "payment", "waiting"),
    ]
    assert body["waiting_for"]["processes"] == [c["reference"] for c in children]
    child = deepa.get(f"/processes/{children[0]['id']}").json()
    assert child["parent"] == run["id"]
    assert child["created_by"]["name"] == "Asha Rao"
    found = deepa.get("/processes", params={"parent": run["id"]}).json()["data"]
    assert {each["id"] for each in found} == {c["id"] for c in children}
    assert "cancel" in deepa.get(f"/processes/{run['id']}").json()["allowed_actions"]
