"""Values as the words of a message: the Indian way, in the reader's language, and masked."""

from datetime import date, datetime

import pytest

from domain.definitions.masks import mask
from domain.definitions.spoken import (
    HIDDEN,
    said_day,
    said_fields,
    said_moment,
    said_money,
    said_totals,
)
from domain.money import Money


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (Money(1_00_000_00, "INR"), "₹1,00,000.00"),
        (Money(12_34_56_789_50, "INR"), "₹12,34,56,789.50"),
        (Money(-500, "INR"), "-₹5.00"),
        (Money(123_456, "EUR"), "EUR 1,234.56"),
        (Money(1_000, "JPY"), "JPY 1,000"),
    ],
)
def test_money_is_written_as_people_in_india_write_it(amount: Money, said: str):
    assert said_money(amount) == said


def test_days_are_in_the_language_of_the_reader():
    assert said_day(date(2026, 11, 21), "en") == "21 November 2026"
    assert said_day(date(2026, 11, 21), "hi") == "21 नवंबर 2026"
    assert said_moment(datetime(2026, 3, 1, 9, 5), "hi") == "1 मार्च 2026, 09:05"


def test_a_field_that_the_reader_may_not_see_is_hidden(catalog):
    contract = catalog.get("employee_contract")
    content = {"salary": {"amount": 90_000_00, "currency": "INR"}}
    for roles, said in (({"hr"}, "₹90,000.00"), ({"employee"}, HIDDEN), (set(), HIDDEN)):
        hidden = mask(contract, roles).fields
        assert said_fields(contract, content, hidden, "en")["salary"] == said


def test_a_total_with_a_hidden_part_is_hidden(invoice):
    rupees = {"amount": 100_00, "currency": "INR"}
    content = dict.fromkeys(("cgst", "sgst", "igst"), rupees) | {"total": rupees, "lines": []}
    seen = said_totals(invoice, content, frozenset())
    hidden = said_totals(invoice, content, frozenset({"cgst"}))
    assert HIDDEN not in seen.values()
    # The second adds the first up.
    assert {name for name, said in hidden.items() if said == HIDDEN} == {"gst", "payable"}


def test_rows_are_said_field_by_field_and_what_was_left_out_is_empty(invoice):
    lines = [{"description": "Audit", "net": {"amount": 25_000_00, "currency": "INR"}}]
    said = said_fields(invoice, {"lines": lines}, frozenset({"lines.net"}), "en")
    assert said["lines"][0]["description"] == "Audit"
    assert said["lines"][0]["net"] == HIDDEN
    assert said["total"] == ""
