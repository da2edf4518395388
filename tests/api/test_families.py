"""A process that started others, and one that was started, over the API."""

from typing import Any

from tests.api.invoices import decide, inr, keyed, open_task
from tests.installation import eventually


def run_of(client: Any, day: str) -> dict[str, Any]:
    """A list of two payments."""
    payments = [
        {"vendor": vendor, "paid_for": "July", "amount": inr(amount)}
        for vendor, amount in (("V-001", 2_950_000), ("V-002", 1_180_000))
    ]
    given = {
        "entry_date": day, "money_account": "bank", "method": "cheque", "purpose": "July",
        "payments": payments,
    }  # fmt: skip
    body = {"type": "payment_run", "input": given}
    answer = client.post("/processes", json=body, headers=keyed())
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


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
