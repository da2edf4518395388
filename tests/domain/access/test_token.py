"""Nobody is believed without our signature, and only about what was signed."""

from uuid import UUID

import pytest
from joserfc.jwk import OKPKey

from config.keys import new_signing_key, public_half
from domain.access.token import Assertion, Bearer, check, issue, read, sign
from tests.domain.refused import refused

PRIVATE = new_signing_key()
PUBLIC = OKPKey.import_key(public_half(PRIVATE))
SIGNING = OKPKey.import_key(PRIVATE)
ASHA = Bearer(UUID(int=1), UUID(int=2))
NOON = 1_795_000_000
SAID = Assertion(UUID(int=1), UUID(int=2), "approve", "tsk_1", "ab" * 32)


def test_a_token_says_who_calls():
    token = issue(PRIVATE, ASHA, issued_at=NOON, seconds=60)
    assert read(PUBLIC, token, now=NOON + 59) == ASHA


def test_a_token_expires():
    token = issue(PRIVATE, ASHA, issued_at=NOON, seconds=60)
    with refused("token_must_not_be_expired"):
        read(PUBLIC, token, now=NOON + 60)


def test_a_token_of_somebody_elses_key_is_refused():
    token = issue(new_signing_key(), ASHA, issued_at=NOON, seconds=60)
    with refused("token_must_be_valid"):
        read(PUBLIC, token, now=NOON)


@pytest.mark.parametrize("token", ["", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "x" * 5000])
def test_what_is_no_token_is_refused(token: str):
    with refused("token_must_be_valid"):
        read(PUBLIC, token, now=NOON)


def test_what_the_api_signed_is_believed():
    check(PUBLIC, sign(SIGNING, SAID), SAID)


@pytest.mark.parametrize(
    "other",
    [
        Assertion(UUID(int=9), SAID.user, SAID.action, SAID.subject, SAID.digest),
        Assertion(SAID.tenant, UUID(int=9), SAID.action, SAID.subject, SAID.digest),
        Assertion(SAID.tenant, SAID.user, "reject", SAID.subject, SAID.digest),
        Assertion(SAID.tenant, SAID.user, SAID.action, "tsk_2", SAID.digest),
        Assertion(SAID.tenant, SAID.user, SAID.action, SAID.subject, "cd" * 32),
    ],
    ids=["tenant", "user", "action", "subject", "content"],
)
def test_anything_else_than_what_was_signed_is_refused(other: Assertion):
    with refused("actor_must_be_signed"):
        check(PUBLIC, sign(SIGNING, SAID), other)


def test_a_bearer_token_is_no_assertion():
    with refused("actor_must_be_signed"):
        check(PUBLIC, issue(PRIVATE, ASHA, issued_at=NOON, seconds=60), SAID)
