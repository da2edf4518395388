"""The business calendar: which days are worked, between which hours, and when something is due.

It is told its holidays and knows none itself; a year whose holidays were never loaded has none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import product
from zoneinfo import ZoneInfo

from domain.definitions.policy import UNITS, read_duration
from domain.refusal import Refusal

DAY = timedelta(days=1)
SATURDAY, SUNDAY = 5, 6
EVERY_WEEK = frozenset({1, 2, 3, 4, 5})


class Convention(StrEnum):
    """Where a day moves that is not worked: 2006 ISDA Definitions, section 4.12(a)."""

    FOLLOWING = "following"
    MODIFIED_FOLLOWING = "modified_following"
    PRECEDING = "preceding"


@dataclass(frozen=True, slots=True)
class DayOff:
    """A weekday (0 is Monday, 6 Sunday) that is off, in these weeks of every month.

    The second Saturday is the second one of the month, whatever weekday the month begins with.
    Refuses weekdays and weeks that there are not (`day_off_must_be_in_the_week`).
    """

    weekday: int
    weeks: frozenset[int] = EVERY_WEEK

    def __post_init__(self) -> None:
        if self.weekday not in range(7) or not self.weeks or not self.weeks <= EVERY_WEEK:
            raise Refusal(
                "day_off_must_be_in_the_week",
                f"Weekday {self.weekday} in the weeks {sorted(self.weeks)} is no day off. "
                "Count weekdays from 0 (Monday) to 6 (Sunday), and weeks of a month from 1 to 5.",
            )

    def covers(self, day: date) -> bool:
        """Whether this day is such a day off."""
        return day.weekday() == self.weekday and (day.day - 1) // 7 + 1 in self.weeks


# Banks in India: Sundays, and the second and fourth Saturday of the month, which the central
# government declared public holidays for banks under section 25 of the Negotiable Instruments Act,
# 1881, from 1 September 2015 (notification of 20 August 2015). Other Saturdays are full days.
OF_INDIAN_BANKS = (DayOff(SUNDAY), DayOff(SATURDAY, weeks=frozenset({2, 4})))


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days off by the week, holidays by their names, and the opening hours of every working day.

    Refuses hours that end before they begin (`calendar_must_open_before_it_closes`), and days off
    that leave nothing to work (`calendar_must_have_working_days`): counting would never end.
    Counting past the year 9999 raises OverflowError.
    """

    time_zone: ZoneInfo
    days_off: tuple[DayOff, ...]
    opens: time
    closes: time
    holidays: Mapping[date, str]

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise Refusal(
                "calendar_must_open_before_it_closes",
                f"The calendar opens at {self.opens:%H:%M} and closes at {self.closes:%H:%M}. "
                "Let it open earlier on the same day.",
            )
        off = {(rest.weekday, week) for rest in self.days_off for week in rest.weeks}
        if off.issuperset(product(range(7), EVERY_WEEK)):
            raise Refusal(
                "calendar_must_have_working_days",
                "The calendar has every day of every week off. Leave at least one to be worked.",
            )

    def is_working_day(self, day: date) -> bool:
        """Neither a day off nor a holiday."""
        return day not in self.holidays and not any(rest.covers(day) for rest in self.days_off)

    def next_working_day(self, day: date) -> date:
        """The first working day after this one, never this one itself."""
        return self.working_day_on_or_after(day + DAY)

    def working_day_on_or_after(self, day: date) -> date:
        """The day itself when it is worked, or the first that is after it."""
        while not self.is_working_day(day):
            day += DAY
        return day

    def working_day_on_or_before(self, day: date) -> date:
        """The day itself when it is worked, or the last that is before it.

        So is a promissory note due that matures on a public holiday (section 25 of the Negotiable
        Instruments Act, 1881).
        """
        while not self.is_working_day(day):
            day -= DAY
        return day

    def add_working_days(self, day: date, n: int) -> date:
        """The n-th working day after this one, which is itself not counted, or before it if n < 0.

        With n = 0 it is the day itself, or the first working day after it.
        """
        if n == 0:
            return self.working_day_on_or_after(day)
        step = DAY if n > 0 else -DAY
        for _ in range(abs(n)):
            day += step
            while not self.is_working_day(day):
                day += step
        return day

    def working_days_between(self, after: date, until: date) -> int:
        """How many days are worked after the first day, up to the second and including it.

        It is what `add_working_days` needs to come from the one to the other. Refuses a second day
        before the first (`days_must_be_in_order`).
        """
        if until < after:
            raise Refusal(
                "days_must_be_in_order", f"{until} is before {after}. Give the earlier day first."
            )
        days = (after + DAY * n for n in range(1, (until - after).days + 1))
        return sum(map(self.is_working_day, days))

    def roll(self, day: date, convention: Convention) -> date:
        """The day itself when it is worked, or where the convention moves it."""
        before = self.working_day_on_or_before
        if convention is Convention.PRECEDING:
            return before(day)
        following = self.working_day_on_or_after(day)
        leaves_the_month = (following.year, following.month) != (day.year, day.month)
        if convention is Convention.MODIFIED_FOLLOWING and leaves_the_month:
            return before(day)
        return following

    def add_working_time(self, at: datetime, duration: timedelta) -> datetime:
        """The moment, in UTC, at which so much time has passed within opening hours.

        Time that is used up at closing is up then, not at the next opening; none at all, added out
        of hours, is the next opening. Hours are those that pass, also when the clock is put
        forward or back. Refuses a naive moment (`time_must_have_a_zone`) and a negative duration
        (`duration_must_not_be_negative`).
        """
        if duration < timedelta(0):
            raise Refusal(
                "duration_must_not_be_negative",
                f"{duration} of working time cannot be added. Give a duration of zero or more.",
            )
        at, day, left = moment(at), self.day_of(at), duration
        while True:
            opening, closing = self.hours_of(day)
            start = max(at, opening)
            if self.is_working_day(day) and start <= closing:
                if left <= closing - start:
                    return start + left
                left -= closing - start
            day += DAY

    def day_of(self, at: datetime) -> date:
        """The day that the calendar's time zone has at this moment."""
        return moment(at).astimezone(self.time_zone).date()

    def hours_of(self, day: date) -> tuple[datetime, datetime]:
        """Opening and closing in UTC, where they can be compared and subtracted.

        In one time zone Python compares what clocks show, though an hour may lie between.
        """
        opening = datetime.combine(day, self.opens, self.time_zone)
        closing = datetime.combine(day, self.closes, self.time_zone)
        return opening.astimezone(UTC), closing.astimezone(UTC)


