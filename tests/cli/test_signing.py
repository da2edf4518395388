"""Signing in at the terminal: the password is asked for, the session kept for its owner alone."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from api.cli import signed_in
from domain.identifiers import TENANT, written
from tests.api.people import PASSWORD, with_password
from tests.command_line import run


@pytest.fixture
def kontor(monkeypatch, tmp_path):
    """`kontor(*arguments)` of somebody at a machine of her own."""
    for name in ("KONTOR_HOME", "KONTOR_AS", "KONTOR_TOKEN", "KONTOR_API_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    return run


@pytest.fixture
def sign_in(installation, tenant, kontor):
    """Asha signs in, with this password."""
    with_password(installation, tenant, "asha")
    where = ("--tenant", written(TENANT, tenant.id), "--api", installation.url)
    return lambda password=PASSWORD: kontor("sign-in", "asha", *where, input=f"{password}\n")


def who(kontor, *arguments):
    return json.loads(kontor("whoami", "-o", "json", *arguments).stdout)["login"]


def test_whoever_signed_in_calls_until_she_signs_out(kontor, sign_in):
    signed = sign_in()
    assert signed.exit_code == 0, signed.output
    assert who(kontor) == "asha"
    token = signed_in.read().access_token

    out = kontor("sign-out")
    assert out.exit_code == 0, out.output
    nobody = kontor("whoami", "--api", "http://127.0.0.1:9")
    assert (nobody.exit_code, "kontor sign-in LOGIN" in nobody.stderr) == (2, True)
    assert signed_in.read() is None
    assert token not in out.output


def test_the_session_is_its_owners_and_the_password_nowhere(kontor, sign_in, tmp_path):
    signed = sign_in()

    assert stat.S_IMODE(signed_in.file().stat().st_mode) == 0o600
    assert PASSWORD not in signed.output
    kept = [each.read_text() for each in tmp_path.rglob("*") if each.is_file()]
    assert not any(PASSWORD in each for each in kept)


def test_a_wrong_password_is_told_and_leaves_nobody_signed_in(kontor, sign_in):
    refused = sign_in("not the password of asha")

    assert (refused.exit_code, "credentials_must_match" in refused.stderr) == (1, True)
    assert signed_in.read() is None


def test_a_token_that_is_over_is_refreshed_once_by_commands_at_once(kontor, sign_in):
    sign_in()
    before = signed_in.read()
    signed_in.keep(replace(before, expires_at=0))

    with ThreadPoolExecutor(4) as several:
        bearers = set(several.map(lambda _: signed_in.bearer(before.api), range(4)))

    assert len(bearers) == 1
    assert signed_in.read().refresh_token != before.refresh_token
    assert who(kontor) == "asha"


def test_a_session_that_is_over_is_told_and_forgotten(kontor, sign_in):
    sign_in()
    signed_in.keep(replace(signed_in.read(), expires_at=0, refresh_token="rt_nothing"))

    over = kontor("whoami")
    assert (over.exit_code, "Sign in again: kontor sign-in asha" in over.stderr) == (2, True)
    assert signed_in.read() is None


def test_a_token_is_not_sent_to_another_address(kontor, sign_in):
    sign_in()
    elsewhere = kontor("whoami", "--api", "http://127.0.0.1:9")
    assert elsewhere.exit_code == 2
    assert "no session at http://127.0.0.1:9" in elsewhere.stderr


def test_one_of_the_cast_is_still_named(installation, tenant, kontor, sign_in, tmp_path):
    sign_in()
    (tmp_path / "tokens").mkdir()
    (tmp_path / "tokens" / "bina").write_text(installation.token(tenant, "bina"))

    assert who(kontor, "--as", "bina", "--home", str(tmp_path), "--api", installation.url) == "bina"


def test_the_password_is_given_again_for_what_wants_it(kontor, sign_in):
    sign_in()
    before = signed_in.read()

    proven = kontor("step-up", input=f"{PASSWORD}\n")

    assert proven.exit_code == 0, proven.output
    assert signed_in.read().refresh_token == before.refresh_token
    assert who(kontor) == "asha"
