"""Signing in: with a password, for as long as tokens are used once and their owner may be here."""

import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from argon2 import PasswordHasher, extract_parameters
from sqlalchemy import text

from domain.access import passwords, secret, token
from domain.access.token import Bearer
from domain.identifiers import TENANT, new_uuid, written
from sandbox.tenant import Tenant, as_owner, open_tenant
from tests.api.people import PASSWORD, sign_in, signed_in, with_password
from tests.book import Book
from tests.installation import BEARER_KEY


@pytest.fixture
def anybody(installation, tenant):
    """A client of nobody, in a tenant where asha and bina have a password."""
    with_password(installation, tenant, "asha", "bina")
    with installation.caller() as client:
        yield client


def code(answer):
    return answer.status_code, answer.json()["code"]


def rows(installation, tenant, statement):
    with as_owner(installation.database.admin, tenant.id) as connection:
        found = connection.execute(text(statement))
        return found.all() if found.returns_rows else []


def switch_off(installation, tenant, name):
    rows(installation, tenant, f"UPDATE users SET active = false WHERE login = '{name}'")


def test_a_password_opens_a_session_whose_token_calls(installation, tenant, anybody):
    answer = sign_in(anybody, tenant, "asha")
    assert answer.status_code == 201
    assert answer.json()["expires_in"] == 15 * 60
    assert answer.headers["cache-control"] == "no-store, private"

    with installation.caller(answer.json()["access_token"]) as asha:
        assert asha.get("/me").json()["login"] == "asha"
        (session,) = asha.get("/sessions").json()["data"]
    assert session["current"] is True
    assert session["id"] == answer.json()["session"]


def test_whatever_does_not_fit_is_answered_alike(installation, tenant, anybody, database):
    other = open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY)
    switch_off(installation, tenant, "bina")
    answers = [
        sign_in(anybody, tenant, "asha", "not the password of asha"),
        sign_in(anybody, tenant, "nobody", PASSWORD),
        sign_in(anybody, tenant, "chand", PASSWORD),
        sign_in(anybody, tenant, "bina", PASSWORD),
        sign_in(anybody, other, "asha", PASSWORD),
        sign_in(anybody, Tenant(uuid4()), "asha", PASSWORD),
        anybody.post("/sessions", json={"tenant": "tnt_x", "login": "asha", "password": PASSWORD}),
    ]
    said = {(*code(answer), answer.json()["detail"]) for answer in answers}
    assert said == {
        (401, "credentials_must_match",
         "Tenant, login and password do not belong together. Try again.")
    }  # fmt: skip


class Counting(PasswordHasher):
    """The hasher, which keeps with what parameters it was asked to compare a password."""

    def __init__(self) -> None:
        hasher = passwords.HASHER
        super().__init__(hasher.time_cost, hasher.memory_cost, hasher.parallelism)
        self.asked = []

    def verify(self, hash, password):
        self.asked.append(extract_parameters(hash))
        return super().verify(hash, password)


def test_a_login_that_is_not_there_takes_as_long_as_one_that_is(tenant, anybody, monkeypatch):
    """All but the comparison takes a fifth of the time."""
    counting = Counting()
    monkeypatch.setattr(passwords, "HASHER", counting)
    for login in ("asha", "nobody"):
        assert sign_in(anybody, tenant, login, "not the password").status_code == 401
    there, not_there = counting.asked
    assert there == not_there
    assert there.memory_cost >= 19_456


def test_five_failures_make_the_login_wait_whether_it_is_there_or_not(
    installation, tenant, anybody
):
    for login in ("asha", "nobody"):
        for _ in range(5):
            assert code(sign_in(anybody, tenant, login, "wrong"))[0] == 401
        answer = sign_in(anybody, tenant, login)
        assert code(answer) == (429, "sign_in_must_wait")
        assert 0 < int(answer.json()["facts"]["seconds"]) <= 30
    assert sign_in(anybody, tenant, "bina").status_code == 201


