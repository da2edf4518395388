"""Bulk repair: exceptions frozen, each repaired by its own process, done when the effect stands."""

from uuid import uuid4

import pytest

from tests.api.invoices import decide, inr, invoice, keyed, open_task, started
from tests.api.test_bulk import finished, in_bulk, results
from tests.installation import eventually

CAUSE = "payment_refused"


@pytest.fixture
def parked(installation, asha, bina, esha):
    """Two payments, 29,500.00 and 47,200.00, that the bank refuses `times` each."""

    def park(*nets, times=1):
        installation.bank.arm("refuse", reason="account_closed", times=times * len(nets or (1, 2)))
        invoices = [started(asha, invoice(net))["id"] for net in nets or (2_500_000, 4_000_000)]
        for id in invoices:
            decide(bina, open_task(bina, id))
            eventually(lambda id=id: exceptions(esha, process=id, state="open"))
        return invoices

    return park


def exceptions(client, **query):
    return client.get("/exceptions", params=query).json()["data"]


def freeze(client, **body):
    return client.post(
        "/selections", json={"resource": "exceptions", **body}, headers=keyed(uuid4().hex)
    )


def selected(client, **query):
    response = freeze(client, query=query)
    assert response.status_code == 201, response.text
    return response.json()


def status(client, process):
    return client.get(f"/processes/{process}").json()["status"]


def total_of(client, process):
    """The totals as the last step's evidence has them."""
    steps = client.get(f"/processes/{process['id']}/steps", params={"view": "technical"}).json()
    totals = steps["data"][-1]["outputs"]["totals"]
    return [(each["state"], each["size"], each["amount"]["amount"]) for each in totals]


def test_a_cause_is_frozen_with_its_count_and_sum(parked, esha):
    parked()

    body = selected(esha, cause=CAUSE)

    assert (body["resource"], body["count"], body["sums"]) == ("exceptions", 2, [inr(7_670_000)])
    assert selected(esha, step="pay_party", type="invoice_approval")["count"] == 2
    one = exceptions(esha, state="open")[0]["id"]
    assert freeze(esha, ids=[one, one]).json()["count"] == 1
    nothing = freeze(esha, query={"cause": "period_locked"})
    assert (nothing.status_code, nothing.json()["code"]) == (422, "selection_must_not_be_empty")


def test_everything_is_retried_and_counts_once_it_is_paid(parked, esha):
    invoices = parked()

    process = finished(esha, in_bulk(esha, selected(esha, cause=CAUSE), "retry").json())

    assert process["subject"]["title"] == "Retry 2 exceptions, 76,700.00 INR"
    assert process["progress"] == {"total": 2, "done": 2, "failed": 0}
    # By then each was paid, and not only asked to be.
    assert {e["state"] for e in exceptions(esha)} == {"resolved"}
    assert total_of(esha, process) == [("done", 2, 7_670_000)]
    for id in invoices:
        eventually(lambda id=id: status(esha, id) == "completed")


def test_what_stops_again_is_told_as_parked_and_not_as_done(parked, installation, esha):
    parked(times=2)

    process = finished(esha, in_bulk(esha, selected(esha, cause=CAUSE), "retry").json())

    assert process["progress"] == {"total": 2, "done": 0, "failed": 0, "parked": 2}
    assert {(i["state"], i["code"]) for i in results(esha, process)} == {("parked", CAUSE)}
    assert len(results(esha, process, status="parked")) == 2
    assert total_of(esha, process) == [("parked", 2, 7_670_000)]
    assert [e["tries"] for e in exceptions(esha, state="open")] == [2, 2]


def test_what_somebody_else_repaired_meanwhile_is_refused_and_named(parked, esha, deepa):
    parked()
    selection = selected(esha, cause=CAUSE)
    first = exceptions(esha, state="open")[0]
    deepa.post(f"/exceptions/{first['id']}/retry", json={}, headers=keyed())
    eventually(lambda: status(esha, first["process"]) == "completed")

    process = finished(esha, in_bulk(esha, selection, "retry").json())

    assert process["progress"] == {"total": 2, "done": 1, "failed": 1}
    (failed,) = results(esha, process, status="failed")
    assert (failed["id"], failed["code"]) == (first["id"], "already_resolved")
    assert "Deepa Menon" in failed["detail"]


