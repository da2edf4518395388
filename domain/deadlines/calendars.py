"""The tenant's calendar as its rows have it, and when something is due by it."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

from domain.calendar import (
    EVERY_WEEK,
    OF_INDIAN_BANKS,
    SATURDAY,
    SUNDAY,
    Calendar,
    DayOff,
    again,
    due,
)
from domain.database import with_json

OPENS, CLOSES = time(10), time(18)
# The weeks that a tenant may choose from.
DAYS_OFF = {
    "indian_banks": OF_INDIAN_BANKS,
    "saturdays_and_sundays": (DayOff(SATURDAY), DayOff(SUNDAY)),
    "sundays": (DayOff(SUNDAY),),
}

ROWS = text("""
    SELECT t.time_zone, c.days_off, c.opens, c.closes, ARRAY(
        SELECT h.day::text || ' ' || h.name FROM holidays h WHERE h.tenant_id = t.id) AS holidays
    FROM tenants t LEFT JOIN calendars c ON c.tenant_id = t.id
    WHERE t.id = (SELECT current_tenant())
""")
NOW = text("SELECT business_now()")
SET_HOURS = with_json("""
    INSERT INTO calendars (tenant_id, days_off, opens, closes)
    VALUES ((SELECT current_tenant()), :days_off, :opens, :closes)
    ON CONFLICT (tenant_id) DO UPDATE SET days_off = excluded.days_off, opens = excluded.opens,
        closes = excluded.closes
""", "days_off")  # fmt: skip
HOLIDAY = text("SELECT name FROM holidays WHERE day = :day")
STRIKE_OUT = text("DELETE FROM holidays WHERE day = :day")
ENTER = text("""
    INSERT INTO holidays (tenant_id, day, name, kind)
    VALUES ((SELECT current_tenant()), :day, :name, :kind)
    ON CONFLICT (tenant_id, day) DO UPDATE SET name = excluded.name, kind = excluded.kind
""")


def calendar(connection: Connection) -> Calendar:
    """The tenant's own; without a row the days of Indian banks, from ten to six."""
    row: Any = connection.execute(ROWS).one()
    days_off: tuple[DayOff, ...] = OF_INDIAN_BANKS
    if row.days_off is not None:
        days_off = tuple(
            DayOff(each["weekday"], frozenset(each.get("weeks", EVERY_WEEK)))
            for each in row.days_off
        )
    named = (each.split(" ", 1) for each in row.holidays)
    holidays = {datetime.fromisoformat(day).date(): name for day, name in named}
    opens, closes = row.opens or OPENS, row.closes or CLOSES
    return Calendar(ZoneInfo(row.time_zone), days_off, opens, closes, holidays)


def now(connection: Connection) -> datetime:
    """The moment on the tenant's clock."""
    found: datetime = connection.execute(NOW).scalar_one()
    return found


def due_at(connection: Connection, within: str) -> datetime:
    """When something is due that must be done within a duration from now."""
    return due(calendar(connection), now(connection), within)


def reminder_after(connection: Connection, at: datetime, every: str) -> datetime:
    """When the reminder comes that follows one at a moment."""
    return again(calendar(connection), at, every)


def set_hours(connection: Connection, wanted: Calendar) -> None:
    """Put opening hours and weekly days off in place of those that were."""
    days_off = [{"weekday": each.weekday, "weeks": sorted(each.weeks)} for each in wanted.days_off]
    values = {"days_off": days_off, "opens": wanted.opens, "closes": wanted.closes}
    connection.execute(SET_HOURS, values)


def set_holiday(connection: Connection, day: date, *, name: str | None, kind: str) -> str | None:
    """Enter a holiday, or strike it out without a name. Answers with the name that stood there."""
    before: str | None = connection.execute(HOLIDAY, {"day": day}).scalar_one_or_none()
    if name is None:
        connection.execute(STRIKE_OUT, {"day": day})
    else:
        connection.execute(ENTER, {"day": day, "name": name, "kind": kind})
    return before
