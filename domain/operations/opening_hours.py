"""Saying between which hours and on which days of the week it is worked."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import time
from typing import Any

from sqlalchemy import Connection

from domain.access.company import Company
from domain.calendar import Calendar
from domain.deadlines import calendars
from domain.definitions import content as reading
from domain.definitions.content import Content
from domain.operations.operation import Operation, Order

NEEDS = {"opens": "text", "closes": "text", "days_off": "choice", "reason": "text"}


def check(connection: Connection, company: Company, content: Content) -> None:
    """It opens before it closes."""
    wanted(calendars.calendar(connection), content)


def wanted(now: Calendar, content: Content) -> Calendar:
    """The calendar with what is asked for. Refuses hours that end before they begin."""
    return replace(
        now,
        opens=time.fromisoformat(reading.text(content, "opens")),
        closes=time.fromisoformat(reading.text(content, "closes")),
        days_off=calendars.DAYS_OFF[reading.text(content, "days_off")],
    )


def perform(connection: Connection, order: Order) -> Mapping[str, Any]:
    """Put them in place. What was there before is in the evidence."""
    before = calendars.calendar(connection)
    calendars.set_hours(connection, wanted(before, order.facts.content))
    return {"instead_of": f"{before.opens:%H:%M} to {before.closes:%H:%M}"}


SET_OPENING_HOURS = Operation(NEEDS, check, perform)
