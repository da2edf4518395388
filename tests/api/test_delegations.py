"""Delegations over HTTP: whose authority is used, up to what, until when; never for one's own."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from sandbox.tenant import as_owner
from tests.api.authority import (
    TOMORROW,
    YESTERDAY,
    business_time,
    delegated,
    ended,
    limit,
)
from tests.api.invoices import decide, invoice, keyed, open_task, started
from tests.api.test_tasks import more_approvers
from tests.domain.ledger.race import at_once
from tests.installation import eventually

LARGE = 10_000_000


@pytest.fixture
def colleague(database, tenant, installation):
    """Another finance approver."""
    (user,) = more_approvers(database, tenant, 1)
    with installation.client_of(tenant.id, user) as client:
        yield client


@pytest.fixture
def second_level(asha, colleague):
    """A large invoice that the first level approved; what waits is for the head of finance."""

    def made() -> str:
        process = started(asha, invoice(LARGE))["id"]
        assert decide(colleague, open_task(colleague, process)).status_code == 200
        return process

    return made


def test_bina_decides_for_deepa_and_the_record_says_so(cast, bina, second_level):
    delegated(cast, roles=["finance_head"])
    process = second_level()
    task = open_task(bina, process)
    assert task["why_you"].startswith("You stand in for Deepa Menon until ")
    assert task["allowed_actions"] == ["approve", "reject", "send_back"]
    assert task["id"] in {t["id"] for t in bina.get("/tasks").json()["data"]}

    decision = decide(bina, task).json()["decision"]

    assert decision["by"]["name"] == "Bina Iyer"
    assert decision["on_behalf_of"]["name"] == "Deepa Menon"
    titles = [s["title"] for s in bina.get(f"/processes/{process}/steps").json()["data"]]
    assert any(title.startswith("Bina Iyer for Deepa Menon chose to approve") for title in titles)
    late = decide(cast["deepa"], task)
    assert late.json()["who"]["person"] == "Bina Iyer for Deepa Menon"


def test_who_is_away_is_not_offered_but_her_delegate_is(cast, asha, second_level):
    seen = f"/tasks/{open_task(asha, second_level())['id']}"
    assert asha.get(seen).json()["others_who_can"] == ["Deepa Menon"]
    delegated(cast, roles=["finance_head"])
    assert asha.get(seen).json()["others_who_can"] == ["Bina Iyer for Deepa Menon", "Deepa Menon"]


def test_away_means_not_there(cast, asha, second_level):
    delegated(cast, is_away=True)
    seen = f"/tasks/{open_task(asha, second_level())['id']}"
    assert asha.get(seen).json()["others_who_can"] == ["Bina Iyer for Deepa Menon"]


def test_the_two_are_one_pair_of_eyes(cast, asha, bina, deepa):
    delegated(cast)
    process = started(asha, invoice(LARGE))["id"]
    assert decide(bina, open_task(bina, process)).status_code == 200
    task = open_task(bina, process)

    assert decide(bina, task).json()["code"] == "checkers_must_be_distinct"
    assert task["id"] not in {t["id"] for t in bina.get("/tasks").json()["data"]}
    assert decide(deepa, task).status_code == 200


def test_a_delegate_does_not_check_what_her_delegator_made(cast, bina, deepa):
    delegated(cast, "bina", "deepa", roles=["manager"])
    leave = {
        "employee": "Bina Iyer", "kind": "earned", "from_date": "2026-07-20",
        "to_date": "2026-07-24", "days": "5",
    }  # fmt: skip
    process = started_as(bina, "leave_request", leave)
    task = open_task(deepa, process)

    for client in (bina, deepa):
        response = decide(client, task)
        assert response.json()["code"] == "checker_must_differ_from_maker"
        assert client.get("/tasks").json()["data"] == []


def test_a_second_account_is_the_same_person(cast, asha, tenant, database, installation):
    delegated(cast, "bina", "asha")
    with as_owner(database.admin, tenant.id) as connection:
        values = {
            "tenant": tenant.id,
            "user": tenant.user("asha2"),
            "person": tenant.person("asha"),
        }
        statement = (
            "INSERT INTO users (tenant_id, id, person_id, login)"
            " VALUES (:tenant, :user, :person, 'asha2')"
        )
        connection.execute(text(statement), values)
    task = open_task(asha, started(asha)["id"])
    with installation.client_of(tenant.id, tenant.user("asha2")) as second:
        assert decide(second, task).json()["code"] == "checker_must_differ_from_maker"
        itself = {"taker": "asha", "giver": "asha2", "first_day": str(YESTERDAY),
                  "last_day": str(TOMORROW), "reason": "Hm", "roles": []}  # fmt: skip
        refused = cast["esha"].post("/delegations", json=itself, headers=keyed())
        assert refused.json()["code"] == "delegation_must_be_to_another"


def test_the_cap_and_both_their_limits_hold(cast, bina, second_level):
    amount = LARGE * 118 // 100
    delegated(cast, cap={"amount": amount - 1, "currency": "INR"})
    over = decide(bina, open_task(bina, second_level()))
    assert (over.json()["code"], over.json()["facts"]["per"]) == ("limit_exceeded", "delegation")

    cast["deepa"].request("DELETE", f"/delegations/{newest(bina)}", headers=keyed())
    delegated(cast)
    limit(cast, "bina", per_document=amount - 1)
    assert "You may approve" in decide(bina, open_task(bina, second_level())).json()["detail"]
    limit(cast, "bina", change="lift")
    limit(cast, "finance_head", holder="role", per_day=amount)
    assert decide(bina, open_task(bina, second_level())).status_code == 200
    spent = decide(bina, open_task(bina, second_level())).json()
    assert spent["detail"].startswith("Deepa Menon may approve up to 1,18,000.00 INR in one day")
    own = decide(cast["deepa"], open_task(bina, second_level())).json()
    assert (own["code"], own["facts"]["approved_today"]) == ("limit_exceeded", "1,18,000.00 INR")


def test_an_ended_delegation_lends_nothing_at_once(cast, bina, deepa, second_level):
    id = delegated(cast)
    task = open_task(bina, second_level())

    response = deepa.request("DELETE", f"/delegations/{id}", headers=keyed())

    assert response.status_code == 202
    assert ended(deepa, response.json()["id"])["stage"]["name"] == "ended"
    assert decide(bina, task).json()["code"] == "limit_exceeded"
    assert bina.get(f"/tasks/{task['id']}").json()["allowed_actions"] == []
    again = deepa.request("DELETE", f"/delegations/{id}", headers=keyed())
    assert (again.status_code, again.json()["code"]) == (409, "delegation_must_be_in_force")


def test_before_its_first_day_and_after_its_last_it_lends_nothing(
    cast, bina, database, tenant, second_level
):
    first, last = (str(YESTERDAY + timedelta(days=n)) for n in (11, 12))
    delegated(cast, first_day=first, last_day=last)
    task = open_task(bina, second_level())
    for day, code in ((0, "limit_exceeded"), (15, "limit_exceeded"), (10, None)):
        business_time(database, tenant, day=day, at="12:00")
        assert decide(bina, task).json().get("code") == code


def test_a_role_that_the_delegator_lost_is_not_lent(cast, bina, tenant, database, second_level):
    delegated(cast)
    task = open_task(bina, second_level())
    with as_owner(database.admin, tenant.id) as connection:
        revoke = (
            "UPDATE role_grants SET revoked_at = now() WHERE person_id = :p"
            " AND role = 'finance_head'"
        )
        connection.execute(text(revoke), {"p": tenant.person("deepa")})
    assert decide(bina, task).json()["code"] == "limit_exceeded"


def test_me_tells_what_is_lent(cast, bina, asha):
    id = delegated(cast, roles=["finance_head"], types=["invoice_approval"])
    (shown,) = bina.get("/me").json()["delegations"]
    assert (shown["id"], shown["giver"]["name"]) == (id, "Deepa Menon")
    assert (shown["roles"], shown["types"]) == (["finance_head"], ["invoice_approval"])
    assert asha.get("/delegations").json()["data"] == []
    assert [d["id"] for d in asha.get("/delegations?scope=all").json()["data"]] == [id]


def test_a_dry_run_stores_nothing_and_others_end_nothing(cast, deepa, asha):
    body = {"taker": "bina", "first_day": str(YESTERDAY), "last_day": str(TOMORROW), "reason": "x"}
    trial = deepa.post("/delegations?dry_run=true", json=body, headers=keyed())
    assert trial.json()["would"]["approvers"][0]["people"] == ["Esha Kulkarni"]
    assert deepa.get("/delegations").json()["data"] == []
    id = delegated(cast)
    refused = asha.request("DELETE", f"/delegations/{id}", headers=keyed())
    assert (refused.status_code, refused.json()["code"]) == (403, "delegation_must_be_ones_own")
    missing = deepa.request("DELETE", "/delegations/dlg_x", headers=keyed())
    assert (missing.status_code, missing.json()["code"]) == (404, "delegation_must_exist")


def test_two_at_once_make_no_chain(cast, bina, deepa, esha):
    days = {"first_day": str(YESTERDAY), "last_day": str(TOMORROW), "reason": "At once"}
    asked = [
        client.post("/delegations", json={"taker": taker, **days}, headers=keyed()).json()["id"]
        for client, taker in ((deepa, "bina"), (bina, "hema"))
    ]
    tasks = [open_task(deepa, process) for process in asked]
    at_once([lambda task=task: decide(esha, task) for task in tasks])
    stages = [settled(deepa, process) for process in asked]
    assert sorted(stages) == ["done", "parked"]


def settled(client, process):
    """Where a delegation stands once it is made, or parked since it would be a chain."""

    def found():
        body = client.get(f"/processes/{process}", params={"include": "exceptions"}).json()
        if body["status"] == "completed":
            return "done"
        return "parked" if body["exceptions"] else None

    return eventually(found)


def newest(client) -> str:
    return client.get("/delegations").json()["data"][0]["id"]


def started_as(client, process_type, given) -> str:
    body = {"type": process_type, "input": given}
    response = client.post("/processes", json=body, headers=keyed())
    assert response.status_code == 202, response.text
    return response.json()["id"]
