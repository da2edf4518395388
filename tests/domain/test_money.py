"""Money: its text, its grouping, its rounding."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import money
from domain.currencies import EXPONENTS
from domain.money import LARGEST_AMOUNT, Money
from tests.domain.refused import refused

AMOUNTS = st.integers(-LARGEST_AMOUNT, LARGEST_AMOUNT)
CURRENCIES = st.sampled_from(sorted(EXPONENTS))


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("1180.00 INR", 118_000, "INR"),
        ("12,34,567.89 INR", 123_456_789, "INR"),
        ("-0.05 INR", -5, "INR"),
        ("7 JPY", 7, "JPY"),
        ("1.234 KWD", 1_234, "KWD"),
        ("5 INR", 500, "INR"),
    ],
)
def test_money_is_read_as_people_write_it(text, amount, currency):
    assert money.parse(text) == Money(amount, currency)


@pytest.mark.parametrize("text", ["", "100", "INR 100", "1e3 INR", "१०० INR", "100 inr", ".5 INR"])
def test_what_is_not_money_is_refused(text):
    with refused("money_must_be_readable"):
        money.parse(text)


def test_money_is_never_rounded_when_read():
    with refused("money_must_fit_currency", "Round it"):
        money.parse("1.005 INR")
    with refused("money_must_fit_currency"):
        money.parse("1.5 JPY")


def test_an_unknown_currency_is_refused():
    with refused("currency_must_be_known", "XYZ"):
        money.parse("1.00 XYZ")


def test_rupees_are_grouped_in_lakh_and_crore_and_dollars_in_thousands():
    assert str(Money(1_234_567_890_12, "INR")) == "1,23,45,67,890.12 INR"
    assert str(Money(-1_00_000_00, "INR")) == "-1,00,000.00 INR"
    assert str(Money(99_999, "INR")) == "999.99 INR"
    assert str(Money(123_456_789, "USD")) == "1,234,567.89 USD"
    assert str(Money(1_234_567, "JPY")) == "1,234,567 JPY"


def test_half_a_paisa_is_rounded_away_from_zero():
    halves = ["0.5", "1.5", "2.5", "-0.5", "-2.5", "2.4999"]
    assert [money.rounded(Decimal(text)) for text in halves] == [1, 2, 3, -1, -3, 2]


@given(amount=AMOUNTS, currency=CURRENCIES)
def test_every_amount_is_read_back_as_it_was_written(amount, currency):
    assert money.parse(str(Money(amount, currency))) == Money(amount, currency)
    plain = f"{money.plain(amount, currency)} {currency}"
    assert money.parse(plain) == Money(amount, currency)
