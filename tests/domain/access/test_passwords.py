"""Passwords as NIST SP 800-63B-4, section 3.1.1.2 has them: long, and not the first one tries."""

import pytest

from domain.access import passwords
from tests.domain.refused import refused


@pytest.mark.parametrize(
    "password",
    [
        "a lamp beside four quiet rivers",
        "                                 spaces and words",
        "दीपक के पास चार शांत नदियाँ",
        "x7!kQp2#zLm9@wT",
        "all small letters and nothing else",
    ],
)
def test_what_is_long_and_not_common_is_taken_whatever_it_is_made_of(password):
    passwords.check(password, "asha", "Asha Rao")


def test_fourteen_characters_are_too_few_and_each_code_point_is_one():
    with refused("password_must_be_long_enough"):
        passwords.check("abcd efgh jkmn", "asha")
    passwords.check("abcd efgh jkmnp", "asha")
    with refused("password_must_be_long_enough"):
        passwords.check("🦉" * 3 + "सत्य 22 कथा", "asha")


def test_nobody_hashes_a_book():
    with refused("password_must_not_be_too_long"):
        passwords.check("ab cd " * 100, "asha")


@pytest.mark.parametrize(
    "password",
    [
        "123456789012345", "Password1234567", "qwertyuiopasdfgh", "aaaaaaaaaaaaaaaa",
        "abcabcabcabcabc", "asha asha asha rao", "kontorkontorkontor", "AshaRaoKontor12",
    ],
)  # fmt: skip
def test_what_anybody_would_try_first_is_refused(password):
    with refused("password_must_not_be_common"):
        passwords.check(password, "asha", "Asha Rao")


def test_the_same_text_fits_however_a_keyboard_composes_it():
    kept = passwords.hashed("caf\u00e9 at the far end")
    assert passwords.fits(kept, "cafe\u0301 at the far end")
    assert not passwords.fits(kept, "cafe at the far end")


def test_no_password_fits_where_none_was_set():
    assert not passwords.fits(None, "nobody signs in with this one")
    assert not passwords.fits("not a hash", "anything at all")
