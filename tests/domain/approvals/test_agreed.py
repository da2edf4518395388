"""No configuration gives authority that nobody agreed to."""

from domain.operations.operation import People
from tests.domain.approvals.people import person
from tests.domain.refused import refused


def test_an_operation_that_gives_authority_needs_who_agreed():
    assert People(person("deepa"), person("esha")).agreed == person("esha")
    with refused("checker_must_be_named", "Nobody approved"):
        _ = People(person("deepa"), None).agreed
