"""GSTINs, against numbers that are public and against python-stdnum."""

import string

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from stdnum.in_ import gstin as oracle

from domain.parties.gstin import ALPHABET, STATES, check_character, check_gstin, state_of
from domain.refusal import Refusal
from tests.domain.refused import refused

# Written out in the documentation of public tax tools.
KNOWN = ("27AAPFU0939F1ZV", "29AAGCB7383J1Z4")
# What python-stdnum 2.2 does not know of: Ladakh, and supplies of other territory.
NEWER = {"38", "97"}


@pytest.mark.parametrize("gstin", KNOWN)
def test_known_numbers_pass(gstin):
    check_gstin(gstin)
    assert state_of(gstin) == gstin[:2]


@pytest.mark.parametrize(
    "text",
    ["", "29", "29aagcb7383j1z4", " 29AAGCB7383J1Z4", "29AAGCB7383J1Y4", "29AAGCB7383J0Z4",
     "29AAGCB7383J1Z4\n", "२९AAGCB7383J1Z4"],
)  # fmt: skip
def test_other_shapes_are_refused(text):
    with refused("gstin_must_be_well_formed", "15 characters"):
        check_gstin(text)


def test_a_state_that_is_none_is_refused():
    body = "40AAGCB7383J1Z"
    with refused("gstin_state_must_exist", "40"):
        check_gstin(body + check_character(body))


@given(place=st.integers(2, 14), letter=st.sampled_from(ALPHABET))
def test_any_one_mistyped_character_is_found(place, letter):
    right = KNOWN[1]
    assume(right[place] != letter)
    with pytest.raises(Refusal) as caught:
        check_gstin(right[:place] + letter + right[place + 1 :])
    assert caught.value.code in ("gstin_must_be_well_formed", "gstin_check_character_must_agree")


LETTERS = st.text(string.ascii_uppercase, min_size=1, max_size=1)
DIGITS = st.integers(1, 9999).map("{:04}".format)
PANS = st.tuples(
    st.text(string.ascii_uppercase, min_size=3, max_size=3),
    st.sampled_from("PCHFATBLJG"),
    LETTERS,
    DIGITS,
    LETTERS,
).map("".join)


@given(
    state=st.integers(0, 99).map("{:02}".format),
    pan=PANS,
    entity=st.sampled_from(ALPHABET),
    fourteenth=st.sampled_from("ZZZZZY"),
    last=st.sampled_from(ALPHABET) | st.none(),
)
@example(state="29", pan="AAGCB7383J", entity="1", fourteenth="Z", last=None)
def test_we_agree_with_another_implementation(state, pan, entity, fourteenth, last):
    assume(state not in NEWER)
    body = f"{state}{pan}{entity}{fourteenth}"
    number = body + (last or check_character(body))
    assert passes(number) == oracle.is_valid(number)


def passes(number):
    try:
        check_gstin(number)
    except Refusal:
        return False
    return True


def test_every_state_has_two_digits():
    assert all(len(code) == 2 and code.isdigit() for code in STATES)
