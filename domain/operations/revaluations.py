"""Revaluing foreign balances at the closing rate of a day."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from domain.access.company import Company
from domain.definitions import content as reading
from domain.definitions.content import Content
from domain.identifiers import ENTRY, written
from domain.ledger import periods, revaluation
from domain.ledger.exchange import ExchangeAccounts
from domain.ledger.monetary import Line
from domain.ledger.periods import PeriodState
from domain.ledger.revaluation import Scope
from domain.operations.operation import Operation, Order
from domain.refusal import Refusal

NEEDS = {
    "day": "date", "kind": "text",
    "gain": "account", "loss": "account", "clearing": "account",
}  # fmt: skip


def check(connection: Connection, company: Company, content: Content) -> None:
    """There are rates, something differs from them, and both its entries have an open period."""
    scope = scope_of(company, content)
    period = periods.holding(connection, company.id, scope.on)
    if period.state is not PeriodState.OPEN:
        raise Refusal(
            "period_locked",
            f"The revaluation would be dated {scope.on}, but {period.starts_on:%B %Y} is "
            f"{period.state}. Ask for the period to be reopened, or revalue another day.",
            period=f"{period.starts_on:%Y-%m}",
            state=period.state,
        )
    found = revaluation.preview(connection, scope)
    if found.is_current:
        raise Refusal(
            "balance_must_differ_from_its_rate",
            f"Every foreign balance carries what the {scope.kind} rate of {scope.on} says. "
            "Nothing is to be done.",
        )
    if any(line.unrealised for line in found.lines):
        revaluation.check_next_period(connection, company.id, scope.on)
    revaluation.check_clearing(connection, company.id, reading.text(content, "clearing"))


def preview(connection: Connection, company: Company, content: Content) -> Mapping[str, Any]:
    """What each balance carries and what it would, in minor units."""
    found = revaluation.preview(connection, scope_of(company, content))
    return {"currency": found.base_currency, "balances": [shown(line) for line in found.lines]}


def shown(line: Line) -> dict[str, Any]:
    """One balance."""
    return {
        "account": line.account,
        "amount": {"amount": line.amount, "currency": line.currency},
        "dimensions": dict(line.dimensions),
        "carrying": line.carrying,
        "revalued": line.revalued,
        "difference": line.difference,
        "rate": str(line.quotation.legs[0].version.rate) if line.quotation else None,
    }


def perform(connection: Connection, order: Order) -> Mapping[str, Any]:
    """Post what differs, and its reversal on the next day."""
    content = order.facts.content
    gain, loss, clearing = (reading.text(content, name) for name in ("gain", "loss", "clearing"))
    made = revaluation.revalue(
        connection, scope_of(order.facts.company, content),
        through=ExchangeAccounts(gain, loss, clearing), key=order.key, process=order.facts.process,
    )  # fmt: skip
    named = {"entry": made.entry, "reversal": made.reversal, "clean_up": made.clean_up}
    return {"said": str(made), **{n: written(ENTRY, id) for n, id in named.items() if id}}


def scope_of(company: Company, content: Content) -> Scope:
    """Which balances of which day: those named, or all."""
    named = tuple(reading.text(row, "account") for row in reading.rows(content, "accounts"))
    day, kind = reading.day(content, "day"), reading.text(content, "kind")
    pivot = reading.text(content, "pivot") or None
    return Scope(company.id, day, kind, named or None, pivot)


REVALUE = Operation(NEEDS, check, perform, preview)
