"""A key stands for one call: repeated, raced, mismatched, broken off."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import text

from domain.access import idempotency, token
from domain.access.idempotency import Call
from domain.access.token import Bearer
from domain.canonical import digest
from domain.database import transaction
from domain.identifiers import PROCESS, new_uuid, workflow_id, written
from tests.api.invoices import decide, invoice, keyed, open_task, start, started
from tests.installation import BEARER_KEY
from workflows.instructions import NotAnswered


def test_a_repeat_gets_the_first_answer_and_says_so(asha):
    key, given = uuid4().hex, invoice()
    first, second = start(asha, given, key=key), start(asha, given, key=key)

    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert second.headers["Location"] == first.headers["Location"]
    assert second.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers


def test_another_body_under_the_key_is_refused_with_the_time_of_the_first(asha):
    key = uuid4().hex
    start(asha, invoice(), key=key)
    response = start(asha, invoice(), key=key)

    assert (response.status_code, response.json()["code"]) == (422, "idempotency_key_mismatch")
    assert response.json()["first_seen_at"]


def test_fifty_at_once_start_one_process(asha, installation, tenant):
    key, given = uuid4().hex, invoice()
    with ThreadPoolExecutor(50) as pool:
        responses = list(pool.map(lambda _: start(asha, given, key=key), range(50)))

    assert {r.status_code for r in responses} == {202}, [r.text for r in responses][:3]
    assert len({r.json()["id"] for r in responses}) == 1
    assert asha.get("/processes", params={"count": "exact"}).json()["count"] == 1


def test_a_refused_call_frees_its_key_for_another_body(asha):
    key = uuid4().hex
    assert start(asha, invoice(vendor="V-999"), key=key).status_code == 422
    assert start(asha, invoice(), key=key).status_code == 202


def test_a_call_under_way_is_said_to_be(asha, installation, tenant):
    key, given = uuid4().hex, invoice()
    hold(installation, tenant, key, given)
    response = start(asha, given, key=key)

    assert (response.status_code, response.json()["code"]) == (409, "idempotency_in_progress")
    assert response.headers["Retry-After"] == "1"


def test_a_call_that_broke_off_is_taken_over_under_its_id(asha, installation, tenant):
    key, given = uuid4().hex, invoice()
    subject = hold(installation, tenant, key, given, lapsed=True)
    response = start(asha, given, key=key)

    assert response.status_code == 202, response.text
    assert response.json()["id"] == written(PROCESS, subject)


def test_a_start_whose_answer_was_lost_finds_its_process(asha, installation, tenant):
    key, given = uuid4().hex, invoice()
    first = start(asha, given, key=key).json()
    forget_answer(installation, tenant, key)
    again = start(asha, given, key=key)

    assert again.status_code == 202, again.text
    assert again.json()["id"] == first["id"]


def test_a_decision_whose_answer_was_lost_is_answered_again(asha, bina, installation, tenant):
    task = open_task(bina, started(asha, invoice(10_000_000))["id"])
    key, seen = uuid4().hex, {"If-Match": task["subject_hash"]}
    first = bina.post(f"/tasks/{task['id']}/approve", json={}, headers=keyed(key, **seen))
    forget_answer(installation, tenant, key)
    again = bina.post(f"/tasks/{task['id']}/approve", json={}, headers=keyed(key, **seen))

    assert first.status_code == 200, first.text
    assert again.status_code == 200, again.text
    assert again.json()["decision"] == first.json()["decision"]


def test_so_is_one_that_is_repeated_when_her_password_is_older(asha, bina, installation, tenant):
    task = open_task(bina, started(asha, invoice(10_000_000))["id"])
    key, seen, answers = uuid4().hex, {"If-Match": task["subject_hash"]}, []
    for ago in (5, 95):
        proven = int(time.time()) - ago
        bearer = Bearer(tenant.id, tenant.user("bina"), authenticated_at=proven)
        shown = token.issue(BEARER_KEY, bearer, issued_at=proven, seconds=600)
        with installation.caller(shown) as her:
            path, headers = f"/tasks/{task['id']}/approve", keyed(key, **seen)
            answers.append(her.post(path, json={}, headers=headers))
        forget_answer(installation, tenant, key)

    first, again = answers
    assert (first.status_code, again.status_code) == (200, 200), again.text
    assert again.json()["decision"] == first.json()["decision"]


def test_nobody_is_told_that_she_was_late_for_her_own_decision(
    asha, bina, installation, tenant, monkeypatch
):
    """The worker decides and dies before it says so."""
    task = open_task(bina, started(asha, invoice(10_000_000))["id"])
    say_as_before = type(installation.instructions).say

    async def answer_lost(*call):
        await say_as_before(*call)
        raise NotAnswered

    monkeypatch.setattr(type(installation.instructions), "say", answer_lost)
    hers, late = decide(bina, task), decide(bina, task)

    assert hers.status_code == 200, hers.text
    assert hers.json()["decision"]["action"] == "approve"
    assert (late.status_code, late.json()["code"]) == (409, "already_decided")


def test_keys_of_two_tenants_are_two_keys(asha, installation, database):
    from sandbox.tenant import Tenant, open_tenant
    from tests.book import Book

    other = open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY)
    key, given = uuid4().hex, invoice()
    with installation.client(other, "asha") as stranger:
        assert (
            start(asha, given, key=key).json()["id"] != start(stranger, given, key=key).json()["id"]
        )


def hold(installation, tenant, key, given, *, lapsed=False):
    """A call that another process of the API is carrying out, or was when it died."""
    asked = {"start": "invoice_approval", "input": given, "external_ref": None, "company": None}
    call = Call(tenant.id, key, digest(asked))
    subject = new_uuid()
    notes = {"workflow_id": workflow_id(tenant.id, "invoice_approval", key)}
    with transaction(installation.database.edge, tenant.id) as connection:
        idempotency.claim(connection, call, subject=subject, notes=notes)
        if lapsed:
            lapse(connection, key)
    return subject


def forget_answer(installation, tenant, key):
    """As if the API had died before it kept the answer."""
    with transaction(installation.database.edge, tenant.id) as connection:
        connection.execute(
            text("UPDATE idempotency_keys SET status = NULL, body = NULL WHERE key = :key"),
            {"key": key},
        )
        lapse(connection, key)


def lapse(connection, key):
    past = {"key": key, "ago": timedelta(seconds=1)}
    connection.execute(
        text("UPDATE idempotency_keys SET held_until = clock_timestamp() - :ago WHERE key = :key"),
        past,
    )


def test_a_decision_repeated_under_its_key_is_the_same_decision(asha, bina):
    task = open_task(bina, started(asha)["id"])
    key, seen = uuid4().hex, {"If-Match": task["subject_hash"]}
    first = bina.post(f"/tasks/{task['id']}/approve", json={}, headers=keyed(key, **seen))
    again = bina.post(f"/tasks/{task['id']}/approve", json={}, headers=keyed(key, **seen))

    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json() == first.json()
    assert decide(bina, task).json()["code"] == "already_decided"
