"""Tasks: inboxes, what a checker sees, the ladder of decisions over HTTP."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from sandbox.tenant import as_owner
from tests.api.invoices import decide, invoice, keyed, open_task, started


def test_an_inbox_shows_what_waits_for_the_person(asha, bina, deepa):
    process = started(asha)["id"]

    assert [t["process"] for t in bina.get("/tasks").json()["data"]] == [process]
    assert deepa.get("/tasks").json()["data"] == []
    assert asha.get("/tasks").json()["data"] == []
    shown = deepa.get("/tasks", params={"scope": "all", "count": "exact"}).json()
    assert (shown["count"], shown["data"][0]["allowed_actions"]) == (1, [])


def test_mine_is_what_the_ladder_lets_her_decide(asha, bina, deepa, cast):
    for net in (2_500_000, 10_000_000):
        decide(bina, open_task(bina, started(asha, invoice(net))["id"]))
        started(asha, invoice(net))
    back = open_task(bina, started(asha)["id"])
    decide(bina, back, "send-back", reason="Wrong")
    everything = deepa.get("/tasks", params={"scope": "all", "limit": 200}).json()["data"]
    for client in cast.values():
        if client is cast["esha"]:
            continue
        seen = [client.get(f"/tasks/{each['id']}").json() for each in everything]
        allowed = {t["id"] for t in seen if t["allowed_actions"]}
        mine = client.get("/tasks").json()["data"]
        assert {t["id"] for t in mine if t["kind"] == "approval"} == allowed


def test_everybodys_tasks_are_for_those_who_oversee_them(asha, bina, cast):
    """An employee's leave waits for her manager; her colleague's inbox says nothing of it."""
    process = started(asha)["id"]
    asked = {name: client.get("/tasks?scope=all") for name, client in cast.items()}
    let_in = {name for name, answer in asked.items() if answer.status_code == 200}
    assert let_in == {"bina", "deepa", "esha", "chand"}
    assert [t["process"] for t in asked["chand"].json()["data"]] == [process]
    assert asked["asha"].json()["code"] == "role_must_allow_reading"


def test_who_reads_only_her_own_tasks_reads_no_others_by_their_id(
    database, tenant, installation, asha, bina
):
    task = open_task(bina, started(asha)["id"])["id"]
    (user,) = more_approvers(database, tenant, 1)
    with as_owner(database.admin, tenant.id) as connection:
        connection.execute(
            text("UPDATE role_grants SET role = 'employee' WHERE person_id = "
                 "(SELECT person_id FROM users WHERE id = :user)"), {"user": user},
        )  # fmt: skip
    with installation.client_of(tenant.id, user) as employee:
        answer = employee.get(f"/tasks/{task}")
    assert (answer.status_code, answer.json()["code"]) == (403, "role_must_allow_reading")


def test_a_task_says_what_one_needs_to_decide(asha, bina):
    process = started(asha)["id"]
    task = open_task(bina, process)

    response = bina.get(f"/tasks/{task['id']}")

    body = response.json()
    assert response.headers["ETag"] == f'"{body["subject_hash"]}"'
    assert body["allowed_actions"] == ["approve", "reject", "send_back"]
    assert "finance_approver" in body["why_you"]
    assert {c["result"] for c in body["checks"]} == {"passed"}
    assert body["checks"][0]["evidence"].startswith("evd_")
    assert body["documents"][0]["hash"] == body["subject_hash"]
    assert body["others_who_can"] == []
    again = bina.get(f"/tasks/{task['id']}", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_a_decision_needs_what_was_seen(asha, bina):
    task = open_task(bina, started(asha)["id"])
    response = bina.post(f"/tasks/{task['id']}/approve", json={}, headers=keyed())
    assert (response.status_code, response.json()["code"]) == (428, "if_match_missing")


def test_who_saw_something_else_gets_the_difference(asha, bina):
    process = started(asha, given := invoice())["id"]
    seen = open_task(bina, process)
    assert decide(bina, seen, "send-back", reason="Due too late").status_code == 200
    amended = asha.post(
        f"/processes/{process}/amend",
        json={"input": given | {"due_date": "2026-07-20"}},
        headers=keyed(),
    )
    assert amended.status_code == 202, amended.text
    task = open_task(bina, process)

    response = decide(bina, task | {"subject_hash": seen["subject_hash"]})

    problem = response.json()
    assert (response.status_code, problem["code"]) == (412, "subject_changed")
    change = {"field": "/due_date", "before": "2026-07-31", "after": "2026-07-20"}
    assert problem["changes"] == [change]
    assert bina.get(f"/tasks/{task['id']}").json()["changes"] == [change]
    assert decide(bina, task).status_code == 200


REFUSED = [
    ("asha", "approve", {}, 403, "checker_must_differ_from_maker"),
    ("deepa", "approve", {}, 403, "limit_exceeded"),
    ("chand", "approve", {}, 403, "role_must_allow_action"),
    ("bina", "reject", {}, 422, "reason_must_be_given"),
    ("bina", "send-back", {"reason": "  "}, 422, "reason_must_be_given"),
    ("bina", "approve", {"reason": 7}, 422, "body_must_match_schema"),
    ("bina", "approve", {"because": "x"}, 422, "body_must_match_schema"),
]


@pytest.mark.parametrize(("who", "verb", "body", "status", "code"), REFUSED)
def test_the_ladder_refuses_over_http(cast, who, verb, body, status, code):
    process = started(cast["asha"])["id"]
    task = open_task(cast["bina"], process)
    response = decide(cast[who], task, verb, **body)

    problem = response.json()
    assert (response.status_code, problem["code"]) == (status, code)
    if status == 403:
        assert problem["who"]["can"] == ["Bina Iyer"]
        assert problem["process"] == process


def test_a_rejected_invoice_ends_and_its_task_stays_decided(asha, bina):
    process = started(asha)["id"]
    task = open_task(bina, process)
    response = decide(bina, task, "reject", reason="Not ours")

    assert response.json()["decision"]["reason"] == "Not ours"
    assert response.json()["why_you"] == "Bina Iyer chose to reject it."
    assert asha.get(f"/processes/{process}").json()["stage"]["name"] == "rejected"
    late = decide(bina, task)
    assert (late.status_code, late.json()["code"]) == (409, "already_decided")
    assert late.json()["who"]["person"] == "Bina Iyer"


def test_of_twenty_who_approve_at_once_one_wins_and_the_others_are_told_who(
    asha, bina, installation, tenant, database
):
    approvers = more_approvers(database, tenant, 20)
    clients = [installation.client_of(tenant.id, user) for user in approvers]
    task = open_task(bina, started(asha)["id"])
    with ThreadPoolExecutor(20) as pool:
        responses = list(pool.map(lambda client: decide(client, task), clients))
    for client in clients:
        client.close()

    won = [r for r in responses if r.status_code == 200]
    lost = [r for r in responses if r.status_code == 409]
    assert (len(won), len(lost)) == (1, 19), [(r.status_code, r.text[:200]) for r in responses]
    winner = won[0].json()["decision"]["by"]["name"]
    assert {r.json()["code"] for r in lost} == {"already_decided"}
    assert {r.json()["who"]["person"] for r in lost} == {winner}


def test_a_dry_run_of_a_decision_says_who_is_next(asha, bina):
    task = open_task(bina, started(asha, invoice(10_000_000))["id"])
    headers = {"If-Match": task["subject_hash"]}
    response = bina.post(
        f"/tasks/{task['id']}/approve", params={"dry_run": "true"}, json={}, headers=headers
    )
    would = response.json()["would"]
    assert response.status_code == 200
    assert [a["role"] for a in would["approvers"]] == ["finance_head"]
    assert bina.get(f"/tasks/{task['id']}").json()["state"] == "open"


def more_approvers(database, tenant, number):
    """Persons with a login each who may approve; their users."""
    users = []
    with as_owner(database.admin, tenant.id) as connection:
        for index in range(number):
            name = f"approver{index}"
            values = {
                "tenant": tenant.id,
                "person": tenant.person(name),
                "name": f"Approver {index}",
            }
            values |= {"user": tenant.user(name), "login": name}
            for statement in (
                "INSERT INTO persons (tenant_id, id, name) VALUES (:tenant, :person, :name)",
                "INSERT INTO users (tenant_id, id, person_id, login)"
                " VALUES (:tenant, :user, :person, :login)",
                "INSERT INTO role_grants (tenant_id, person_id, role)"
                " VALUES (:tenant, :person, 'finance_approver')",
            ):
                connection.execute(text(statement), values)
            users.append(values["user"])
    return users
