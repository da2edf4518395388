"""Bulk work: what is frozen, what is signed for each item, and what becomes of it."""

import time
from uuid import uuid4

import pytest

from sandbox.tenant import GRANT_ROLE, as_owner
from tests.api.invoices import decide, inr, invoice, keyed, open_task, started


def select(client, key="", **query):
    body = {"resource": "tasks", **(query or {"query": {}})}
    return client.post("/selections", json=body, headers=keyed(key))


def selected(client, **query):
    response = select(client, **query)
    assert response.status_code == 201, response.text
    return response.json()


def in_bulk(client, selection, action="approve", key="", **params):
    body = {"action": action, "selection": selection["id"], "params": params}
    return client.post("/bulk", json=body, headers=keyed(key))


def finished(client, process):
    """The process, once it has ended."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        body = client.get(f"/processes/{process['id']}").json()
        if body["closed_at"]:
            return body
        time.sleep(0.1)
    raise AssertionError(f"It still stands at {body['stage']['name']}.")


def decided(client, id):
    """What was decided on the only task of a process."""
    (task,) = client.get(f"/processes/{id}", params={"include": "tasks"}).json()["tasks"]
    return task["decision"]["action"]


def results(client, process, **query):
    return client.get(f"/processes/{process['id']}/items", params=query).json()["data"]


def test_a_selection_says_how_many_and_how_much(asha, bina):
    for net in (1_000_000, 2_500_000):
        started(asha, invoice(net))

    body = selected(bina)

    assert (body["count"], body["sums"]) == (2, [inr(1_180_000 + 2_950_000)])
    assert bina.get(f"/selections/{body['id']}").json() == body
    items = bina.get(f"/selections/{body['id']}/items").json()["data"]
    assert [(i["position"], i["amount"]) for i in items] == [
        (1, inr(2_950_000)),
        (2, inr(1_180_000)),
    ]


def test_a_selection_stays_as_it_was(asha, bina):
    started(asha)
    body = selected(bina)
    started(asha)

    assert bina.get(f"/selections/{body['id']}").json()["count"] == 1


def test_everything_selected_is_approved_and_the_sums_add_up(asha, bina):
    invoices = [started(asha, invoice(1_000_000))["id"] for _ in range(3)]
    selection = selected(bina)

    process = finished(bina, in_bulk(bina, selection).json())

    assert (process["status"], process["progress"]) == (
        "completed", {"total": 3, "done": 3, "failed": 0},
    )  # fmt: skip
    assert [decided(bina, id) for id in invoices] == ["approve"] * 3
    steps = bina.get(f"/processes/{process['id']}/steps", params={"view": "technical"}).json()
    (total,) = steps["data"][-1]["outputs"]["totals"]
    assert (total["state"], total["size"], total["amount"]) == ("done", 3, inr(3_540_000))
    assert steps["data"][-1]["title"] == "Approve: 3 of 3 done"


def test_what_is_refused_stops_nothing_else_and_says_why(asha, bina, deepa):
    kept, taken, changed = (started(asha, given := invoice()) for _ in range(3))
    selection = selected(bina)
    decide(bina, open_task(bina, taken["id"]), "reject", reason="Not ours")
    decide(bina, open_task(bina, changed["id"]), "send-back", reason="Due too late")
    amended = {"input": given | {"due_date": "2026-07-20"}}
    asha.post(f"/processes/{changed['id']}/amend", json=amended, headers=keyed())

    process = finished(bina, in_bulk(bina, selection).json())

    assert process["progress"] == {"total": 3, "done": 1, "failed": 2}
    failed = results(bina, process, status="failed")
    assert {i["code"] for i in failed} == {"already_decided"}
    assert "Bina Iyer chose to reject it" in " ".join(i["detail"] for i in failed)
    assert [i["state"] for i in results(bina, process)].count("done") == 1
    assert decided(bina, kept["id"]) == "approve"


def test_who_decides_nothing_acts_on_nothing_in_bulk(asha, bina):
    task = open_task(bina, started(asha)["id"])["id"]
    refused = in_bulk(asha, selected(asha, ids=[task]))
    assert (refused.status_code, refused.json()["code"]) == (403, "role_must_allow_action")


def test_a_maker_with_the_role_is_refused_item_by_item(installation, tenant, asha, bina):
    own = started(asha)["id"]
    with_role(installation, tenant, "asha", "finance_approver")
    selection = selected(asha, ids=[open_task(bina, own)["id"]])

    process = finished(asha, in_bulk(asha, selection).json())

    (only,) = results(asha, process)
    assert (only["state"], only["code"]) == ("failed", "checker_must_differ_from_maker")
    assert bina.get(f"/processes/{own}").json()["stage"]["name"] == "approval"


def with_role(installation, tenant, name, role):
    with as_owner(installation.database.admin, tenant.id) as connection:
        values = {"tenant": tenant.id, "person": tenant.person(name), "role": role}
        connection.execute(GRANT_ROLE, values)


def test_a_dry_run_says_what_each_would_come_to_and_changes_nothing(asha, bina):
    first, second = started(asha)["id"], started(asha)["id"]
    selection = selected(bina)
    decide(bina, open_task(bina, first), "reject", reason="Not ours")
    body = {"action": "approve", "selection": selection["id"]}

    would = bina.post("/bulk", params={"dry_run": "true"}, json=body).json()

    assert [(t["state"], t["count"], t["amount"]) for t in would["would"]["totals"]] == [
        ("done", 1, inr(2_950_000)), ("failed", 1, inr(2_950_000)),
    ]  # fmt: skip
    assert {i["code"] for i in would["items"]} == {None, "already_decided"}
    assert bina.get(f"/processes/{second}").json()["stage"]["name"] == "approval"


def test_the_same_call_again_starts_nothing_anew(asha, bina):
    started(asha)
    selection = selected(bina)
    key = uuid4().hex

    first, again = (in_bulk(bina, selection, key=key) for _ in range(2))

    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["id"] == again.json()["id"]
    assert finished(bina, first.json())["progress"]["total"] == 1


def test_the_same_selection_twice_decides_nothing_twice(asha, bina):
    started(asha)
    selection = selected(bina)
    finished(bina, in_bulk(bina, selection).json())

    second = finished(bina, in_bulk(bina, selection).json())

    assert second["progress"] == {"total": 1, "done": 0, "failed": 1}
    assert results(bina, second)[0]["code"] == "already_decided"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"resource": "tasks"}, 422, "body_must_match_schema"),
        ({"resource": "tasks", "query": {}, "ids": []}, 422, "body_must_match_schema"),
        ({"resource": "tasks", "query": {"colour": "red"}}, 422, "body_must_match_schema"),
        ({"resource": "processes", "query": {}}, 422, "body_must_match_schema"),
        ({"resource": "tasks", "query": {}}, 422, "selection_must_not_be_empty"),
        ({"resource": "tasks", "ids": ["tsk_01"]}, 404, "task_must_exist"),
    ],
)
def test_a_selection_that_cannot_be_is_refused(bina, body, status, code):
    response = bina.post("/selections", json=body, headers=keyed())
    assert (response.status_code, response.json()["code"]) == (status, code)


def test_a_selection_belongs_to_whoever_made_it(asha, bina, deepa):
    started(asha)
    selection = selected(bina)

    for answer in (
        deepa.get(f"/selections/{selection['id']}"),
        deepa.get(f"/selections/{selection['id']}/items"),
        in_bulk(deepa, selection),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "selection_must_exist")


def test_to_reject_in_bulk_one_says_why(asha, bina):
    id = started(asha)["id"]
    selection = selected(bina)

    refused = in_bulk(bina, selection, "reject")
    assert (refused.status_code, refused.json()["code"]) == (422, "reason_must_be_given")
    done = finished(bina, in_bulk(bina, selection, "reject", reason="Not ours").json())

    assert done["progress"]["done"] == 1
    rejected = bina.get(f"/processes/{id}").json()
    assert (rejected["stage"]["name"], rejected["reason"]) == ("rejected", "Not ours")


def test_started_past_its_road_it_does_nothing(bina):
    given = {"selection": "sel_" + "0" * 26, "action": "approve", "about": "Some tasks"}
    response = bina.post(
        "/processes", json={"type": "bulk_action", "input": given}, headers=keyed()
    )
    process = finished(bina, response.json())
    assert (process["stage"]["name"], process["status"]) == ("refused", "cancelled")
    assert "POST /v1/bulk" in process["reason"]
