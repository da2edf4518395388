"""Values as people read them."""

import pytest

from api.cli.wording import addressed, moment, money, words


@pytest.mark.parametrize(
    ("paise", "text"),
    [
        (0, "0.00 INR"),
        (2_950_000, "29,500.00 INR"),
        (12_345_678_90, "1,23,45,678.90 INR"),
        (-5, "-0.05 INR"),
    ],
)
def test_rupees_are_grouped_by_lakh_and_crore(paise, text):
    assert money({"amount": paise, "currency": "INR"}) == text


def test_other_currencies_are_grouped_by_thousand():
    assert money({"amount": 1_234_567, "currency": "JPY"}) == "1,234,567 JPY"


def test_what_is_no_money_has_no_text():
    assert money(None) == ""


def test_a_moment_is_told_in_this_zone(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    import time

    time.tzset()
    assert moment("2026-11-21T02:35:12Z") == "2026-11-21 08:05:12"
    monkeypatch.undo()
    time.tzset()


def test_a_text_that_is_no_moment_stays():
    assert moment("tomorrow") == "tomorrow"


def test_a_thing_is_told_by_its_title_or_name():
    assert words({"id": "usr_1", "name": "Bina Iyer"}) == "Bina Iyer"
    assert words(["approve", "reject"]) == "approve, reject"


@pytest.mark.parametrize(
    ("id", "asked"),
    [
        ("prc_01", "prc_01"),
        ("BILL-7K2M", "reference:BILL-7K2M"),
        ("PI/2026-27/00001", "number:PI/2026-27/00001"),
        ("number:PI/2026-27/00001", "number:PI/2026-27/00001"),
    ],
)
def test_a_process_may_be_named_by_id_reference_or_number(id, asked):
    assert addressed(id) == asked
