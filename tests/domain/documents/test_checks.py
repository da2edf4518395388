"""The registry of named checks, and what every check may count on."""

from dataclasses import replace
from datetime import date

import pytest

from domain.documents.checks import (
    CHECK_NEEDS,
    CHECKED_IN_DATABASE,
    CHECKS,
    check_document,
)
from tests.domain.documents.facts import facts_of
from tests.domain.refused import refused


def test_the_registry_says_what_it_checks_and_what_the_database_checks():
    assert {"entry_date_must_be_open"} == CHECKED_IN_DATABASE
    assert not CHECKED_IN_DATABASE & set(CHECKS)
    assert set(CHECKS) | CHECKED_IN_DATABASE == set(CHECK_NEEDS)


def test_a_check_that_is_not_registered_is_no_check():
    with pytest.raises(KeyError, match="moon_must_be_full"):
        check_document(["moon_must_be_full"], facts_of({}))


def test_a_document_without_a_party_climbs_the_checks_that_need_none():
    today = replace(facts_of({"entry_date": "2026-07-16"}), party=None)
    check_document(["entry_date_must_not_be_in_future"], today)
    with refused("entry_date_must_not_be_in_future", "2026-07-16", "2026-07-15"):
        check_document(
            ["entry_date_must_not_be_in_future"], replace(today, today=date(2026, 7, 15))
        )


def test_a_check_of_the_party_refuses_a_document_that_names_none():
    with refused("party_must_be_named"):
        check_document(["party_must_be_active"], replace(facts_of({}), party=None))


@pytest.mark.parametrize(
    ("kind", "wanted"), [("customer", "vendor"), ("employee", "vendor"), ("vendor", "customer")]
)
def test_a_party_of_another_kind_is_refused(kind, wanted):
    check_document([f"party_must_be_{wanted}"], facts_of({}, kind=wanted))
    with refused(f"party_must_be_{wanted}", f"entered as {kind}"):
        check_document([f"party_must_be_{wanted}"], facts_of({}, kind=kind))


def test_a_party_that_was_deactivated_is_refused():
    with refused("party_must_be_active", "Sharma and Sons (V-001)"):
        check_document(["party_must_be_active"], facts_of({}, active=False))


def test_what_is_due_before_it_is_entered_is_refused():
    name = "due_date_must_follow_entry_date"
    dates = {"entry_date": "2026-07-16", "due_date": "2026-07-16"}
    check_document([name], facts_of(dates))
    with refused(name, "2026-07-15", "2026-07-16"):
        check_document([name], facts_of(dates | {"due_date": "2026-07-15"}))
