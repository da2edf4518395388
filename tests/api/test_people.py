"""Logins, roles and the password that a decision may want: everything changed by processes."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from domain.identifiers import PERSON, USER, written
from sandbox.tenant import as_owner
from tests.api.invoices import decide, keyed, open_task, started
from tests.api.people import (
    PASSWORD,
    agreed,
    asked,
    sign_in,
    signed_in,
    with_password,
)

CHOSEN = "nine kites over the salt flats"


@pytest.fixture
def owners(installation, tenant):
    """Both owners and the administrator, who have just signed in."""
    with_password(installation, tenant, "bina", "deepa", "esha")
    names = ("bina", "deepa", "esha")
    clients = {name: signed_in(installation, tenant, name) for name in names}
    yield clients
    for client in clients.values():
        client.close()


def code(answer):
    return answer.status_code, answer.json()["code"]


def roles_of(client, login):
    users = client.get("/users").json()["data"]
    return next(user["roles"] for user in users if user["login"] == login)


def test_a_new_login_chooses_its_password_by_the_invitation_and_signs_in(
    installation, tenant, owners
):
    asked_for = asked(owners["esha"], "/users", login="tara.bose", name="Tara Bose")
    assert asked_for.status_code == 202, asked_for.text
    invitation = asked_for.json()["invitation"]
    accept = {"invitation": invitation, "password": CHOSEN}
    with installation.caller() as tara:
        early = tara.post("/invitations/accept", json=accept)
        assert code(early) == (422, "invitation_must_be_open")

        agreed(owners["bina"], asked_for.json()["id"])

        short = accept | {"password": "too short"}
        refused = tara.post("/invitations/accept", json=short)
        assert code(refused) == (422, "password_must_be_long_enough")
        assert tara.post("/invitations/accept", json=accept).status_code == 204
        again = tara.post("/invitations/accept", json=accept)
        assert code(again) == (422, "invitation_must_be_open")
        assert sign_in(tara, tenant, "tara.bose", CHOSEN).status_code == 201


def test_the_invitation_is_kept_nowhere_and_not_repeated(installation, tenant, owners):
    key = uuid4().hex
    first = asked(owners["esha"], "/users", key, login="tara.bose", name="Tara Bose")
    again = asked(owners["esha"], "/users", key, login="tara.bose", name="Tara Bose")

    assert again.json()["id"] == first.json()["id"]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "invitation" not in again.json()
    with as_owner(installation.database.admin, tenant.id) as connection:
        for table in ("idempotency_keys", "documents", "evidence", "events", "effects"):
            kept = connection.scalars(text(f"SELECT t::text FROM {table} t")).all()
            assert first.json()["invitation"] not in str(kept)


def test_a_role_holds_from_the_approval_on_and_no_longer_than_to_its_end(
    installation, tenant, owners, cast
):
    gopal = cast["gopal"]
    assert code(gopal.get("/users")) == (403, "role_must_allow_reading")
    grant = asked(owners["esha"], "/grants", login="gopal", role="admin").json()["id"]
    assert code(gopal.get("/users"))[0] == 403
    agreed(owners["bina"], grant)
    assert gopal.get("/users").status_code == 200

    (granted,) = gopal.get("/grants", params={"role": "admin"}).json()["data"][-1:]
    assert granted["granted_by"] == grant
    end = asked(owners["esha"], "/grants", change="revoke", login="gopal", role="admin")
    agreed(owners["deepa"], end.json()["id"])
    assert code(gopal.get("/users")) == (403, "role_must_allow_reading")


def test_a_decision_that_wants_the_password_is_refused_without_one(
    installation, tenant, owners, bina
):
    process = asked(owners["esha"], "/grants", login="tara", role="sales").json()["id"]
    task = open_task(bina, process)
    assert task["allowed_actions"] == ["approve", "reject"]

    refused = decide(bina, task)
    assert code(refused) == (401, "step_up_required")
    assert refused.json()["facts"] == {"method": "password", "within_seconds": "600"}
    agreed(owners["bina"], process)


def test_a_password_given_long_ago_is_given_again(installation, tenant, owners):
    process = asked(owners["esha"], "/grants", login="tara", role="sales").json()["id"]
    with as_owner(installation.database.admin, tenant.id) as connection:
        aged = "UPDATE sessions SET authenticated_at = now() - interval '11 minutes'"
        connection.execute(text(aged))
    with installation.caller() as anybody:
        tokens = sign_in(anybody, tenant, "bina").json()
        with as_owner(installation.database.admin, tenant.id) as connection:
            connection.execute(text(aged))
        refresh = {"refresh_token": tokens["refresh_token"]}
        stale = anybody.post("/sessions/refresh", json=refresh).json()["access_token"]
    with installation.caller(stale) as bina:
        task = open_task(bina, process)
        assert code(decide(bina, task)) == (401, "step_up_required")
        wrong = bina.post("/sessions/step-up", json={"password": "not hers"})
        assert code(wrong) == (401, "credentials_must_match")
        fresh = bina.post("/sessions/step-up", json={"password": PASSWORD})
        assert fresh.json()["refresh_token"] is None
    with installation.caller(fresh.json()["access_token"]) as bina:
        agreed(bina, process)


def test_the_second_account_of_a_person_cannot_check_what_the_first_entered(
    installation, tenant, owners, asha
):
    person = written(PERSON, tenant.person("asha"))
    made = asked(owners["esha"], "/users", login="asha.two", person=person).json()
    agreed(owners["bina"], made["id"])
    grant = asked(owners["esha"], "/grants", login="asha.two", role="finance_approver")
    agreed(owners["bina"], grant.json()["id"])
    with installation.caller() as anybody:
        accept = {"invitation": made["invitation"], "password": CHOSEN}
        assert anybody.post("/invitations/accept", json=accept).status_code == 204
        token = sign_in(anybody, tenant, "asha.two", CHOSEN).json()["access_token"]

    task = open_task(asha, started(asha)["id"])
    with installation.caller(token) as second:
        assert code(decide(second, task)) == (403, "checker_must_differ_from_maker")


def test_whom_it_is_about_does_not_check_it_and_does_not_find_it_in_her_inbox(owners):
    process = asked(owners["esha"], "/grants", login="deepa", role="auditor").json()["id"]
    task = open_task(owners["deepa"], process)

    assert task["allowed_actions"] == []
    assert process not in str(owners["deepa"].get("/tasks").json()["data"])
    assert code(decide(owners["deepa"], task)) == (403, "checker_must_not_be_concerned")
    shown = owners["bina"].get(f"/tasks/{task['id']}").json()
    assert shown["allowed_actions"] == ["approve", "reject"]
    assert "Deepa Menon" not in shown["others_who_can"]


def test_two_owners_remain(owners):
    refused = asked(owners["esha"], "/grants", change="revoke", login="bina", role="owner")
    assert code(refused) == (409, "two_owners_must_remain")
    users = owners["esha"].get("/users").json()["data"]
    deepa = next(user["id"] for user in users if user["login"] == "deepa")
    off = asked(owners["esha"], f"/users/{deepa}/switch-off")
    assert code(off) == (409, "two_owners_must_remain")


def test_a_login_that_is_switched_off_calls_nothing_until_it_is_on_again(tenant, owners, cast):
    gopal, id = cast["gopal"], written(USER, tenant.user("gopal"))
    agreed(owners["bina"], asked(owners["esha"], f"/users/{id}/switch-off").json()["id"])
    assert code(gopal.get("/me")) == (401, "user_must_be_active")
    agreed(owners["bina"], asked(owners["esha"], f"/users/{id}/switch-on").json()["id"])
    assert gopal.get("/me").status_code == 200


def test_a_forgotten_password_is_chosen_anew_and_every_session_of_it_ends(
    installation, tenant, owners
):
    with_password(installation, tenant, "gopal")
    id = written(USER, tenant.user("gopal"))
    made = asked(owners["esha"], f"/users/{id}/invitation").json()
    agreed(owners["deepa"], made["id"])
    with signed_in(installation, tenant, "gopal") as gopal, installation.caller() as anybody:
        accept = {"invitation": made["invitation"], "password": CHOSEN}
        assert anybody.post("/invitations/accept", json=accept).status_code == 204
        assert code(gopal.get("/me")) == (401, "session_must_be_open")
        assert sign_in(anybody, tenant, "gopal").status_code == 401
        assert sign_in(anybody, tenant, "gopal", CHOSEN).status_code == 201


def withdrawn(owners, **given):
    body = {"type": "user_account", "input": {"reason": "For a test"} | given}
    process = owners["esha"].post("/processes", json=body, headers=keyed()).json()
    agreed(owners["deepa"], process["id"])


@pytest.mark.parametrize("how", ["withdraw_invitation", "switch_off", "invite"])
def test_an_invitation_ends_when_it_is_withdrawn_or_another_follows(
    installation, tenant, owners, how
):
    id = written(USER, tenant.user("gopal"))
    made = asked(owners["esha"], f"/users/{id}/invitation").json()
    agreed(owners["deepa"], made["id"])
    if how == "invite":
        agreed(owners["deepa"], asked(owners["esha"], f"/users/{id}/invitation").json()["id"])
    else:
        withdrawn(owners, change=how, login="gopal")
    if how == "switch_off":
        withdrawn(owners, change="switch_on", login="gopal")
    with installation.caller() as anybody:
        accept = {"invitation": made["invitation"], "password": CHOSEN}
        refused = anybody.post("/invitations/accept", json=accept)
    assert code(refused) == (422, "invitation_must_be_open")


def test_who_is_no_administrator_changes_nobody(asha, tenant):
    id = written(USER, tenant.user("gopal"))
    for path, body in (
        ("/users", {"login": "asha.two", "name": "Asha Rao"}),
        ("/grants", {"login": "asha", "role": "finance_head"}),
        (f"/users/{id}/switch-off", {}),
        (f"/users/{id}/invitation", {}),
    ):
        assert code(asked(asha, path, **body)) == (403, "role_must_allow_action")


def test_a_dry_run_says_who_approves_and_makes_no_invitation(owners):
    body = {"login": "tara.bose", "name": "Tara Bose", "reason": "For a test"}
    would = owners["esha"].post("/users", params={"dry_run": "true"}, json=body).json()
    assert [each["role"] for each in would["would"]["approvers"]] == ["owner"]
    assert "invitation" not in would
    assert "tara.bose" not in str(owners["esha"].get("/users").json())


def test_a_login_that_is_not_there_is_not_found(owners):
    nobody = written(USER, uuid4())
    answer = owners["esha"].post(
        f"/users/{nobody}/switch-off", json={"reason": "x"}, headers=keyed()
    )
    assert code(answer) == (404, "user_must_exist")


def test_the_roles_say_what_each_reads_and_may(owners):
    roles = {role["role"]: role for role in owners["esha"].get("/roles").json()["data"]}
    assert "decide:role_change" in roles["owner"]["permissions"]
    assert "start:role_change" in roles["admin"]["permissions"]
    assert roles["auditor"]["permissions"] == []
    assert roles["auditor"]["reads"] == ["everything"]


def test_every_role_that_there_is_can_be_granted(definitions):
    field = definitions.get("role_change").fields["role"]
    assert set(field.choices) == set(definitions.roles)
