"""A settlement goes one way."""

import pytest

from domain.documents.checks import check_document
from tests.domain.documents.facts import facts_of
from tests.domain.refused import refused

NAME = "settlement_must_go_one_way"


def inr(paise):
    return {"amount": paise, "currency": "INR"}


@pytest.mark.parametrize("ways", [{"increase": 1}, {"decrease": 1}, {"increase": 0, "decrease": 1}])
def test_one_way_is_right(ways):
    check_document([NAME], facts_of({name: inr(amount) for name, amount in ways.items()}))


@pytest.mark.parametrize(
    ("ways", "said"),
    [({}, "nothing"), ({"decrease": 0}, "nothing"), ({"increase": 1, "decrease": 2}, "0.01 INR")],
)
def test_no_way_and_both_ways_are_refused(ways, said):
    with refused(NAME, said):
        check_document([NAME], facts_of({name: inr(amount) for name, amount in ways.items()}))
