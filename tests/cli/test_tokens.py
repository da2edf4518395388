"""The tokens of the cast: theirs, private, and good for twelve hours."""

import pytest
from joserfc.jwk import OKPKey

from config.keys import new_signing_key, public_half
from domain.access import token
from sandbox.tenant import CAST, Tenant
from sandbox.tokens import VALID_SECONDS, issue
from tests.domain.refused import refused

NOW = 1_800_000_000


@pytest.fixture
def key():
    return new_signing_key()


def test_each_of_the_cast_gets_her_own(tmp_path, key):
    files = issue(key, tmp_path / "tokens", now=NOW)

    public = OKPKey.import_key(public_half(key))
    read = {name: token.read(public, file.read_text(), now=NOW) for name, file in files.items()}
    assert {name: bearer.user for name, bearer in read.items()} == {
        name: Tenant().user(name) for name in CAST
    }


def test_only_their_owner_reads_them_also_the_second_time(tmp_path, key):
    issue(key, tmp_path, now=NOW)
    files = issue(key, tmp_path, now=NOW + 1)

    assert {oct(file.stat().st_mode & 0o777) for file in files.values()} == {"0o600"}
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(CAST)


def test_they_expire_after_twelve_hours(tmp_path, key):
    file = issue(key, tmp_path, now=NOW)["asha"]
    public = OKPKey.import_key(public_half(key))

    assert token.read(public, file.read_text(), now=NOW + VALID_SECONDS - 1)
    with refused("token_must_not_be_expired"):
        token.read(public, file.read_text(), now=NOW + VALID_SECONDS)
