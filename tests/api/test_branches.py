"""Branches over HTTP: roles and limits of one branch, the inbox, what is shown, what is posted."""

from typing import Any

import pytest
from sqlalchemy import text

from sandbox.tenant import as_owner
from tests.api.authority import ended, limit
from tests.api.invoices import decide, inr, invoice, keyed, open_task, started
from tests.api.people import agreed, asked, signed_in, with_password
from tests.today import today


@pytest.fixture
def at_branches(database, tenant):
    """Limits the roles of some of the cast to one branch, as a migration of rights would."""

    def limited(**branches: str) -> None:
        statement = text(
            "UPDATE role_grants SET branch = :branch WHERE person_id = :person"
            " AND role NOT IN ('owner', 'admin', 'auditor', 'engineer')"
        )
        with as_owner(database.admin, tenant.id) as connection:
            for name, branch in branches.items():
                connection.execute(statement, {"branch": branch, "person": tenant.person(name)})

    return limited


def expense(branch: str = "HBL", **changes: Any) -> dict[str, Any]:
    return {
        "branch": branch, "entry_date": today().isoformat(), "expense_account": "travel",
        "paid_to": "Auto stand", "spent_on": "Samples to the station", "amount": inr(450_00),
    } | changes  # fmt: skip


def entered(client, given=None):
    body = {"type": "petty_cash_expense", "input": given or expense()}
    return client.post("/processes", json=body, headers=keyed())


def test_whoever_holds_the_role_at_another_branch_neither_sees_nor_decides(
    cast, asha, bina, deepa, at_branches
):
    process = entered(asha).json()
    assert process["branch"] == "HBL"
    task = open_task(deepa, process["id"])
    assert [t["id"] for t in bina.get("/tasks").json()["data"]] == [task["id"]]

    at_branches(bina="BLR")

    assert bina.get("/tasks").json()["data"] == []
    assert bina.get("/tasks?scope=team").json()["data"] == []
    refused = decide(bina, task)
    assert (refused.status_code, refused.json()["code"]) == (403, "role_must_cover_branch")
    assert refused.json()["facts"] == {"branch": "HBL"}
    assert refused.json()["who"] == {"role": "finance_approver", "can": []}


def test_at_her_branch_she_decides_and_is_told_why(cast, asha, bina, deepa, at_branches):
    at_branches(bina="HBL")
    task = open_task(deepa, entered(asha).json()["id"])
    (seen,) = bina.get("/tasks").json()["data"]
    assert (seen["id"], seen["branch"]) == (task["id"], "HBL")
    assert seen["why_you"].startswith("You hold finance_approver at the branch HBL, which checks")
    assert deepa.get(f"/tasks/{task['id']}").json()["others_who_can"] == ["Bina Iyer"]
    assert decide(bina, task).status_code == 200
    other = open_task(deepa, entered(asha, expense("BLR")).json()["id"])
    assert deepa.get(f"/tasks/{other['id']}").json()["others_who_can"] == []


def test_what_is_of_no_branch_is_not_for_who_is_limited_to_one(asha, bina, deepa, at_branches):
    task = open_task(deepa, started(asha)["id"])
    at_branches(bina="HBL")
    assert decide(bina, task).json()["code"] == "role_must_cover_branch"


def test_the_maker_enters_for_her_branch_alone(asha, at_branches):
    at_branches(asha="HBL")
    assert entered(asha).status_code == 202
    refused = entered(asha, expense("BLR"))
    assert (refused.status_code, refused.json()["code"]) == (403, "role_must_cover_branch")
    trial = asha.post(
        "/processes?dry_run=true", json={"type": "petty_cash_expense", "input": expense("BLR")}
    )
    assert trial.json()["code"] == "role_must_cover_branch"


def test_a_dry_run_names_who_checks_for_the_branch(asha, at_branches):
    def checkers(branch: str) -> list[str]:
        body = {"type": "petty_cash_expense", "input": expense(branch)}
        answer = asha.post("/processes?dry_run=true", json=body).json()
        return answer["would"]["approvers"][0]["people"]

    at_branches(bina="HBL")
    assert (checkers("HBL"), checkers("BLR")) == (["Bina Iyer"], [])


def test_where_the_document_names_none_her_grant_says_the_branch(asha, bina, deepa, at_branches):
    at_branches(asha="HBL", bina="HBL")
    process = started(asha)
    assert process["branch"] == "HBL"
    assert decide(bina, open_task(deepa, process["id"])).status_code == 200


def test_what_it_posts_carries_the_branch(asha, bina, deepa):
    process = entered(asha).json()["id"]
    assert decide(bina, open_task(deepa, process)).status_code == 200
    ended(deepa, process)
    found = deepa.get(f"/processes/{process}", params={"include": "postings"}).json()
    (entry,) = found["postings"]
    assert [p["dimensions"] for p in entry["postings"]] == [{"branch": "HBL"}] * 2


def test_a_limit_of_a_branch_counts_there_and_sums_there(cast, asha, bina, deepa):
    limit(cast, "finance_approver", holder="role", per_day=1000_00, branch="HBL")
    for branch, amount, code in (
        ("HBL", 600_00, None), ("BLR", 900_00, None), ("HBL", 500_00, "limit_exceeded"),
        ("HBL", 400_00, None), ("BLR", 5000_00, None),
    ):  # fmt: skip
        given = expense(branch, amount=inr(amount))
        answer = decide(bina, open_task(deepa, entered(asha, given).json()["id"]))
        assert answer.json().get("code") == code, (branch, amount)
    (told,) = bina.get("/me").json()["approval_limits"]
    assert (told["branch"], told["approved_today"]["amount"]) == ("HBL", 1000_00)
    assert decide(bina, open_task(deepa, started(asha, invoice())["id"])).status_code == 200


def test_a_role_of_a_branch_is_granted_by_two_and_shown(installation, tenant, cast):
    with_password(installation, tenant, "bina", "deepa")
    process = asked(
        cast["esha"], "/grants", login="gopal", role="finance_approver", branch="HBL"
    ).json()["id"]
    with signed_in(installation, tenant, "bina") as bina:
        agreed(bina, process)
    gopal = cast["gopal"]
    assert gopal.get("/me").json()["at_branches"] == [{"role": "finance_approver", "branch": "HBL"}]
    grants = cast["esha"].get("/grants", params={"role": "finance_approver"}).json()["data"]
    assert {(g["person"]["name"], g["branch"]) for g in grants} == {
        ("Bina Iyer", None), ("Gopal Nair", "HBL")
    }  # fmt: skip
    task = open_task(cast["deepa"], entered(cast["asha"]).json()["id"])
    assert decide(gopal, task).status_code == 200


def test_processes_are_found_by_their_branch(asha, deepa):
    ids = {branch: entered(asha, expense(branch)).json()["id"] for branch in ("HBL", "BLR")}
    found = deepa.get("/processes", params={"branch": "BLR"}).json()["data"]
    assert [p["id"] for p in found] == [ids["BLR"]]
