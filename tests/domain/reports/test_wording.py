"""Amounts, dates and words as people read them."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.reports import wording
from domain.reports.wording import Scale

RUPEES = [
    (0, "–"),
    (5, "0.05"),
    (99_999, "999.99"),
    (100_000, "1,000.00"),
    (9_999_999, "99,999.99"),
    (10_000_000, "1,00,000.00"),
    (123_456_789, "12,34,567.89"),
    (1_000_000_000, "1,00,00,000.00"),
    (1_000_000_000_000, "10,00,00,00,000.00"),
    (-123_456_789, "(12,34,567.89)"),
]


@pytest.mark.parametrize(("paise", "shown"), RUPEES)
def test_rupees_are_grouped_by_lakh_and_crore(paise, shown):
    assert wording.figure(paise, "INR") == shown


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (123_456_789, "USD", "1,234,567.89"),
        (-1_234_567, "JPY", "(1,234,567)"),
        (1_234_567, "KWD", "1,234.567"),
    ],
)
def test_other_currencies_are_grouped_by_thousands_with_their_own_digits(amount, currency, shown):
    assert wording.figure(amount, currency) == shown


@pytest.mark.parametrize(
    ("scale", "shown"),
    [
        (Scale.UNITS, "12,34,56,789.00"),
        (Scale.HUNDREDS, "12,34,567.89"),
        (Scale.THOUSANDS, "1,23,456.79"),
        (Scale.LAKHS, "1,234.57"),
        (Scale.MILLIONS, "123.46"),
        (Scale.CRORES, "12.35"),
    ],
)
def test_an_amount_is_shown_in_the_units_that_schedule_iii_names(scale, shown):
    assert wording.figure(12_345_678_900, "INR", scale) == shown


def test_a_half_is_rounded_to_the_even_digit():
    halves = [wording.figure(lakhs, "INR", Scale.LAKHS) for lakhs in (50_000, 150_000, 250_000)]
    assert halves == ["0.00", "0.02", "0.02"]


@given(st.integers(-(10**15), 10**15), st.sampled_from([s for s in Scale if s is not Scale.UNITS]))
def test_a_shown_amount_is_never_further_than_half_of_its_last_digit(paise, scale):
    hundredths = wording.scaled(abs(paise), "INR", scale)

    exact = Fraction(abs(paise) * 100, 100 * 10**scale.digits)
    assert abs(hundredths - exact) <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("points", "shown"), [(1250, "12.50 %"), (-5, "(0.05 %)"), (1_000_000, "10,000.00 %")]
)
def test_basis_points_are_shown_as_percent(points, shown):
    assert wording.percent(points) == shown


def test_a_day_has_the_name_of_its_month():
    assert wording.day_in("en", date(2026, 7, 16)) == "16 July 2026"
    assert wording.day_in("hi", date(2026, 7, 16)) == "16 जुलाई 2026"


@pytest.mark.parametrize(
    ("language", "scale", "said"),
    [
        ("en", Scale.UNITS, "Amounts in ₹"),
        ("en", Scale.LAKHS, "Amounts in ₹ lakhs"),
        ("hi", Scale.CRORES, "राशियाँ ₹ करोड़ में"),
    ],
)
def test_the_unit_of_the_amounts_is_stated(language, scale, said):
    assert wording.unit(language, "INR", scale) == said


def test_a_currency_without_a_sign_of_its_own_is_named_by_its_code():
    assert wording.unit("en", "AED", Scale.UNITS) == "Amounts in AED"


@pytest.mark.parametrize("language", wording.WORDS)
def test_every_language_has_every_scale_and_month(language):
    assert len(wording.MONTHS[language]) == 12
    assert set(Scale) - set(wording.SCALES[language]) <= {Scale.UNITS}
