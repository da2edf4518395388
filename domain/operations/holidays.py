"""Entering the days that nobody works, and striking them out again."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from domain.access.company import Company
from domain.deadlines import calendars
from domain.definitions import content as reading
from domain.definitions.content import Content
from domain.operations.operation import Operation, Order
from domain.refusal import Refusal

NEEDS = {"days": "rows", "reason": "text"}


def check(_: Connection, company: Company, content: Content) -> None:
    """Each day stands once: of two names for it neither would be the right one."""
    days = [reading.day(row, "day") for row in reading.rows(content, "days")]
    twice = sorted({day for day in days if days.count(day) > 1})
    if twice:
        raise Refusal(
            "holiday_must_stand_once", f"{twice[0]} stands more than once. Keep one row of it."
        )


def perform(connection: Connection, order: Order) -> Mapping[str, Any]:
    """Put the days in; `worked` takes one out. What was there before is in the evidence."""
    rows = reading.rows(order.facts.content, "days")
    before = {}
    for row in rows:
        day, kind = reading.day(row, "day"), reading.text(row, "kind")
        name = None if kind == "worked" else reading.text(row, "name")
        before[day.isoformat()] = calendars.set_holiday(connection, day, name=name, kind=kind)
    return {"days": [dict(row) for row in rows], "instead_of": before}


SET_HOLIDAYS = Operation(NEEDS, check, perform)
