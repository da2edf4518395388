"""Parked steps over HTTP: seen, counted by cause, retried, never written off while in doubt."""

import pytest

from domain.refusal import Refusal
from tests.api.invoices import decide, invoice, keyed, open_task, started
from tests.installation import eventually
from workflows.instructions import NotAnswered, ProcessClosed


@pytest.fixture
def parked(installation, asha, bina, esha):
    """A payment that the bank refused."""
    installation.bank.arm("refuse", reason="account_closed")
    process = started(asha)["id"]
    decide(bina, open_task(bina, process))
    found = eventually(
        lambda: esha.get("/exceptions", params={"process": process, "state": "open"}).json()["data"]
    )
    return found[0]


def test_a_parked_step_is_seen_and_counted_by_cause(parked, esha, asha):
    assert parked["cause"] == "payment_refused"
    assert parked["allowed_actions"] == ["retry", "cancel", "fix", "assign"]
    grouped = esha.get("/exceptions", params={"group_by": "cause"}).json()["data"]
    assert grouped[0]["cause"] == "payment_refused"
    assert grouped[0]["count"] == 1
    read = esha.get(f"/exceptions/{parked['id']}")
    assert read.json()["message"] == parked["message"]
    process = esha.get(f"/processes/{parked['process']}", params={"include": "exceptions"}).json()
    assert process["status"] == "exception"
    assert [e["id"] for e in process["exceptions"]] == [parked["id"]]
    refused = asha.get("/exceptions")
    assert (refused.status_code, refused.json()["code"]) == (403, "role_must_allow_reading")


def test_a_retry_pays_and_a_second_repair_is_told_who_was_first(parked, esha, deepa):
    response = esha.post(f"/exceptions/{parked['id']}/retry", json={}, headers=keyed())

    assert response.status_code == 202, response.text
    assert response.json()["resolution"] == "retry"
    paid = lambda: esha.get(f"/processes/{parked['process']}").json()["status"] == "completed"  # noqa: E731
    eventually(paid)
    again = deepa.post(f"/exceptions/{parked['id']}/retry", json={}, headers=keyed())
    assert (again.status_code, again.json()["code"]) == (409, "already_resolved")
    assert again.json()["who"]["person"] == "Esha Kulkarni"


def test_a_cancelled_exception_reverses_the_posting(parked, esha, cast):
    wanting = esha.post(f"/exceptions/{parked['id']}/cancel", json={}, headers=keyed())
    assert (wanting.status_code, wanting.json()["code"]) == (422, "reason_must_be_given")

    body = {"reason": "Account closed for good"}
    response = esha.post(f"/exceptions/{parked['id']}/cancel", json=body, headers=keyed())

    assert response.status_code == 202, response.text
    process = eventually(
        lambda: (p := read(cast["chand"], parked["process"]))["status"] == "compensated" and p
    )
    entries = process["postings"]
    assert [e["kind"] for e in entries] == ["normal", "reversal"]
    assert entries[0]["reversed_by"] == entries[1]["id"]
    assert entries[1]["reverses"] == entries[0]["id"]


def read(client, process):
    return client.get(f"/processes/{process}", params={"include": "postings"}).json()


def document(client, process):
    """The document as it stands."""
    found = client.get(f"/processes/{process}", params={"include": "documents"}).json()
    return found["documents"][0]["content"]


def with_description(document, words):
    return {**document, "lines": [{**document["lines"][0], "description": words}]}


def test_a_fix_is_shown_proposed_seen_and_confirmed_by_another(parked, esha, deepa):
    path = f"/exceptions/{parked['id']}"
    given = document(esha, parked["process"])
    body = {"input": with_description(given, "Review"), "reason": "It was no audit"}
    change = {"field": "/lines/0/description", "before": "Audit", "after": "Review"}
    dry = esha.post(f"{path}/fix", json=body, params={"dry_run": "true"})
    assert dry.json()["would"]["changes"] == [change]
    assert esha.get(path).json()["proposal"] is None

    proposed = esha.post(f"{path}/fix", json=body, headers=keyed())
    assert proposed.status_code == 202, proposed.text
    seen = deepa.get(path).json()
    assert (seen["state"], seen["proposal"]["changes"]) == ("open", [change])
    assert seen["proposal"]["proposed_by"]["name"] == "Esha Kulkarni"
    assert "confirm" in seen["allowed_actions"]
    assert "confirm" not in esha.get(path).json()["allowed_actions"]

    unseen = deepa.post(f"{path}/confirm", json={}, headers=keyed())
    assert (unseen.status_code, unseen.json()["code"]) == (428, "if_match_missing")
    stale = deepa.post(f"{path}/confirm", json={}, headers=keyed(**{"If-Match": '"older"'}))
    assert (stale.status_code, stale.json()["code"]) == (412, "subject_changed")
    assert stale.json()["changes"] == [change]
    match = {"If-Match": f'"{seen["proposal"]["hash"]}"'}
    own = esha.post(f"{path}/confirm", json={}, headers=keyed(**match))
    assert (own.status_code, own.json()["code"]) == (403, "checker_must_differ_from_maker")
    assert own.json()["who"]["can"] == ["Deepa Menon"]

    confirmed = deepa.post(f"{path}/confirm", json={}, headers=keyed(**match))
    assert confirmed.status_code == 202, confirmed.text
    eventually(lambda: esha.get(path).json()["state"] == "resolved")
    assert document(esha, parked["process"])["lines"][0]["description"] == "Review"


