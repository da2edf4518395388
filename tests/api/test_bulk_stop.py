"""Bulk work is stopped half-way: what was not begun stays, and the totals still add up."""

import time

from tests.api.authority import limit
from tests.api.invoices import inr, invoice, keyed, started
from tests.api.test_bulk import decided, finished, in_bulk, results, selected

MANY = 60


def stop(client, process, reason="Wrong list", **query):
    path = f"/bulk/{process['id']}/stop"
    return client.post(path, json={"reason": reason}, headers=keyed(), params=query)


def test_what_was_not_begun_is_told_and_the_totals_add_up(asha, bina):
    invoices = [started(asha)["id"] for _ in range(MANY)]
    selection = selected(bina)
    process = in_bulk(bina, selection).json()
    while not results(bina, process):
        time.sleep(0.01)

    dry = stop(bina, process, dry_run="true")
    assert dry.json()["would"] == {"stop": process["id"]}
    answer = stop(bina, process)
    assert answer.status_code == 202, answer.text

    ended = finished(bina, process)
    progress = ended["progress"]
    assert ended["status"] == "completed"
    assert progress["total"] == MANY == progress["done"] + progress["not_done"]
    left = results(bina, process, status="not_done", limit=200)
    assert len(left) == progress["not_done"] > 0
    approved = [bina.get(f"/processes/{id}").json()["stage"]["name"] for id in invoices]
    assert approved.count("approval") == progress["not_done"]
    steps = bina.get(f"/processes/{process['id']}/steps", params={"view": "technical"}).json()
    last = steps["data"][-1]
    sums = {each["state"]: each["amount"]["amount"] for each in last["outputs"]["totals"]}
    assert sum(sums.values()) == selection["sums"][0]["amount"]
    assert last["title"].endswith(f"{progress['not_done']} were not begun")
    again = stop(bina, process)
    assert (again.status_code, again.json()["code"]) == (409, "process_must_be_open")


def test_only_who_began_it_and_who_repairs_stops_it_and_says_why(asha, bina, deepa):
    started(asha)
    process = in_bulk(bina, selected(bina)).json()

    refused = stop(asha, process)
    assert (refused.status_code, refused.json()["code"]) == (403, "role_must_allow_action")
    finished(bina, process)
    invoice = started(asha)
    refused = stop(bina, invoice)
    assert (refused.status_code, refused.json()["code"]) == (409, "process_must_be_bulk")


def test_a_dry_run_reckons_with_what_it_would_have_approved_by_then(cast, asha, bina):
    # Two of 29,500.00 fit into the day, the third does not; 1.18 still does.
    for net in (100, 2_500_000, 2_500_000, 2_500_000):
        started(asha, invoice(net))
    limit(cast, "bina", per_day=60_000_00)
    selection = selected(bina)
    body = {"action": "approve", "selection": selection["id"]}

    would = bina.post("/bulk", params={"dry_run": "true"}, json=body).json()

    assert [(i["amount"], i["code"]) for i in would["items"]] == [
        (inr(2_950_000), None), (inr(2_950_000), None), (inr(2_950_000), "limit_exceeded"),
        (inr(118), None),
    ]  # fmt: skip
    process = finished(bina, in_bulk(bina, selection).json())
    assert process["progress"] == {"total": 4, "done": 3, "failed": 1}


def test_bulk_work_is_called_by_what_it_does(asha, bina):
    invoices = [started(asha)["id"] for _ in range(2)]
    process = finished(bina, in_bulk(bina, selected(bina)).json())

    assert process["subject"]["title"] == "Approve 2 tasks, 59,000.00 INR"
    assert [decided(bina, id) for id in invoices] == ["approve"] * 2
