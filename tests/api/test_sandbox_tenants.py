"""Sandboxes made and reset over HTTP: who may, what is in them, and what becomes of the old one."""

from contextlib import contextmanager
from uuid import uuid4

import pytest
from sqlalchemy import text

from domain.identifiers import TENANT, read, written
from sandbox.passwords import PASSWORD, give
from sandbox.tenant import CAST, Tenant, as_owner, open_tenant
from tests.api.invoices import keyed, open_task, started
from tests.api.test_tending import said
from tests.installation import eventually

TENANTS = "SELECT count(*) FROM tenants"


def make(client, key="", name="Training", **params):
    body = {"name": name}
    return client.post("/sandbox/tenants", json=body, params=params, headers=keyed(key))


def reset(client, key="", **params):
    why = {"reason": "The training is over"}
    return client.post("/sandbox/reset", json=why, params=params, headers=keyed(key))


def number(database, tenant):
    """How many tenants there are."""
    with as_owner(database.admin, tenant.id) as connection:
        return connection.scalar(text(TENANTS))


@contextmanager
def signed_in(installation, tenant, login, password):
    """Somebody by her password, as soon as it fits."""
    body = {"tenant": tenant, "login": login, "password": password}
    with installation.caller() as client:
        eventually(lambda: client.post("/sessions", json=body).status_code == 201)
        token = client.post("/sessions", json=body).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


def test_a_sandbox_is_made_in_which_an_invoice_can_be_approved(installation, esha):
    answer = make(esha, name="Training in Mysuru")

    assert answer.status_code == 202, answer.text
    told = answer.json()["sign_in"]
    assert told["logins"] == [*CAST]
    with (
        signed_in(installation, told["tenant"], "asha", told["password"]) as asha,
        signed_in(installation, told["tenant"], "bina", told["password"]) as bina,
    ):
        me = asha.get("/me").json()
        assert (me["tenant_name"], me["livemode"]) == ("Training in Mysuru", False)
        process = started(asha)["id"]
        assert open_task(bina, process)
        assert [each["id"] for each in asha.get("/processes").json()["data"]] == [process]


def test_the_book_has_the_chart_and_two_years(installation, esha, database, tenant):
    told = make(esha).json()
    eventually(lambda: esha.get(f"/processes/{told['id']}").json()["status"] == "completed")
    made = Tenant(read(TENANT, told["sign_in"]["tenant"]))
    counts = [
        "SELECT count(*) FROM accounts", "SELECT count(*) FROM periods",
        "SELECT count(*) FROM role_grants", "SELECT count(*) FROM parties",
        "SELECT count(*) FROM branches", "SELECT count(*) FROM companies",
    ]  # fmt: skip
    found = []
    for each in (tenant, made):
        with as_owner(database.admin, each.id) as connection:
            found.append([connection.scalar(text(count)) for count in counts])
    assert found[0] == found[1]


def test_the_same_call_again_makes_one_and_tells_no_password(esha, database, tenant):
    before = number(database, tenant)
    first, again = make(esha, "one"), make(esha, "one")
    assert first.json()["id"] == again.json()["id"]
    assert again.headers["Idempotent-Replayed"] == "true"
    told = again.json()["sign_in"]
    assert (told["tenant"], "password" in told) == (first.json()["sign_in"]["tenant"], False)
    eventually(lambda: esha.get(f"/processes/{first.json()['id']}").json()["status"] == "completed")
    assert number(database, tenant) == before + 1


@pytest.mark.parametrize("asked", [make, reset])
def test_a_trial_makes_nothing_and_tells_nothing(esha, database, tenant, asked):
    before = number(database, tenant)
    answer = asked(esha, dry_run="true")
    assert answer.status_code == 200, answer.text
    assert "sign_in" not in answer.json()
    assert answer.json()["would"]["preview"]["left_today"] == 9
    assert number(database, tenant) == before
    assert esha.get("/me").status_code == 200


@pytest.mark.parametrize("asked", [make, reset])
def test_a_live_tenant_makes_none_and_is_not_reset(esha, database, tenant, asked):
    with as_owner(database.admin, tenant.id) as connection:
        connection.exec_driver_sql(f"UPDATE tenants SET livemode = true WHERE id = '{tenant.id}'")
    before = number(database, tenant)
    assert said(asked(esha)) == (403, "tenant_must_be_a_sandbox")
    assert number(database, tenant) == before
    assert esha.get("/me").status_code == 200


