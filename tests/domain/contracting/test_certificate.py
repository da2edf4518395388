"""The checks of a payment certificate, with numbers done by hand."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.documents.checks import check_document
from domain.money import LARGEST_AMOUNT
from tests.domain.documents.facts import facts_of
from tests.domain.refused import refused

RETENTION = "retention_must_agree"


def certificate(gross, rate, deducted):
    content = {
        "gross": {"amount": gross, "currency": "INR"},
        "retention_deducted": {"amount": deducted, "currency": "INR"},
    }
    return facts_of(content | ({"retention_rate": rate} if rate else {}))


# 7.5 % of 333,333.33 is 24,999.99975; 10 % of 150,000.05 is 15,000.005; 5 % of 0.09 is 0.0045.
@pytest.mark.parametrize(
    ("gross", "rate", "deducted"),
    [(33333333, "7.5", 2500000), (15000005, "10", 1500001), (9, "5", 0), (100, None, 0)],
)
def test_the_retention_is_the_rate_of_the_gross_amount_half_up(gross, rate, deducted):
    check_document([RETENTION], certificate(gross, rate, deducted))
    with refused(RETENTION):
        check_document([RETENTION], certificate(gross, rate, deducted + 1))


def test_what_is_retained_without_a_rate_is_refused_with_both_amounts():
    with refused(RETENTION, "0.01 INR", "0 % of 1.00 INR", "0.00 INR"):
        check_document([RETENTION], certificate(100, None, 1))


@given(gross=st.integers(0, LARGEST_AMOUNT), hundredths=st.integers(1, 10_000))
def test_the_retention_is_exact_for_every_amount_and_rate(gross, hundredths):
    expected = (gross * hundredths + 5_000) // 10_000
    check_document([RETENTION], certificate(gross, str(Decimal(hundredths) / 100), expected))


def test_a_period_of_one_day_is_right_and_one_that_runs_back_is_refused():
    name = "billing_period_must_run_forward"
    period = {"billing_period_start": "2026-06-01", "billing_period_end": "2026-06-01"}
    check_document([name], facts_of(period))
    with refused(name, "2026-05-31", "2026-06-01"):
        check_document([name], facts_of(period | {"billing_period_end": "2026-05-31"}))
