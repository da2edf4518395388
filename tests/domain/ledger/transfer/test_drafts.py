"""Amounts in the cells of a table are read as money is, or refused."""

import pytest

from domain.ledger.transfer import drafts
from domain.money import parse
from tests.domain.refused import refused


@pytest.mark.parametrize(
    ("written", "currency", "minor_units"),
    [
        ("1180.50", "INR", 1_180_50), ("-1180.50", "INR", -1_180_50), ("1180.5", "INR", 1_180_50),
        ("1,180.50", "INR", 1_180_50), ("1180", "INR", 1_180_00), ("700", "JPY", 700),
        ("3.005", "KWD", 3_005), ("999999999999.99", "INR", 99_999_999_999_999),
    ],
)  # fmt: skip
def test_an_amount_is_read_as_money_is(written, currency, minor_units):
    assert drafts.minor(written, currency) == minor_units
    assert parse(f"{written} {currency}").amount == minor_units


@pytest.mark.parametrize("written", ["1.", ".50", "-.50", "--1.00", "+1.00", "1.005", "١.٠٠"])
def test_what_is_no_money_is_no_amount(written):
    with refused("money_must_fit_currency" if written == "1.005" else "money_must_be_readable"):
        drafts.minor(written, "INR")