def due(calendar: Calendar, at: datetime, text: str) -> datetime:
    """When something is due, in UTC, that must be done within `text` from a moment.

    `3wd`: by closing on the third working day after the day of the moment. The first day is left
    out and the last is in, as section 9 of the General Clauses Act, 1897, has it for "from".
    `8wh`: when eight hours have passed within opening hours. `3d`, `12h`, `30m`, `5s`: when so much
    time has passed, whatever the calendar. Refuses a text that is none of these
    (`duration_must_be_readable`) and a naive moment (`time_must_have_a_zone`).
    """
    count, unit = read_duration(text)
    if unit == "wd":
        _, closing = calendar.hours_of(calendar.add_working_days(calendar.day_of(at), count))
        return closing
    if unit == "wh":
        return calendar.add_working_time(at, timedelta(hours=count))
    return moment(at) + timedelta(**{UNITS[unit]: count})


def again(calendar: Calendar, at: datetime, every: str) -> datetime:
    """When a reminder follows one at a moment, in UTC: one in working time comes in opening hours.

    `1wd`: at the same time of the next working day, or at the opening that follows. `8wh` and plain
    durations are those of `due`.
    """
    count, unit = read_duration(every)
    if unit != "wd":
        return due(calendar, at, every)
    day = calendar.add_working_days(calendar.day_of(at), count)
    clock = moment(at).astimezone(calendar.time_zone).time()
    same = datetime.combine(day, clock, calendar.time_zone)
    return calendar.add_working_time(same, timedelta(0))


def moment(at: datetime) -> datetime:
    """The moment in UTC, where adding adds what passes."""
    if at.tzinfo is None or at.utcoffset() is None:
        raise Refusal(
            "time_must_have_a_zone",
            f"{at} names no time zone, so it may be any of a day's moments. "
            "Write its offset, such as 2026-04-01T10:00:00+05:30.",
        )
    return at.astimezone(UTC)
