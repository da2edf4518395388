"""Putting the clock of a sandbox forward, so that nobody has to wait for a date to come."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from domain.access.company import Company
from domain.calendar import moment
from domain.deadlines import calendars
from domain.definitions import content as reading
from domain.definitions.content import Content
from domain.definitions.policy import DURATION
from domain.ledger import holds
from domain.operations.operation import Operation, Order
from domain.refusal import Refusal

NEEDS = {"to": "text"}
AT_MOST = timedelta(days=366)
LIVEMODE = text("SELECT livemode FROM tenants WHERE id = (SELECT current_tenant())")
ADVANCE = text("SELECT advance_clock(:by)")


def check(connection: Connection, company: Company, content: Content) -> None:
    """The tenant is a sandbox, and the time is to come, within a year: there is no way back."""
    if connection.scalar(LIVEMODE):
        raise Refusal(
            "clock_must_be_of_a_sandbox",
            "The clock of a live tenant is the clock. Use a sandbox tenant.",
        )
    to = reading.text(content, "to")
    by = ahead(connection, to)
    if by <= timedelta(0):
        message = f"The sandbox's clock is past {to} already. Name a later time."
        raise Refusal("clock_must_move_forward", message)
    if by > AT_MOST:
        message = f"{to} is {by.days} days ahead, and there is no way back. Go in smaller steps."
        raise Refusal("clock_must_move_a_year_at_most", message)


def ahead(connection: Connection, to: str) -> timedelta:
    """How far a time is ahead, or the end of a duration from now by the tenant's calendar."""
    if DURATION.fullmatch(to):
        return calendars.due_at(connection, to) - calendars.now(connection)
    try:
        return moment(datetime.fromisoformat(to)) - calendars.now(connection)
    except ValueError as fault:
        message = f"{to!r} is no time. Write it as 30d, 12h or 2026-07-16T10:00:00+05:30."
        raise Refusal("time_must_be_readable", message) from fault


def perform(connection: Connection, order: Order) -> Mapping[str, Any]:
    """Put it forward, and release the holds whose time that ends. Past already, it stays."""
    before = calendars.now(connection)
    by = ahead(connection, reading.text(order.facts.content, "to"))
    if by > timedelta(0):
        connection.execute(ADVANCE, {"by": by})
    expired = 0
    while swept := holds.expire(connection):
        expired += swept
    return {"before": before, "now": calendars.now(connection), "holds_expired": expired}


ADVANCE_CLOCK = Operation(NEEDS, check, perform)
