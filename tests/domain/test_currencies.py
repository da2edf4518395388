"""The currencies of ISO 4217 and how many digits each has."""

import pytest

from domain import money
from domain.currencies import BY_EXPONENT, EXPONENTS
from domain.money import Money
from tests.domain.refused import refused


def test_every_code_is_three_letters_and_stands_once():
    listed = [code for codes in BY_EXPONENT.values() for code in codes.split()]
    assert all(len(code) == 3 and code.isascii() and code.isupper() for code in listed)
    assert len(listed) == len(set(listed)) == len(EXPONENTS) == 165


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("500 JPY", 500),
        ("1000 VND", 1_000),
        ("83.25 INR", 8_325),
        ("5.00 MGA", 500),
        ("1.234 KWD", 1_234),
        ("0.001 BHD", 1),
        ("1.2345 CLF", 12_345),
    ],
)
def test_money_is_read_and_written_with_the_digits_of_its_currency(text, amount):
    read = money.parse(text)
    assert read.amount == amount
    assert f"{money.plain(amount, read.currency)} {read.currency}" == text


@pytest.mark.parametrize("text", ["1.5 JPY", "1.001 USD", "1.2345 KWD", "1.23456 CLF"])
def test_money_with_more_digits_than_its_currency_is_refused(text):
    with refused("money_must_fit_currency"):
        money.parse(text)


# Kuna and lev became euro (2023, 2026); leone, Zimbabwe dollar, guilder and peso convertible were
# replaced or withdrawn; gold and the special drawing right have no minor unit; XXX is none.
@pytest.mark.parametrize(
    "code", ["HRK", "BGN", "SLL", "ZWL", "ANG", "CUC", "XAU", "XDR", "XTS", "XXX", "inr", ""]
)
def test_what_is_withdrawn_or_has_no_minor_unit_is_no_currency(code):
    with refused("currency_must_be_known", "2026-01-01"):
        money.exponent(code)


def test_large_amounts_of_three_digits_are_grouped():
    assert str(Money(1_234_567_890, "KWD")) == "1,234,567.890 KWD"
