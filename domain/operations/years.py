"""Opening a fiscal year, closing it, and opening a closed one again."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from domain.access.company import Company
from domain.definitions import content as reading
from domain.definitions.content import Content
from domain.identifiers import ENTRY, written
from domain.ledger import periods, years
from domain.ledger.periods import Period, PeriodState
from domain.operations.operation import Operation, Order
from domain.refusal import Refusal

NEEDS = {"fiscal_year": "text", "to_be": "choice", "reason": "text"}


class Wish(StrEnum):
    """What a year is to be: there at all, closed, or open again after it was closed."""

    OPENED = "opened"
    CLOSED = "closed"
    REOPENED = "reopened"


def check(connection: Connection, company: Company, content: Content) -> None:
    """What closing and reopening would refuse."""
    year = reading.text(content, "fiscal_year")
    match Wish(reading.text(content, "to_be")):
        case Wish.OPENED:
            check_opened(connection, company.id, year)
        case Wish.CLOSED:
            check_closed(connection, company.id, year, reading.text(content, "result_to"))
        case Wish.REOPENED:
            check_reopened(connection, company.id, year)


def check_opened(connection: Connection, company: UUID, year: str) -> None:
    """Only the year after the last: no gap, and nothing before what is closed."""
    found = periods.listed(connection, company)
    if any(period.fiscal_year == year for period in found):
        raise Refusal("year_must_be_new", f"{year} is open already. Nothing is to be done.")
    expected = next_year(found)
    if year != expected:
        raise Refusal(
            "year_must_follow_the_last",
            f"Years are opened one after the other: the next is {expected}, not {year}.",
        )


def next_year(found: tuple[Period, ...]) -> str:
    """The name of the year after the last: `2027-28`, or `2028` where years are calendar years."""
    return "-".join(
        f"{(int(part) + 1) % 10 ** len(part):0{len(part)}}"
        for part in found[-1].fiscal_year.split("-")
    )


def check_closed(connection: Connection, company: UUID, year: str, retained: str) -> None:
    """It is there, is open, has all its checklist, and its result has an account to go to."""
    if not retained:
        raise Refusal(
            "account_must_be_named",
            "Say in result_to which account of equity takes the result of the year.",
        )
    if periods.adjustment(connection, company, year).state is PeriodState.CLOSED:
        raise Refusal("year_must_be_open", f"{year} is closed already.")
    checklist = years.checklist(connection, company, year)
    failing = {each.name: each.what_to_do or "" for each in checklist if not each.holds}
    if failing:
        cures = " ".join(failing.values())
        raise Refusal(
            "year_must_be_ready_to_close", f"{year} cannot be closed yet. {cures}", **failing
        )


def check_reopened(connection: Connection, company: UUID, year: str) -> None:
    """It is closed, and no later one is."""
    last = periods.adjustment(connection, company, year)
    if last.state is not PeriodState.CLOSED:
        raise Refusal(
            "year_must_be_closed", f"{year} is not closed, so there is nothing to reopen."
        )
    for period in periods.listed(connection, company):
        if period.starts_on > last.ends_on and period.state is PeriodState.CLOSED:
            raise Refusal(
                "later_year_must_be_open",
                f"{period.fiscal_year} is closed. Reopen it before {year}.",
                fiscal_year=period.fiscal_year,
            )


def perform(connection: Connection, order: Order) -> Mapping[str, Any]:
    """Open, close or reopen the year, with who asked, who approved and why."""
    content, people, company = order.facts.content, order.people, order.facts.company
    year, wish = reading.text(content, "fiscal_year"), Wish(reading.text(content, "to_be"))
    said: dict[str, Any] = {"fiscal_year": year, "to_be": wish.value}
    reason = reading.text(content, "reason")
    if wish is Wish.OPENED:
        check_opened(connection, company.id, year)
        periods.open_year(connection, company.id, first_day_after(connection, company.id))
    elif wish is Wish.CLOSED:
        closing = years.close(
            connection, company.id, year, person=people.maker, reason=reason, key=order.key,
            process=order.facts.process, retained_earnings=reading.text(content, "result_to"),
        )  # fmt: skip
        said |= {"closing": closing.version, "entries": names(closing.entries)}
    elif people.checker is not None:
        closing = years.reopen(
            connection, company.id, year, maker=people.maker, checker=people.checker,
            reason=reason, key=order.key, process=order.facts.process,
        )  # fmt: skip
        said |= {"closing": closing.version, "reversed": names(closing.entries)}
    else:
        raise Refusal("checker_must_be_named", "Reopening a year needs a second person.")
    return said


def first_day_after(connection: Connection, company: UUID) -> date:
    """The first day that no year holds yet."""
    last = periods.listed(connection, company)[-1].ends_on
    return date.fromordinal(last.toordinal() + 1)


def names(entries: tuple[UUID, ...]) -> list[str]:
    """Entries as people see them."""
    return [written(ENTRY, entry) for entry in entries]


SET_YEAR = Operation(NEEDS, check, perform)