def test_each_failure_after_the_wait_doubles_it(installation, tenant, anybody):
    waits = []
    for _ in range(8):
        answer = sign_in(anybody, tenant, "asha", "wrong")
        if answer.status_code == 429:
            waits.append(int(answer.json()["facts"]["seconds"]))
            rows(installation, tenant, "UPDATE sign_in_failures SET locked_until = now()")
            sign_in(anybody, tenant, "asha", "wrong")
    assert [pytest.approx(wait, abs=2) for wait in (30, 60)] == waits[:2]


def test_guesses_at_once_get_no_more_tries_than_one_after_the_other(installation, tenant, anybody):
    def guess(number):
        with installation.caller() as client:
            return sign_in(client, tenant, "asha", f"guess {number}").status_code

    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(guess, range(12)))
    assert sorted(answers) == [401] * 5 + [429] * 7


def test_an_address_that_tries_many_logins_waits(installation, tenant, anybody):
    for number in range(20):
        assert sign_in(anybody, tenant, f"login {number}", "wrong").status_code == 401
    assert code(sign_in(anybody, tenant, "asha")) == (429, "sign_in_must_wait")


def test_after_a_hundred_failures_in_a_row_only_an_invitation_helps(installation, tenant, anybody):
    sign_in(anybody, tenant, "asha", "wrong")
    rows(installation, tenant, "UPDATE sign_in_failures SET failures = 99 WHERE subject LIKE 'l%'")
    sign_in(anybody, tenant, "asha", "wrong")

    assert code(sign_in(anybody, tenant, "asha")) == (403, "password_must_be_set_anew")


def test_success_forgets_the_failures_before_it(installation, tenant, anybody):
    for _ in range(3):
        for _ in range(4):
            assert sign_in(anybody, tenant, "asha", "wrong").status_code == 401
        assert sign_in(anybody, tenant, "asha").status_code == 201


def test_a_refresh_token_works_once_and_its_second_use_ends_the_session(
    installation, tenant, anybody
):
    first = sign_in(anybody, tenant, "asha").json()
    second = anybody.post("/sessions/refresh", json={"refresh_token": first["refresh_token"]})
    assert second.status_code == 200
    assert second.json()["session"] == first["session"]

    again = anybody.post("/sessions/refresh", json={"refresh_token": first["refresh_token"]})
    assert code(again) == (401, "refresh_token_must_be_unused")
    newest = {"refresh_token": second.json()["refresh_token"]}
    assert code(anybody.post("/sessions/refresh", json=newest)) == (401, "session_must_be_open")
    with installation.caller(second.json()["access_token"]) as asha:
        assert code(asha.get("/me")) == (401, "session_must_be_open")


def test_of_many_refreshes_at_once_one_wins_and_the_session_ends(installation, tenant, anybody):
    given = {"refresh_token": sign_in(anybody, tenant, "asha").json()["refresh_token"]}

    def refresh(_):
        with installation.caller() as client:
            return client.post("/sessions/refresh", json=given)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(refresh, range(8)))
    won = [answer.json() for answer in answers if answer.status_code == 200]
    assert len(won) == 1
    assert {code(a) for a in answers if a.status_code != 200} == {
        (401, "refresh_token_must_be_unused")
    }
    newest = {"refresh_token": won[0]["refresh_token"]}
    assert code(anybody.post("/sessions/refresh", json=newest)) == (401, "session_must_be_open")


def test_no_other_secret_refreshes(installation, tenant, anybody):
    for given in (
        "nonsense", secret.fresh(secret.REFRESH, tenant.id).text,
        secret.fresh(secret.TEST_KEY, tenant.id).text,
        sign_in(anybody, tenant, "asha").json()["access_token"][:128],
    ):  # fmt: skip
        answer = anybody.post("/sessions/refresh", json={"refresh_token": given})
        assert code(answer) == (401, "token_must_be_valid")


