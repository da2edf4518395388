"""Setting the exchange rates of a day, and correcting those that were set."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from domain.access.company import Company
from domain.definitions import content as reading
from domain.definitions.content import Content
from domain.definitions.faults_of_input import RowErrors, Rows
from domain.ledger import rates
from domain.ledger.quotation import Rate
from domain.operations.operation import Operation, Order
from domain.refusal import Refusal

NEEDS = {"day": "date", "kind": "text", "source": "text", "holds_for": "choice", "rates": "rows"}
THIS_COMPANY = "this company"
Pair = tuple[str, str]


def check(connection: Connection, company: Company, content: Content) -> None:
    """Each rate can be one, none stands twice, and what it corrects is corrected with a reason.

    Every row that is wrong is named at once: `rates_must_be_sound`.
    """
    rows, seen = Rows("rates"), set[Pair]()
    for number, rate in enumerate(stated(company.id, content)):
        with rows.reading(number):
            check_rate(connection, content, rate, seen)
    if rows.errors:
        raise RowErrors("rates_must_be_sound", rows.errors)


def check_rate(connection: Connection, content: Content, rate: Rate, seen: set[Pair]) -> None:
    """One rate. `seen` are the pairs of the rows before."""
    rates.check(rate)
    pair = rate.base_currency, rate.quote_currency
    if pair in seen or pair[::-1] in seen:
        raise Refusal(
            "rate_must_stand_once", f"{pair[0]} and {pair[1]} stand further up already. Keep one."
        )
    seen.add(pair)
    before = rates.history(connection, rate)
    if before and not reading.text(content, "reason"):
        raise Refusal(
            "correction_must_say_who_and_why",
            f"There is one already: {before[-1].rate}. To correct it, give the reason.",
        )


def perform(connection: Connection, order: Order) -> Mapping[str, Any]:
    """Set every rate, each under a key of its own."""
    content = order.facts.content
    check(connection, order.facts.company, content)
    made = [
        rates.set_rate(
            connection, rate, key=f"{order.key}/{number}", person=order.people.maker,
            reason=reading.text(content, "reason") or None,
        )
        for number, rate in enumerate(stated(order.facts.company.id, content))
    ]  # fmt: skip
    return {"rates": [f"{each.rate}, version {each.version}" for each in made]}


def stated(company: UUID, content: Content) -> list[Rate]:
    """The rates of a document."""
    day, kind = reading.day(content, "day"), reading.text(content, "kind")
    of = company if reading.text(content, "holds_for") == THIS_COMPANY else None
    return [
        Rate(
            reading.text(row, "from_currency"), reading.text(row, "to_currency"), day, kind,
            Decimal(reading.text(row, "rate")), reading.text(content, "source"),
            int(reading.text(row, "units")), of,
        )
        for row in reading.rows(content, "rates")
    ]  # fmt: skip


SET_RATES = Operation(NEEDS, check, perform)
