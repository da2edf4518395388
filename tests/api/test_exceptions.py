"""Parked steps over HTTP: seen, counted by cause, retried, never written off while in doubt."""

import pytest

from tests.api.invoices import decide, keyed, open_task, started
from tests.installation import eventually


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


def test_who_may_not_repair_does_not(parked, bina):
    response = bina.post(f"/exceptions/{parked['id']}/retry", json={}, headers=keyed())
    assert (response.status_code, response.json()["code"]) == (403, "role_must_allow_action")
