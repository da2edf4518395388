"""The dates of a document against the months of the book."""

from datetime import date

import pytest
from sqlalchemy import text

from domain.access import company as companies
from domain.documents.examination import check_open
from tests.domain.refused import refused

LAST_DAY = date(2027, 3, 31)


@pytest.fixture
def company(connection):
    return companies.company(connection, None)


def test_the_last_day_of_a_year_is_a_day_of_its_month(connection, company):
    held = "SELECT count(*) FROM periods WHERE :day BETWEEN starts_on AND ends_on"
    assert connection.execute(text(held), {"day": LAST_DAY}).scalar_one() == 2
    check_open(connection, company, LAST_DAY)


def test_a_day_that_no_month_holds_is_refused(connection, company):
    with refused("period_must_exist"):
        check_open(connection, company, date(1999, 1, 1))