def test_what_is_cancelled_counts_once_it_is_undone(parked, esha, cast):
    invoices = parked()
    selection = selected(esha, cause=CAUSE)
    wanting = in_bulk(esha, selection, "cancel")
    assert (wanting.status_code, wanting.json()["code"]) == (422, "reason_must_be_given")

    process = finished(esha, in_bulk(esha, selection, "cancel", reason="Closed for good").json())

    assert process["progress"]["done"] == 2
    assert [status(esha, id) for id in invoices] == ["compensated"] * 2


def test_everything_is_given_to_somebody_who_may_repair_it(parked, esha):
    parked()
    selection = selected(esha, cause=CAUSE)
    for params in ({}, {"role": "operations", "person": esha.get("/me").json()["person"]["id"]}):
        refused = in_bulk(esha, selection, "assign", reason="Hers", **params)
        assert (refused.status_code, refused.json()["code"]) == (422, "assignee_must_be_one")

    finished(esha, in_bulk(esha, selection, "assign", reason="Hers", role="operations").json())
    assert selected(esha, assigned_to="operations")["count"] == 2

    wrong = in_bulk(esha, selection, "assign", reason="Hers", role="accounts_payable").json()
    assert {i["code"] for i in results(esha, finished(esha, wrong))} == {"assignee_must_be_able"}


def test_a_dry_run_says_what_each_would_come_to_and_changes_nothing(parked, esha):
    parked()
    selection = selected(esha, cause=CAUSE)

    def would(action, **params):
        body = {"action": action, "selection": selection["id"], "params": params}
        return esha.post("/bulk", params={"dry_run": "true"}, json=body).json()

    retried = would("retry")
    assert [(t["state"], t["count"], t["amount"]) for t in retried["would"]["totals"]] == [
        ("done", 2, inr(7_670_000))
    ]
    skipped = would("skip", reason="Leave them")
    assert {i["code"] for i in skipped["items"]} == {"payment_must_not_be_skipped"}
    assert {i["id"][:4] for i in skipped["items"]} == {"exc_"}
    assert [(e["state"], e["tries"]) for e in exceptions(esha)] == [("open", 1)] * 2


def test_what_one_person_proposed_another_confirms_at_once_and_never_she(parked, esha, deepa):
    for id in parked():
        given = deepa.get(f"/processes/{id}", params={"include": "documents"}).json()
        content = given["documents"][0]["content"]
        lines = [{**content["lines"][0], "description": "Review"}]
        body = {"input": {**content, "lines": lines}, "reason": "It was no audit"}
        (parked_step,) = exceptions(esha, process=id)
        esha.post(f"/exceptions/{parked_step['id']}/fix", json=body, headers=keyed())

    own = finished(esha, in_bulk(esha, selected(esha, cause=CAUSE), "confirm").json())
    assert {i["code"] for i in results(esha, own)} == {"checker_must_differ_from_maker"}

    seen = selected(deepa, cause=CAUSE)
    assert (seen["count"], seen["sums"]) == (2, [inr(7_670_000)])
    process = finished(deepa, in_bulk(deepa, seen, "confirm").json())
    assert process["progress"] == {"total": 2, "done": 2, "failed": 0}
    assert {e["resolution"] for e in exceptions(esha)} == {"fix"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"query": {"scope": "team"}}, 422, "body_must_match_schema"),
        ({"query": {"colour": "red"}}, 422, "body_must_match_schema"),
        ({"ids": ["exc_01"]}, 404, "exception_must_exist"),
    ],
)
def test_a_selection_that_cannot_be_is_refused(esha, body, status, code):
    response = freeze(esha, **body)
    assert (response.status_code, response.json()["code"]) == (status, code)


def test_who_reads_no_exceptions_selects_none(parked, asha):
    parked()
    refused = freeze(asha, query={})
    assert (refused.status_code, refused.json()["code"]) == (403, "role_must_allow_reading")


def test_tasks_are_not_retried_and_exceptions_not_approved(parked, asha, esha, bina):
    parked()
    started(asha)
    tasks = bina.post("/selections", json={"resource": "tasks", "query": {}}, headers=keyed())

    for client, selection, action in (
        (bina, tasks.json(), "retry"), (esha, selected(esha, cause=CAUSE), "approve"),
    ):  # fmt: skip
        refused = in_bulk(client, selection, action)
        assert (refused.status_code, refused.json()["code"]) == (422, "action_must_fit_selection")
