"""The calendar of the book: its periods with their state, and what closing a year waits for."""

from sqlalchemy import Connection

from domain.access import company as companies
from domain.ledger import periods as book_periods
from domain.ledger import years
from domain.ledger.figures import Span
from domain.ledger.periods import Period, PeriodState
from domain.ledger.years import Check
from domain.refusal import Refusal
from domain.reports import making
from domain.reports.report import Column, Report, Row, RowKind
from domain.reports.request import Asked


def periods(connection: Connection, asked: Asked) -> Report:
    """Every period by date, who may still post in it, and why it has its state.

    Raises Refusal `year_must_exist`.
    """
    listed = book_periods.listed(connection, asked.company.id)
    wanted = asked.request.fiscal_year
    found = [each for each in listed if wanted in (None, each.fiscal_year)]
    if wanted and not found:
        raise Refusal("year_must_exist", f"There is no fiscal year {wanted!r}. Open it first.")
    rows = tuple(period(asked, each) for each in found)
    span = Span(None, companies.today(connection))
    return making.report(asked, span, period_columns(asked), rows)


def period_columns(asked: Asked) -> tuple[Column, ...]:
    """The columns of the periods."""
    return (
        Column("fiscal_year", asked.say("fiscal_year"), "text"),
        Column("since", asked.say("since"), "date"),
        Column("until", asked.say("until"), "date"),
        Column("kind", asked.say("kind_of_period"), "text"),
        Column("state", asked.say("state"), "text"),
        Column("roles", asked.say("roles"), "text"),
        Column("modules", asked.say("modules"), "text"),
        Column("changed_on", asked.say("changed_on"), "date"),
        Column("reason", asked.say("reason"), "text"),
    )


def period(asked: Asked, found: Period) -> Row:
    """A period; a module that is locked alone stands with its state."""
    alone = [
        f"{each.module}: {state(asked, each.state)}"
        for each in found.modules
        if each.state is not PeriodState.OPEN
    ]
    cells = (
        found.fiscal_year,
        found.starts_on,
        found.ends_on,
        asked.say("adjustment" if found.is_adjustment else "month"),
        state(asked, found.state),
        ", ".join(found.roles) or None,
        ", ".join(alone) or None,
        found.changed_at.date() if found.changed_at else None,
        found.reason,
    )
    return Row(RowKind.LINE, cells)


def state(asked: Asked, state: PeriodState) -> str:
    """`locked` in the reader's language."""
    return asked.say(f"state_{state}")


def closing_checklist(connection: Connection, asked: Asked) -> Report:
    """What must hold before a year is closed, what does not, and what to do about it.

    The year is the one asked for, or that of today. Raises Refusal `year_must_exist`,
    `period_must_exist`.
    """
    company, today = asked.company.id, companies.today(connection)
    year = asked.request.fiscal_year
    if year is None:
        year = book_periods.holding(connection, company, today).fiscal_year
    checks = years.checklist(connection, company, year)
    rows = tuple(check(asked, each) for each in checks)
    said = ((asked.say("fiscal_year"), year),)
    columns = (
        Column("check", asked.say("check"), "text"),
        Column("title", asked.say("must_hold"), "text"),
        Column("holds", asked.say("holds"), "text"),
        Column("what_to_do", asked.say("what_to_do"), "text"),
    )
    return making.report(asked, Span(None, today), columns, rows, said=said)


def check(asked: Asked, found: Check) -> Row:
    """A line of the list. A check that config has no words for yet stands by its name."""
    word = f"check_{found.name}"
    title = asked.say(word) if word in asked.words.words else found.name.replace("_", " ")
    holds = asked.say("yes" if found.holds else "no")
    return Row(RowKind.LINE, (found.name, title, holds, found.what_to_do))
