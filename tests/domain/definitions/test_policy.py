"""Levels by amount, rights by role, durations and numbers."""

from datetime import time, timedelta

import pytest

from domain.definitions import policy
from domain.money import Money
from tests.domain.refused import refused

LIMIT = 50_000_00


@pytest.mark.parametrize(
    ("amount", "levels"),
    [
        (0, (("finance_approver",),)),
        (LIMIT, (("finance_approver",),)),
        (LIMIT + 1, (("finance_approver",), ("finance_head",))),
    ],
)
def test_a_limit_belongs_to_its_band(invoice, amount, levels):
    assert policy.levels(invoice, "approval", {"total": Money(amount, "INR")}) == levels


def test_an_amount_in_another_currency_is_refused(invoice):
    with refused("amount_must_be_in_currency_of_bands", "INR"):
        policy.levels(invoice, "approval", {"total": Money(1, "USD")})


def test_where_nothing_is_approved_there_are_no_levels(invoice):
    assert policy.levels(invoice, "correction", {}) == ()


def test_seats_of_a_level_are_read():
    assert policy.seats("owner") == ("owner",)
    assert policy.seats("owner x 2") == ("owner", "owner")
    assert policy.seats("owner & auditor x 2") == ("owner", "auditor", "auditor")
    for written in ("", "owner x 1", "owner x 10", "owner &", "owner, auditor", "Owner"):
        with refused("level_must_be_readable"):
            policy.seats(written)


def test_one_role_is_enough(invoice):
    assert policy.may(invoice, "cancel", {"finance_head", "auditor"})
    assert not policy.may(invoice, "cancel", {"auditor"})
    assert not policy.may(invoice, "cancel", set())
    assert not policy.may(invoice, "fly", {"owner", "finance_head"})


def test_actions_belong_to_stages(invoice):
    assert list(policy.actions_at(invoice, "correction")) == ["amend", "cancel", "repair"]
    assert list(policy.actions_at(invoice, "awaiting_due_date")) == ["reverse", "pay_now", "repair"]
    assert policy.action_is_possible(invoice, "pay_now", "awaiting_due_date")
    assert not policy.action_is_possible(invoice, "pay_now", "approval")
    assert not policy.actions_at(invoice, "paid")


def test_transitions_are_those_of_the_stage(invoice):
    assert policy.transition_is_possible(invoice, "approval", "posting")
    assert not policy.transition_is_possible(invoice, "approval", "paid")
    assert not policy.transition_is_possible(invoice, "nowhere", "paid")


def test_durations_are_read():
    read = [policy.duration(text) for text in ("3d", "12h", "30m", "5s")]
    assert read == [
        timedelta(days=3),
        timedelta(hours=12),
        timedelta(minutes=30),
        timedelta(seconds=5),
    ]


def test_working_days_and_hours_need_a_calendar():
    assert policy.read_duration("3wd") == (3, "wd")
    assert [policy.is_by_calendar(text) for text in ("3wd", "8wh", "3d", "8h", None)] == [
        True, True, False, False, False,
    ]  # fmt: skip
    with refused("duration_must_be_readable", "depends on a calendar"):
        policy.duration("3wd")


@pytest.mark.parametrize(
    "text", ["", "0d", "0wd", "3w", "3dw", "3", "3 d", "-1d", "1.5h", "3D", "٣d", "1d12h"]
)
def test_other_durations_are_refused(text):
    with refused("duration_must_be_readable", "3d"):
        policy.duration(text)


def test_a_time_of_day_is_read():
    assert policy.clock("10:00") == time(10)
    for text in ("24:00", "9:00", "10:00:00", "10"):
        with refused("time_must_be_readable"):
            policy.clock(text)


def test_a_number_is_written_as_its_pattern_says(invoice):
    number = policy.voucher_number(invoice, fiscal_year="2026-27", sequence=42)
    assert number == "PI/2026-27/00042"


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "PI/{sequence",
        "{sequence!r}",
        "{sequence:>5}",
        "{sequence}{sequence}",
        "{}",
        "PI/26-27/{sequence}",
    ],
)
def test_patterns_that_cannot_be_filled_are_known(pattern):
    assert not policy.number_pattern_is_known(pattern)