@pytest.mark.parametrize("asked", [make, reset])
@pytest.mark.parametrize("who", ["asha", "chand", "gopal"])
def test_whoever_is_no_owner_and_no_administrator_is_refused(cast, asked, who):
    assert said(asked(cast[who])) == (403, "role_must_allow_action")


def test_the_eleventh_within_a_day_is_refused_also_from_a_sandbox_of_them(
    installation, esha, database, tenant
):
    told = make(esha).json()["sign_in"]
    with signed_in(installation, told["tenant"], "esha", told["password"]) as hers:
        for client in [esha, hers] * 4 + [esha]:
            made = make(client).json()
            eventually(
                lambda c=client, m=made: (
                    c.get(f"/processes/{m['id']}").json()["status"] == "completed"
                )
            )
        before = number(database, tenant)
        for client in (esha, hers):
            refused = (429, "sandboxes_must_be_ten_a_day_at_most")
            assert said(make(client)) == said(reset(client)) == refused
        assert number(database, tenant) == before


def test_a_reset_takes_the_place_of_the_tenant(installation, cast, database, tenant):
    with as_owner(database.admin, tenant.id) as connection:
        give(connection, "asha")
        name = connection.scalar(text("SELECT name FROM tenants"))
    started(cast["asha"])

    told = reset(cast["esha"]).json()["sign_in"]

    with (
        signed_in(installation, told["tenant"], "asha", PASSWORD) as asha,
        signed_in(installation, told["tenant"], "bina", told["password"]) as bina,
    ):
        assert asha.get("/processes").json()["data"] == []
        assert asha.get("/me").json()["tenant_name"] == name
        assert bina.get("/tasks").json()["data"] == []
    for client in cast.values():
        refused = client.get("/me")
        assert said(refused) == (401, "sandbox_must_be_in_use")
        assert refused.json()["facts"]["tenant"] == told["tenant"]


def test_what_ran_before_a_reset_stays_as_it_was(cast, database, tenant):
    waiting = started(cast["asha"])["id"]
    task = open_task(cast["bina"], waiting)["id"]

    reset(cast["esha"])

    eventually(lambda: cast["bina"].get("/me").status_code == 401)
    decided = cast["bina"].post(f"/tasks/{task}/approve", headers=keyed(**{"If-Match": "x" * 64}))
    assert said(decided) == (401, "sandbox_must_be_in_use")
    with as_owner(database.admin, tenant.id) as connection:
        states = connection.scalars(text("SELECT state FROM tasks"))
        assert [*states] == ["open"]


def test_a_reset_that_is_sent_again_is_told_where_to_sign_in(cast):
    told = reset(cast["esha"], "again").json()["sign_in"]
    eventually(lambda: cast["esha"].get("/me").status_code == 401)
    again = reset(cast["esha"], "again")
    assert said(again) == (401, "sandbox_must_be_in_use")
    assert again.json()["facts"]["tenant"] == told["tenant"]


def test_a_reset_is_nothing_to_another_tenant(installation, cast, database):
    other = open_tenant(database.admin, Tenant(uuid4()))
    reset(cast["esha"])
    eventually(lambda: cast["esha"].get("/me").status_code == 401)
    with installation.client(other, "esha") as stranger:
        assert stranger.get("/me").status_code == 200


def test_a_sandbox_of_another_tenant_is_not_there_for_its_maker(installation, esha):
    told = make(esha).json()["sign_in"]
    with signed_in(installation, told["tenant"], "asha", told["password"]) as asha:
        process = started(asha)["id"]
    assert said(esha.get(f"/processes/{process}")) == (404, "process_must_exist")


def test_a_password_that_nobody_made_is_refused(esha):
    body = {"type": "sandbox_tenant", "input": {"name": "X", "password_hash": "plain"}}
    answer = esha.post("/processes", json=body, headers=keyed())
    assert answer.status_code == 422, answer.text


def test_ids_are_written_as_everywhere(esha):
    told = make(esha).json()["sign_in"]
    assert written(TENANT, read(TENANT, told["tenant"])) == told["tenant"]