def test_who_signs_out_is_out_at_once_and_elsewhere_still_in(installation, tenant, anybody):
    with (
        signed_in(installation, tenant, "asha") as here,
        signed_in(installation, tenant, "asha") as there,
    ):
        assert here.delete("/sessions/current").status_code == 204
        assert code(here.get("/me")) == (401, "session_must_be_open")
        assert there.get("/me").status_code == 200


def test_she_ends_her_other_sessions_and_nobody_elses(installation, tenant, anybody):
    with (
        signed_in(installation, tenant, "asha") as asha,
        signed_in(installation, tenant, "bina") as bina,
    ):
        hers = asha.get("/sessions").json()["data"][0]["id"]
        assert code(bina.delete(f"/sessions/{hers}")) == (404, "session_must_exist")
        assert asha.delete(f"/sessions/{hers}").status_code == 204
        assert code(asha.get("/me")) == (401, "session_must_be_open")


def test_a_login_that_is_switched_off_is_out_at_once(installation, tenant, anybody):
    tokens = sign_in(anybody, tenant, "asha").json()
    switch_off(installation, tenant, "asha")

    with installation.caller(tokens["access_token"]) as asha:
        assert code(asha.get("/me")) == (401, "user_must_be_active")
    answer = anybody.post("/sessions/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert code(answer) == (401, "user_must_be_active")


def test_a_token_of_a_session_that_never_was_calls_nothing(installation, tenant):
    bearer = Bearer(tenant.id, tenant.user("asha"), new_uuid(), int(time.time()))
    forged = token.issue(BEARER_KEY, bearer, issued_at=int(time.time()), seconds=60)
    with installation.caller(forged) as asha:
        assert code(asha.get("/me")) == (401, "session_must_be_open")


def test_who_changes_her_password_stays_in_and_every_other_session_ends(
    installation, tenant, anybody
):
    with (
        signed_in(installation, tenant, "asha") as here,
        signed_in(installation, tenant, "asha") as there,
    ):
        wrong = {"current": "not this one", "password": "seven boats under an old bridge"}
        assert code(here.put("/me/password", json=wrong)) == (401, "credentials_must_match")
        assert here.put("/me/password", json=wrong | {"current": PASSWORD}).status_code == 204
        assert here.get("/me").status_code == 200
        assert code(there.get("/me")) == (401, "session_must_be_open")
    assert code(sign_in(anybody, tenant, "asha"))[0] == 401
    assert sign_in(anybody, tenant, "asha", wrong["password"]).status_code == 201


def test_a_password_is_stored_as_argon2id_and_a_token_as_its_digest(installation, tenant, anybody):
    tokens = sign_in(anybody, tenant, "asha").json()
    kept = rows(installation, tenant, "SELECT hash FROM passwords")
    assert all(row.hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for row in kept)
    dumped = rows(installation, tenant, "SELECT t::text FROM refresh_tokens t")
    assert tokens["refresh_token"] not in str(dumped)


def test_in_an_installation_of_several_tenants_one_is_named(installation, tenant, database):
    open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY)
    with installation.caller() as client:
        answer = client.post("/sessions", json={"login": "asha", "password": PASSWORD})
    assert code(answer) == (422, "tenant_must_be_named")


def test_who_signs_in_and_who_fails_to_stands_in_the_log(installation, tenant, anybody):
    sign_in(anybody, tenant, "asha")
    sign_in(anybody, tenant, "asha", "wrong")
    sign_in(anybody, tenant, "nobody", "wrong")

    found = rows(installation, tenant, "SELECT kind, user_id FROM audit_log ORDER BY recorded_at")
    asha = tenant.user("asha")
    assert [tuple(row) for row in found] == [
        ("session.begun", asha), ("session.refused", asha), ("session.refused", None),
    ]  # fmt: skip


def test_a_body_that_is_none_says_what_is_missing(anybody, tenant):
    answer = anybody.post("/sessions", json={"tenant": written(TENANT, tenant.id)})
    assert code(answer) == (422, "body_must_match_schema")
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/login", "/password"]
