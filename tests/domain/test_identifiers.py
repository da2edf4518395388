"""Ids: prefix, letters, order."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import identifiers
from tests.domain.refused import refused

UUIDS = st.integers(0, 2**128 - 1).map(lambda value: UUID(int=value))


@given(value=UUIDS)
def test_every_id_is_read_back_as_it_was_written(value):
    text = identifiers.written(identifiers.PROCESS, value)

    assert len(text) == len("prc_") + 26
    assert identifiers.read(identifiers.PROCESS, text) == value


@given(one=UUIDS, other=UUIDS)
def test_ids_sort_as_their_uuids_do(one, other):
    texts = [identifiers.written("prc", value) for value in (one, other)]
    assert (texts[0] < texts[1]) == (one.int < other.int)


def test_a_new_uuid_is_of_version_seven_and_unique():
    found = [identifiers.new_uuid() for _ in range(1_000)]

    assert {value.version for value in found} == {7}
    assert {value.variant for value in found} == {"specified in RFC 4122"}
    assert len(set(found)) == len(found)


def test_ids_sort_by_the_time_they_were_made(monkeypatch):
    made = []
    for milliseconds in (1_000, 2_000, 1_700_000_000_000):
        monkeypatch.setattr(identifiers.time, "time_ns", lambda ms=milliseconds: ms * 1_000_000)
        made.append(identifiers.new_uuid())
    assert made == sorted(made)
    assert made[-1].int >> 80 == 1_700_000_000_000


WRITTEN = identifiers.written("prc", UUID(int=5))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "prc_",
        WRITTEN.replace("prc", "tsk"),
        WRITTEN[:-1],
        WRITTEN + "0",
        WRITTEN[:-1] + "u",
        WRITTEN.upper(),
        "prc_" + "z" * 26,
        "prc_" + "٣" * 26,
    ],
)
def test_what_is_no_id_is_refused(text):
    with refused("id_must_be_well_formed", "starts with prc_"):
        identifiers.read(identifiers.PROCESS, text)
