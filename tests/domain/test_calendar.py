"""The business calendar: days by hand and by law, hours across changes of the clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.calendar import EVERY_WEEK, OF_INDIAN_BANKS, Calendar, Convention, DayOff, again, due
from tests.domain.refused import refused

KOLKATA, BERLIN = ZoneInfo("Asia/Kolkata"), ZoneInfo("Europe/Berlin")
WEEKENDS = (DayOff(5), DayOff(6))

# The three national holidays of 2026: a Monday, a Saturday and a Friday.
BANK = Calendar(
    KOLKATA,
    OF_INDIAN_BANKS,
    time(10),
    time(16),
    {
        date(2026, 1, 26): "Republic Day",
        date(2026, 8, 15): "Independence Day",
        date(2026, 10, 2): "Gandhi Jayanti",
    },
)
OFFICE = Calendar(BERLIN, WEEKENDS, time(9), time(17), {})


def at(text, zone=KOLKATA):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def shown(moment, zone=KOLKATA):
    return f"{moment.astimezone(zone):%a %Y-%m-%d %H:%M}"


def test_banks_in_india_rest_on_the_second_and_fourth_saturday():
    # 1 January 2026 is a Thursday, so its Saturdays are 3, 10, 17, 24 and 31; and so on by hand.
    second_and_fourth = {
        1: (10, 24), 2: (14, 28), 3: (14, 28), 4: (11, 25), 5: (9, 23), 6: (13, 27),
        7: (11, 25), 8: (8, 22), 9: (12, 26), 10: (10, 24), 11: (14, 28), 12: (12, 26),
    }  # fmt: skip
    expected = {date(2026, month, day) for month, days in second_and_fourth.items() for day in days}
    year = [date(2026, 1, 1) + timedelta(n) for n in range(365)]
    saturdays = [day for day in year if day.weekday() == 5]
    resting = {day for day in saturdays if not BANK.is_working_day(day)}
    assert resting == expected | {date(2026, 8, 15)}
    assert len(saturdays) == 52
    assert not any(BANK.is_working_day(day) for day in year if day.weekday() == 6)
    # Of 365 days: 52 Sundays, 24 Saturdays, and three holidays that are neither.
    assert sum(map(BANK.is_working_day, year)) == 365 - 52 - 24 - 3


def test_a_long_weekend_is_stepped_over():
    # 24 January 2026 is the fourth Saturday, the 25th a Sunday, the 26th Republic Day.
    friday, tuesday = date(2026, 1, 23), date(2026, 1, 27)
    assert BANK.next_working_day(friday) == tuesday
    assert BANK.next_working_day(date(2026, 1, 24)) == tuesday
    for day in (24, 25, 26):
        assert BANK.working_day_on_or_before(date(2026, 1, day)) == friday
    assert BANK.working_day_on_or_before(tuesday) == tuesday


def test_working_days_leave_out_the_first_and_count_the_last():
    # After Friday the 23rd: Tuesday 1, Wednesday 2, Thursday 3, Friday 4, Saturday the 31st 5
    # (the fifth Saturday is worked), Monday 2 February 6.
    friday = date(2026, 1, 23)
    reached = [BANK.add_working_days(friday, n) for n in range(7)]
    assert [(d.month, d.day) for d in reached] == [
        (1, 23), (1, 27), (1, 28), (1, 29), (1, 30), (1, 31), (2, 2),
    ]  # fmt: skip
    assert BANK.working_days_between(friday, date(2026, 2, 2)) == 6
    assert BANK.working_days_between(friday, date(2026, 1, 26)) == 0
    assert BANK.working_days_between(friday, friday) == 0
    assert BANK.add_working_days(date(2026, 1, 25), 0) == date(2026, 1, 27)
    assert BANK.add_working_days(date(2026, 1, 27), -1) == friday
    with refused("days_must_be_in_order"):
        BANK.working_days_between(date(2026, 2, 2), friday)


@pytest.mark.parametrize(
    ("day", "following", "modified", "preceding"),
    [
        # Sunday 31 May 2026: the Monday after it is in June, the Saturday before is the fifth.
        (date(2026, 5, 31), date(2026, 6, 1), date(2026, 5, 30), date(2026, 5, 30)),
        # Sunday 17 May 2026: the third Saturday is worked, and the Monday is in May.
        (date(2026, 5, 17), date(2026, 5, 18), date(2026, 5, 18), date(2026, 5, 16)),
        # Sunday 1 February 2026 moves back into January only when it must precede.
        (date(2026, 2, 1), date(2026, 2, 2), date(2026, 2, 2), date(2026, 1, 31)),
        (date(2026, 5, 18), date(2026, 5, 18), date(2026, 5, 18), date(2026, 5, 18)),
    ],
)
def test_days_roll_as_isda_defines(day, following, modified, preceding):
    assert BANK.roll(day, Convention.FOLLOWING) == following
    assert BANK.roll(day, Convention.MODIFIED_FOLLOWING) == modified
    assert BANK.roll(day, Convention.PRECEDING) == preceding


@pytest.mark.parametrize(
    ("start", "text", "expected"),
    [
        # Friday 14:00: two hours until closing, then two of Tuesday's.
        ("2026-01-23 14:00", "4wh", "Tue 2026-01-27 12:00"),
        # Used up exactly at closing: due then.
        ("2026-01-23 14:00", "2wh", "Fri 2026-01-23 16:00"),
        # Before opening, after closing, at closing, and on a Sunday: counted from the next opening.
        ("2026-01-23 08:00", "1wh", "Fri 2026-01-23 11:00"),
        ("2026-01-23 19:00", "1wh", "Tue 2026-01-27 11:00"),
        ("2026-01-23 16:00", "1wh", "Tue 2026-01-27 11:00"),
        ("2026-01-25 12:00", "1wh", "Tue 2026-01-27 11:00"),
        # Six hours a day: 20 hours are 2 of Friday, 6 of Tuesday and of Wednesday, 6 of Thursday.
        ("2026-01-23 14:00", "20wh", "Thu 2026-01-29 16:00"),
        # By closing on the day, whatever the hour it began.
        ("2026-01-23 09:00", "1wd", "Tue 2026-01-27 16:00"),
        ("2026-01-23 23:59", "1wd", "Tue 2026-01-27 16:00"),
        ("2026-01-25 12:00", "3wd", "Thu 2026-01-29 16:00"),
        # Plain durations run through nights and holidays.
        ("2026-01-23 14:00", "3d", "Mon 2026-01-26 14:00"),
        ("2026-01-23 14:00", "12h", "Sat 2026-01-24 02:00"),
        ("2026-01-23 14:00", "30m", "Fri 2026-01-23 14:30"),
        ("2026-01-23 14:00", "60s", "Fri 2026-01-23 14:01"),
    ],
)
def test_what_is_due_is_due_when_the_calendar_says(start, text, expected):
    assert shown(due(BANK, at(start), text)) == expected


def test_the_day_is_that_of_the_calendars_time_zone():
    # 20:00 in UTC on Thursday is 01:30 on Friday in India, so Friday is the day left out.
    thursday_evening = datetime(2026, 1, 22, 20, tzinfo=UTC)
    assert shown(due(BANK, thursday_evening, "1wd")) == "Tue 2026-01-27 16:00"


def test_hours_keep_to_the_clock_on_the_wall_when_summer_time_begins():
    # Summer time begins in Germany on Sunday 29 March 2026 at 02:00 (directive 2000/84/EC), so
    # the two working hours on either side of it have 65 hours between them and not 66.
    friday = at("2026-03-27 16:00", BERLIN)
    monday = due(OFFICE, friday, "2wh")
    assert shown(monday, BERLIN) == "Mon 2026-03-30 10:00"
    assert monday - friday.astimezone(UTC) == timedelta(hours=65)
    assert shown(due(OFFICE, friday, "3d"), BERLIN) == "Mon 2026-03-30 17:00"
    assert shown(due(OFFICE, friday, "1wd"), BERLIN) == "Mon 2026-03-30 17:00"


def test_hours_that_contain_a_change_of_the_clock_are_those_that_pass():
    nights = Calendar(BERLIN, (), time(0), time(6), {})
    spring, autumn = at("2026-03-28 12:00", BERLIN), at("2026-10-24 12:00", BERLIN)
    five, seven = timedelta(hours=5), timedelta(hours=7)
    assert shown(nights.add_working_time(spring, five), BERLIN) == "Sun 2026-03-29 06:00"
    assert shown(nights.add_working_time(autumn, seven), BERLIN) == "Sun 2026-10-25 06:00"


def test_no_time_at_all_ends_within_hours_at_once_and_else_at_the_next_opening():
    for start, expected in [
        ("2026-01-23 12:00", "Fri 2026-01-23 12:00"),
        ("2026-01-23 16:00", "Fri 2026-01-23 16:00"),
        ("2026-01-23 16:01", "Tue 2026-01-27 10:00"),
    ]:
        assert shown(BANK.add_working_time(at(start), timedelta(0))) == expected


@pytest.mark.parametrize("text", ["", "0wd", "3 wd", "-1wd", "1.5wh", "3w", "wd", "3WD", "100000d"])
def test_a_duration_that_cannot_be_read_is_refused(text):
    with refused("duration_must_be_readable"):
        due(BANK, at("2026-01-23 14:00"), text)


@pytest.mark.parametrize("text", ["3wd", "8wh", "3d"])
def test_a_moment_without_a_time_zone_is_refused(text):
    with refused("time_must_have_a_zone"):
        due(BANK, datetime(2026, 1, 23, 14), text)


def test_negative_working_time_is_refused():
    with refused("duration_must_not_be_negative"):
        BANK.add_working_time(at("2026-01-23 14:00"), timedelta(seconds=-1))


def test_a_calendar_without_a_working_day_is_refused():
    with refused("calendar_must_have_working_days"):
        Calendar(KOLKATA, tuple(map(DayOff, range(7))), time(10), time(16), {})
    but_one = (*map(DayOff, range(6)), DayOff(6, EVERY_WEEK - {5}))
    rare = Calendar(KOLKATA, but_one, time(10), time(16), {})
    # Months of 2026 with five Sundays: March (the 29th), May (the 31st), August (the 30th).
    assert rare.next_working_day(date(2026, 4, 1)) == date(2026, 5, 31)


@pytest.mark.parametrize(("opens", "closes"), [(time(16), time(10)), (time(10), time(10))])
def test_a_calendar_that_closes_before_it_opens_is_refused(opens, closes):
    with refused("calendar_must_open_before_it_closes"):
        Calendar(KOLKATA, WEEKENDS, opens, closes, {})


@pytest.mark.parametrize(
    ("weekday", "weeks"), [(7, {1}), (-1, {1}), (5, {0}), (5, {6}), (5, set())]
)
def test_a_day_off_that_there_is_not_is_refused(weekday, weeks):
    with refused("day_off_must_be_in_the_week"):
        DayOff(weekday, frozenset(weeks))


DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@st.composite
def calendars(draw):
    """Any calendar that works on Wednesdays at least, and neither opens nor closes at night.

    Between 0 and 5 o'clock a clock that is put back shows the same time twice.
    """
    weekdays = st.sampled_from([0, 1, 3, 4, 5, 6])
    weeks = st.frozensets(st.sampled_from(sorted(EVERY_WEEK)), min_size=1)
    days_off = draw(st.lists(st.builds(DayOff, weekdays, weeks), max_size=4))
    opens, closes = draw(st.tuples(st.sampled_from([0, *range(5, 20)]), st.integers(5, 23)))
    assume(opens < closes)
    zones = ("Asia/Kolkata", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
    zone = ZoneInfo(draw(st.sampled_from(zones)))
    holidays = draw(st.dictionaries(DAYS, st.just("Holiday"), max_size=10))
    return Calendar(zone, tuple(days_off), time(opens), time(closes, 30), holidays)


MOMENTS = st.integers(0, 2 * 365 * 96).map(
    lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=15 * n)
)
DURATIONS = st.integers(0, 4 * 60).map(lambda n: timedelta(minutes=15 * n))


@given(calendars(), DAYS, st.integers(1, 60))
def test_adding_days_and_counting_them_agree(calendar, day, n):
    reached = calendar.add_working_days(day, n)
    assert calendar.is_working_day(reached)
    assert calendar.working_days_between(day, reached) == n
    start = calendar.working_day_on_or_before(day)
    assert calendar.add_working_days(reached, -n) == start
    assert calendar.add_working_days(day, n + 1) == calendar.next_working_day(reached)


@given(calendars(), DAYS, DAYS, st.integers(-30, 30))
def test_a_later_day_is_never_due_earlier(calendar, day, other, n):
    first, second = sorted((day, other))
    assert calendar.add_working_days(first, n) <= calendar.add_working_days(second, n)
    for convention in Convention:
        rolled = calendar.roll(first, convention)
        assert calendar.is_working_day(rolled)
        assert rolled <= calendar.roll(second, convention)


@given(calendars(), MOMENTS, MOMENTS, DURATIONS)
def test_a_later_moment_is_never_due_earlier(calendar, moment, other, duration):
    first, second = sorted((moment, other))
    reached = calendar.add_working_time(first, duration)
    assert reached <= calendar.add_working_time(second, duration)
    assert reached <= calendar.add_working_time(first, duration + timedelta(minutes=1))


def is_open(calendar, moment):
    """Whether the clock on the wall is within opening hours, closing left out."""
    local = moment.astimezone(calendar.time_zone)
    return calendar.is_working_day(local.date()) and (
        calendar.opens <= local.time() < calendar.closes
    )


@given(calendars(), MOMENTS, DURATIONS)
def test_working_time_is_what_passes_while_the_clock_is_within_hours(calendar, moment, duration):
    reached = calendar.add_working_time(moment, duration)
    quarter = timedelta(minutes=15)
    quarters = ((reached - moment) // quarter) if reached > moment else 0
    passed = sum(is_open(calendar, moment + quarter * n) for n in range(quarters))
    assert passed * quarter == duration
    # It lands within hours, closing included, and on no day off.
    local = reached.astimezone(calendar.time_zone)
    assert calendar.is_working_day(local.date())
    assert calendar.opens <= local.time() <= calendar.closes


@given(calendars(), MOMENTS, st.integers(1, 30))
def test_working_days_end_at_closing_on_a_working_day(calendar, moment, n):
    local = due(calendar, moment, f"{n}wd").astimezone(calendar.time_zone)
    assert local.time() == calendar.closes
    today = moment.astimezone(calendar.time_zone).date()
    assert calendar.working_days_between(today, local.date()) == n
    assert calendar.is_working_day(local.date())


@pytest.mark.parametrize(
    ("last", "every", "expected"),
    [
        # The 24th of January 2026 is a fourth Saturday, the 26th Republic Day.
        ("2026-01-23 11:00", "1wd", "Tue 2026-01-27 11:00"),
        ("2026-01-22 11:00", "2wd", "Tue 2026-01-27 11:00"),
        # Out of hours: before opening at the opening, after closing at the next one.
        ("2026-01-27 08:00", "1wd", "Wed 2026-01-28 10:00"),
        ("2026-01-22 20:00", "1wd", "Tue 2026-01-27 10:00"),
        ("2026-01-23 15:00", "2wh", "Tue 2026-01-27 11:00"),
        ("2026-01-23 11:00", "1d", "Sat 2026-01-24 11:00"),
    ],
)
def test_a_reminder_in_working_time_comes_in_opening_hours(last, every, expected):
    assert shown(again(BANK, at(last), every)) == expected
