"""Budget variance: what was planned, what the book says, and the difference, month by month."""

from collections.abc import Iterator, Mapping
from itertools import groupby

from sqlalchemy import Connection

from domain.access import company as companies
from domain.ledger import accounts, budgets, periods
from domain.ledger.budgets import Figures, Variance
from domain.ledger.figures import Span
from domain.refusal import Refusal
from domain.reports import making
from domain.reports.report import Column, Report, Row, RowKind
from domain.reports.request import Asked

Place = tuple[str, tuple[tuple[str, str], ...]]


def budget_variance(connection: Connection, asked: Asked) -> Report:
    """A budget of a year against the book: each month, and from the year's start to its end.

    More than planned is above zero, on the account's normal side. The year is the one asked for, or
    that of today; the version the active one. Raises Refusal `budget_must_be_named`,
    `budget_must_exist`, `period_must_exist`.
    """
    wanted, company, today = asked.request, asked.company.id, companies.today(connection)
    if wanted.budget is None:
        raise Refusal("budget_must_be_named", "A variance is of one budget. Name it.")
    year = wanted.fiscal_year
    if year is None:
        year = periods.holding(connection, company, today).fiscal_year
    found = budgets.variance(
        connection, company, year, name=wanted.budget, version=wanted.version
    )  # fmt: skip
    titles = {
        account.code: account.titled(asked.language)
        for account in accounts.by_id(connection, company).values()
    }
    said = [(asked.say("fiscal_year"), year), (asked.say("budget"), wanted.budget)]
    if wanted.version is not None:
        said.append((asked.say("version"), str(wanted.version)))
    rows = tuple(rows_of(asked, found, titles))
    return making.report(asked, Span(None, today), columns(asked), rows, said=tuple(said))


def columns(asked: Asked) -> tuple[Column, ...]:
    """The month's figures, then those from the year's start."""
    return (
        Column("account", asked.say("account"), "text"),
        Column("month", asked.say("month"), "text"),
        Column("budget", asked.say("budget")),
        Column("actual", asked.say("actual")),
        Column("difference", asked.say("difference")),
        Column("percent", asked.say("percent"), "percent"),
        Column("year_budget", asked.say("year_budget")),
        Column("year_actual", asked.say("year_actual")),
        Column("year_difference", asked.say("year_difference")),
        Column("year_percent", asked.say("percent"), "percent"),
    )


def rows_of(asked: Asked, found: tuple[Variance, ...], titles: Mapping[str, str]) -> Iterator[Row]:
    """A heading for each account with its dimensions, and its months below."""
    currency = asked.company.base_currency
    for (account, dimensions), months in groupby(found, key=place):
        title = ", ".join([titles[account], *(f"{name} {value}" for name, value in dimensions)])
        yield Row(RowKind.HEADING, (title,), 0, currency)
        for each in months:
            named = (account, each.month.strftime("%Y-%m"))
            cells = (*named, *figures(each.in_month), *figures(each.year_to_date))
            yield Row(RowKind.LINE, cells, 1, currency)


def place(variance: Variance) -> Place:
    """What the months of one line share."""
    return variance.account, variance.dimensions


def figures(found: Figures) -> tuple[int | None, ...]:
    """Budget, actual, difference, and the difference in basis points of the budget."""
    return found.budget, found.actual, found.difference, found.basis_points
