"""Keys of machines: each acts as the person who asked for it, and only within its scopes."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from sandbox.tenant import as_owner
from tests.api.invoices import decide, open_task, start, started
from tests.api.people import agreed, asked, signed_in, with_password
from tests.today import today

LAST_DAY = (today() + timedelta(days=30)).isoformat()


@pytest.fixture
def owner(installation, tenant):
    """An owner who has just signed in."""
    with_password(installation, tenant, "deepa")
    with signed_in(installation, tenant, "deepa") as deepa:
        yield deepa


def code(answer):
    return answer.status_code, answer.json()["code"]


def asked_for(client, *scopes, name="", key=""):
    name = name or f"key {uuid4().hex[:8]}"
    body = {"name": name, "scopes": list(scopes), "expires_on": LAST_DAY}
    answer = asked(client, "/api-keys", key, **body)
    assert answer.status_code == 202, answer.text
    return answer.json()


@pytest.fixture
def machine(installation, owner):
    """A client with an approved key of a person, for scopes."""
    clients = []

    def made(client, *scopes):
        answer = asked_for(client, *scopes)
        agreed(owner, answer["id"])
        clients.append(installation.caller(answer["secret"]))
        return clients[-1]

    yield made
    for client in clients:
        client.close()


def test_a_key_works_once_it_is_approved_and_acts_as_its_person(
    installation, tenant, asha, owner, database
):
    answer = asked_for(asha, "start:invoice_approval", "read:processes", name="gate")
    assert answer["secret"].startswith("sk_test_")
    with installation.caller(answer["secret"]) as machine:
        assert code(machine.get("/processes")) == (401, "token_must_be_valid")
        agreed(owner, answer["id"])
        process = started(machine)
    assert process["created_by"]["name"] == "Asha Rao"
    (listed,) = asha.get("/api-keys").json()["data"]
    assert (listed["name"], listed["process"]) == ("gate", answer["id"])
    assert listed["last_used_at"] is not None
    with as_owner(database.admin, tenant.id) as connection:
        kept = connection.scalars(text("SELECT t::text FROM api_key_secrets t")).all()
    assert answer["secret"] not in str(kept)


def test_the_secret_is_answered_once(asha):
    key = uuid4().hex
    first = asked_for(asha, "read:tasks", name="gate", key=key)
    again = asked_for(asha, "read:tasks", name="gate", key=key)
    assert again["id"] == first["id"]
    assert "secret" in first
    assert "secret" not in again


def test_a_key_does_nothing_beyond_its_scopes(asha, machine):
    reader = machine(asha, "read:processes")
    assert reader.get("/processes").status_code == 200
    for path in ("/tasks", "/ledger/entries"):
        assert code(reader.get(path)) == (403, "key_must_have_scope")
    assert code(start(reader)) == (403, "key_must_have_scope")
    process = started(asha)["id"]
    cancel = reader.post(
        f"/processes/{process}/cancel", json={"reason": "x"}, headers={"Idempotency-Key": "c"}
    )
    assert code(cancel) == (403, "key_must_have_scope")


def test_scopes_give_nothing_that_the_person_may_not(asha, machine):
    everything = machine(asha, "read:everything", "start:everything", "decide:everything")
    assert code(everything.get("/exceptions")) == (403, "role_must_allow_reading")
    task = open_task(asha, started(everything)["id"])
    assert code(decide(everything, task)) == (403, "checker_must_differ_from_maker")


def test_a_key_decides_only_with_the_scope_for_it(asha, bina, machine):
    without = machine(bina, "read:everything")
    task = open_task(bina, started(asha)["id"])
    assert code(decide(without, task)) == (403, "key_must_have_scope")
    deciding = machine(bina, "read:everything", "decide:invoice_approval")
    assert decide(deciding, task).status_code == 200


def test_a_key_never_decides_where_the_password_is_wanted(bina, cast, machine):
    deciding = machine(bina, "read:everything", "decide:everything")
    process = asked(cast["esha"], "/grants", login="tara", role="sales").json()["id"]
    task = open_task(deciding, process)
    assert task["allowed_actions"] == []
    assert code(decide(deciding, task)) == (401, "step_up_required")


def test_the_process_itself_looks_at_the_scopes_of_the_key(installation, asha, bina, machine):
    """Past the API: the instruction is signed, but the key lost its right in between."""
    deciding = machine(bina, "read:everything", "decide:invoice_approval")
    task = open_task(bina, started(asha)["id"])
    key = bina.get("/api-keys").json()["data"][0]["id"]
    installation.stop_worker()
    try:
        assert decide(deciding, task).status_code == 503
        assert bina.delete(f"/api-keys/{key}").status_code == 204
    finally:
        installation.start_worker()
    again = bina.get(f"/tasks/{task['id']}").json()
    assert again["state"] == "open"
    assert decide(bina, task).status_code == 200


def test_its_owner_puts_a_key_out_of_use_at_once_and_nobody_elses(asha, bina, machine):
    hers = machine(asha, "read:processes")
    key = asha.get("/api-keys").json()["data"][0]["id"]
    assert bina.get("/api-keys").json()["data"][0]["id"] == key
    assert code(bina.delete(f"/api-keys/{key}")) == (404, "api_key_must_exist")
    assert asha.delete(f"/api-keys/{key}").status_code == 204
    assert code(hers.get("/processes")) == (401, "api_key_must_be_valid")


def test_an_administrator_has_a_key_revoked(asha, cast, machine, owner):
    hers = machine(asha, "read:processes")
    key = asha.get("/api-keys").json()["data"][0]["id"]
    end = asked(cast["esha"], f"/api-keys/{key}/revocation")
    agreed(owner, end.json()["id"])
    assert code(hers.get("/processes")) == (401, "api_key_must_be_valid")


def test_a_key_of_a_login_that_is_switched_off_calls_nothing(installation, tenant, asha, machine):
    hers = machine(asha, "read:processes")
    with as_owner(installation.database.admin, tenant.id) as connection:
        connection.execute(text("UPDATE users SET active = false WHERE login = 'asha'"))
    assert code(hers.get("/processes")) == (401, "user_must_be_active")


def test_an_expired_key_calls_nothing(installation, tenant, asha, machine):
    hers = machine(asha, "read:processes")
    with as_owner(installation.database.admin, tenant.id) as connection:
        connection.execute(text("UPDATE api_keys SET expires_at = now()"))
    assert code(hers.get("/processes")) == (401, "api_key_must_be_valid")


def test_what_is_no_scope_is_refused_before_anything_is_asked(asha):
    body = {"name": "odd", "expires_on": LAST_DAY, "scopes": ["own:everything"]}
    assert code(asked(asha, "/api-keys", **body)) == (422, "scope_must_be_known")
    assert code(asked(asha, "/api-keys", **body | {"scopes": []})) == (422, "scopes_must_be_given")


def test_a_key_opens_no_session_and_sets_no_password(asha, machine):
    hers = machine(asha, "read:everything", "start:everything")
    step = hers.post("/sessions/step-up", json={"password": "x"})
    assert code(step) == (401, "session_must_be_open")
    for session in ("current", "ses_00000000000000000000000000"):
        assert code(hers.delete(f"/sessions/{session}")) == (401, "session_must_be_open")
