"""Locking a month and opening it again."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from domain.access.company import Company
from domain.definitions import content as reading
from domain.definitions.content import Content
from domain.ledger import periods
from domain.ledger.periods import PeriodState
from domain.operations.operation import Operation, Order
from domain.refusal import Refusal

NEEDS = {"day": "date", "state": "choice", "reason": "text"}


def check(connection: Connection, company: Company, content: Content) -> None:
    """The month is there, not closed with its year, and not in that state already."""
    period = periods.holding(connection, company.id, reading.day(content, "day"))
    if period.state is PeriodState.CLOSED:
        raise Refusal(
            "period_must_be_closed_with_its_year",
            f"{period.starts_on:%B %Y} is closed with its year. Reopen the year instead.",
        )
    if period.state == reading.text(content, "state"):
        raise Refusal(
            "period_state_must_change",
            f"{period.starts_on:%B %Y} is {period.state} already. Nothing is to be done.",
        )


def perform(connection: Connection, order: Order) -> Mapping[str, Any]:
    """Give the month its state, with who asked, who approved and why."""
    content, people = order.facts.content, order.people
    company = order.facts.company.id
    period = periods.holding(connection, company, reading.day(content, "day"))
    reason, state = reading.text(content, "reason"), reading.text(content, "state")
    if state == PeriodState.OPEN:
        periods.reopen(
            connection, period.id, person=people.maker, checker=people.checker, reason=reason,
            key=order.key,
        )  # fmt: skip
    else:
        periods.lock(connection, period.id, person=people.maker, reason=reason, key=order.key)
    return {"period": f"{period.starts_on:%Y-%m}", "before": period.state, "after": state}


SET_PERIOD = Operation(NEEDS, check, perform, posts=False)
