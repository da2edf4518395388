"""Approval limits over HTTP: read at the decision, summed over the day, told beforehand."""

from datetime import timedelta

import pytest

from tests.api.authority import business_time, limit
from tests.api.invoices import decide, invoice, open_task, started
from tests.api.test_tasks import more_approvers
from tests.domain.ledger.race import at_once
from tests.today import today


@pytest.fixture
def colleague(database, tenant, installation):
    """Another finance approver."""
    (user,) = more_approvers(database, tenant, 1)
    with installation.client_of(tenant.id, user) as client:
        yield client


def test_above_her_limit_somebody_else_approves(cast, asha, bina, colleague):
    limit(cast, "bina", per_document=29_499_99)
    task = open_task(bina, started(asha)["id"])

    response = decide(bina, task)

    problem = response.json()
    assert (response.status_code, problem["code"]) == (403, "limit_exceeded")
    assert problem["facts"]["limit"] == "29,499.99 INR"
    assert problem["facts"]["approved_today"] == "0.00 INR"
    assert problem["who"]["can"] == ["Approver 0"]
    assert decide(colleague, task).status_code == 200


def test_rejecting_needs_no_limit_and_the_task_says_so(cast, asha, bina, colleague):
    limit(cast, "bina", per_document=1)
    process = started(asha)["id"]
    task = open_task(bina, process)

    assert task["allowed_actions"] == ["reject", "send_back"]
    assert "beyond your limit" in task["why_you"]
    assert colleague.get(f"/tasks/{task['id']}").json()["others_who_can"] == []
    assert [t["id"] for t in bina.get("/tasks").json()["data"]] == [task["id"]]
    assert decide(bina, task, "reject", reason="Not ours").status_code == 200


def test_the_day_adds_up(cast, asha, bina):
    limit(cast, "finance_approver", holder="role", per_day=59_000_00)
    for _ in range(2):
        assert decide(bina, open_task(bina, started(asha)["id"])).status_code == 200

    response = decide(bina, open_task(bina, started(asha, invoice(100))["id"]))

    assert response.json()["facts"] == {
        "limit": "59,000.00 INR", "per": "day", "approved_today": "59,000.00 INR"
    }  # fmt: skip
    (held,) = bina.get("/me").json()["approval_limits"]
    assert (held["role"], held["left"]["amount"]) == ("finance_approver", 0)


def test_a_document_that_comes_back_counts_once(cast, asha, bina, deepa):
    limit(cast, "bina", per_day=118_000_00)
    process = started(asha, given := invoice(10_000_000))["id"]
    assert decide(bina, open_task(bina, process)).status_code == 200
    assert (
        decide(deepa, open_task(deepa, process), "send-back", reason="Due when?").status_code == 200
    )
    body = {"input": given | {"due_date": "2026-07-20"}}
    amended = asha.post(f"/processes/{process}/amend", json=body, headers={"Idempotency-Key": "k"})
    assert amended.status_code == 202, amended.text

    assert decide(bina, open_task(bina, process)).status_code == 200


def test_of_approvals_at_once_no_more_pass_than_the_day_allows(cast, asha, bina):
    limit(cast, "bina", per_day=3 * 29_500_00)
    waiting = [open_task(bina, started(asha)["id"]) for _ in range(8)]

    answers = at_once([lambda task=task: decide(bina, task) for task in waiting])

    codes = [a.json().get("code", "approved") for a in answers]
    assert sorted(codes) == ["approved"] * 3 + ["limit_exceeded"] * 5


def test_a_limit_is_read_at_the_decision_and_the_last_one_set_holds(cast, asha, bina):
    task = open_task(bina, started(asha)["id"])
    limit(cast, "bina", per_document=1)
    assert decide(bina, task).json()["code"] == "limit_exceeded"
    limit(cast, "finance_approver", holder="role", per_document=50_000_00)
    assert decide(bina, task).json()["code"] == "limit_exceeded"

    limit(cast, "bina", change="lift")

    assert decide(bina, task).status_code == 200


def test_a_limit_of_another_type_is_no_matter(cast, asha, bina):
    limit(cast, "bina", per_document=1, process_type="payment")
    assert decide(bina, open_task(bina, started(asha)["id"])).status_code == 200


def test_a_dry_run_climbs_the_same_limits(cast, asha, bina):
    limit(cast, "bina", per_document=1)
    task = open_task(bina, started(asha)["id"])
    headers = {"If-Match": task["subject_hash"]}
    response = bina.post(
        f"/tasks/{task['id']}/approve", params={"dry_run": "true"}, json={}, headers=headers
    )
    assert response.json()["code"] == "limit_exceeded"


def test_at_midnight_in_kolkata_another_business_day_begins(cast, asha, bina, database, tenant):
    business_time(database, tenant, day=1, at="10:00")
    limit(cast, "bina", per_day=29_500_00)
    business_time(database, tenant, day=1, at="23:50")
    assert decide(bina, open_task(bina, started(asha)["id"])).status_code == 200
    task = open_task(bina, started(asha)["id"])
    assert decide(bina, task).json()["code"] == "limit_exceeded"

    business_time(database, tenant, day=2, at="00:01")

    assert decide(bina, task).status_code == 200


def test_after_a_limit_for_some_days_the_one_before_holds_again(cast, asha, bina, database, tenant):
    limit(cast, "bina", per_document=1)
    some_days = (today() + timedelta(days=2)).isoformat()
    limit(cast, "bina", per_document=50_000_00, to_day=some_days)
    assert decide(bina, open_task(bina, started(asha)["id"])).status_code == 200

    business_time(database, tenant, day=5, at="10:00")

    refused = decide(bina, open_task(bina, started(asha)["id"])).json()
    assert refused["facts"]["limit"] == "0.01 INR"