def test_a_fix_of_another_amount_is_told_to_begin_anew(parked, esha):
    given = document(esha, parked["process"])
    dearer = {**given, "total": {"amount": 1, "currency": "INR"}}
    body = {"input": dearer, "reason": "Less"}
    answer = esha.post(f"/exceptions/{parked['id']}/fix", json=body, headers=keyed())

    assert (answer.status_code, answer.json()["code"]) == (409, "approval_must_cover_the_fix")
    assert answer.json()["facts"] == {"fields": "total"}


def test_a_payment_is_not_skipped(parked, esha):
    answer = esha.post(
        f"/exceptions/{parked['id']}/skip", json={"reason": "Enough"}, headers=keyed()
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "payment_must_not_be_skipped")


def test_what_is_assigned_is_found_by_whom_it_is_assigned_to(parked, esha, deepa):
    path = f"/exceptions/{parked['id']}/assign"
    me = deepa.get("/me").json()["person"]["id"]
    body = {"person": me, "reason": "She knows the bank"}
    dry = esha.post(path, json=body, params={"dry_run": "true"})
    assert dry.json()["would"]["way"] == "assign"
    answer = esha.post(path, json=body, headers=keyed())

    assert answer.status_code == 202, answer.text
    assert answer.json()["assigned_to"] == {
        "person": {"id": me, "name": "Deepa Menon"},
        "role": None,
    }
    of = lambda client, to: [  # noqa: E731
        e["id"] for e in client.get("/exceptions", params={"assigned_to": to}).json()["data"]
    ]
    assert of(deepa, "me") == of(esha, me) == [parked["id"]]
    assert of(esha, "me") == of(esha, "operations") == []
    esha.post(path, json={"role": "operations", "reason": "Away"}, headers=keyed())
    assert of(esha, "me") == of(deepa, "operations") == [parked["id"]]
    assert of(deepa, "me") == []
    nobody = esha.post(path, json={"role": "accountant", "reason": "Why"}, headers=keyed())
    assert (nobody.status_code, nobody.json()["code"]) == (422, "assignee_must_be_able")


def test_groups_say_how_many_where_and_about_how_much(parked, installation, asha, bina, esha):
    installation.bank.arm("refuse", reason="account_closed")
    second = started(asha, invoice(net=4_000_000))["id"]
    decide(bina, open_task(bina, second))
    of_second = {"process": second, "state": "open"}
    eventually(lambda: esha.get("/exceptions", params=of_second).json()["data"])

    for by, value in (
        ("cause", "payment_refused"), ("type", "invoice_approval"), ("step", "pay_party"),
    ):  # fmt: skip
        (group,) = esha.get("/exceptions", params={"group_by": by, "state": "open"}).json()["data"]
        assert (group["by"], group["value"], group["count"]) == (by, value, 2)
        assert group["causes"] == ["payment_refused"]
        assert group["steps"] == ["pay_party"]
        assert group["types"] == ["invoice_approval"]
        # 29,500.00 of the first and 47,200.00 of the second.
        assert group["amounts"] == [{"amount": 7_670_000, "currency": "INR"}]
        assert group["oldest"] == parked["opened_at"]
    steps = esha.get("/exceptions", params={"kind": "step", "count": "exact"}).json()
    assert steps["count"] == 2
    assert esha.get("/exceptions", params={"kind": "activity"}).json()["data"] == []


def test_who_may_not_repair_does_not(parked, bina):
    response = bina.post(f"/exceptions/{parked['id']}/retry", json={}, headers=keyed())
    assert (response.status_code, response.json()["code"]) == (403, "role_must_allow_action")


@pytest.mark.parametrize(
    "fault",
    [NotAnswered(), ProcessClosed(), Refusal("exception_must_be_open", "It does not wait.")],
    ids=lambda fault: type(fault).__name__,
)
def test_nobody_is_told_that_she_was_late_for_her_own_repair(
    parked, esha, deepa, installation, monkeypatch, fault
):
    """The worker does as it is told and dies before it says so."""
    speaks = type(installation.instructions)
    say_as_before = speaks.say

    async def answer_lost(*call):
        await say_as_before(*call)
        raise fault

    monkeypatch.setattr(speaks, "say", answer_lost)
    path = f"/exceptions/{parked['id']}"
    body = {"role": "finance_head", "reason": "Hers"}
    assigned = esha.post(f"{path}/assign", json=body, headers=keyed())
    fixed = with_description(document(esha, parked["process"]), "Audit of July")
    body = {"input": fixed, "reason": "Said of which month"}
    proposed = esha.post(f"{path}/fix", json=body, headers=keyed())
    assert (assigned.status_code, proposed.status_code) == (202, 202), proposed.text
    seen = keyed(**{"If-Match": proposed.json()["proposal"]["hash"]})
    confirmed = deepa.post(f"{path}/confirm", json={}, headers=seen)
    eventually(lambda: esha.get(path).json()["state"] == "resolved")
    late = esha.post(f"{path}/retry", json={}, headers=keyed())

    assert assigned.json()["assigned_to"]["role"] == "finance_head"
    assert (confirmed.status_code, confirmed.json()["resolution"]) == (202, "fix")
    assert (late.status_code, late.json()["code"]) == (409, "already_resolved")


@pytest.mark.parametrize("fault", [NotAnswered(), ProcessClosed()], ids=["NotAnswered", "Closed"])
def test_a_repair_that_never_arrived_is_not_said_to_be_done(
    parked, esha, installation, monkeypatch, fault
):
    async def lost(*call):
        raise fault

    monkeypatch.setattr(type(installation.instructions), "say", lost)
    answer = esha.post(f"/exceptions/{parked['id']}/retry", json={}, headers=keyed())
    assert (answer.status_code, answer.json()["code"]) == (503, "worker_must_answer")
