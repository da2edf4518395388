"""The tenant's calendar as its rows have it."""

from datetime import date, time

import pytest

from domain.deadlines import calendars
from sandbox.tenant import as_owner


def test_without_rows_it_is_that_of_indian_banks_from_ten_to_six(connection):
    found = calendars.calendar(connection)

    assert (str(found.time_zone), found.opens, found.closes) == ("Asia/Kolkata", time(10), time(18))
    assert not found.is_working_day(date(2026, 1, 24)), "the fourth Saturday"
    assert found.is_working_day(date(2026, 1, 31)), "the fifth"
    assert found.holidays == {}


def test_a_tenant_has_hours_and_days_off_of_its_own(database, tenant, connection):
    with as_owner(database.admin, tenant.id) as owner:
        owner.exec_driver_sql(
            "INSERT INTO calendars (tenant_id, days_off, opens, closes) VALUES "
            f"""('{tenant.id}', '[{{"weekday": 4}}]', '09:00', '17:30')"""
        )
    found = calendars.calendar(connection)

    assert (found.opens, found.closes) == (time(9), time(17, 30))
    assert not found.is_working_day(date(2026, 1, 23)), "a Friday"
    assert found.is_working_day(date(2026, 1, 25)), "a Sunday"


@pytest.mark.parametrize("name", ["Republic Day", "26 January"])
def test_a_holiday_is_entered_renamed_and_struck_out(connection, name):
    day = date(2026, 1, 26)
    assert calendars.set_holiday(connection, day, name="A day off", kind="company") is None
    assert calendars.set_holiday(connection, day, name=name, kind="public") == "A day off"
    assert calendars.calendar(connection).holidays == {day: name}

    assert calendars.set_holiday(connection, day, name=None, kind="worked") == name
    assert calendars.calendar(connection).is_working_day(day)
