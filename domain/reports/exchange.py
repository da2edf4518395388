"""Exchange: the rates of a day, and what a revaluation at them would find."""

from collections.abc import Iterator

from sqlalchemy import Connection

from domain.ledger import accounts, rate_table
from domain.ledger.figures import Span
from domain.ledger.monetary import Line, Scope, preview
from domain.ledger.quotation import Version, written
from domain.reports import making, request
from domain.reports.presentation import postings_link
from domain.reports.report import Column, Report, Row, RowKind
from domain.reports.request import Asked

KIND = "closing"


def exchange_rates(connection: Connection, asked: Asked) -> Report:
    """Of every pair and kind the rate that serves on a day, with its source and version."""
    wanted = asked.request
    on = request.day(connection, wanted)
    found = rate_table.in_force(
        connection, asked.company.id, on, kind=wanted.kind, known_at=wanted.known_at
    )
    rows = tuple(rate(asked, each) for each in found)
    said = ((asked.say("rate_kind"), wanted.kind),) if wanted.kind else ()
    return making.report(asked, Span(None, on), rate_columns(asked), rows, said=said)


def rate_columns(asked: Asked) -> tuple[Column, ...]:
    """The columns of the table of rates."""
    return (
        Column("units", asked.say("units"), "number"),
        Column("from_currency", asked.say("currency"), "text"),
        Column("rate", asked.say("rate"), "decimal"),
        Column("to_currency", asked.say("to_currency"), "text"),
        Column("kind", asked.say("rate_kind"), "text"),
        Column("date", asked.say("date"), "date"),
        Column("source", asked.say("source"), "text"),
        Column("version", asked.say("version"), "number"),
    )


def rate(asked: Asked, found: Version) -> Row:
    """A rate as its source states it: 100 JPY = 55.91 INR."""
    stated = found.rate
    cells = (
        stated.units, stated.base_currency, written(stated.rate), stated.quote_currency,
        stated.kind, stated.on, stated.source, found.version,
    )  # fmt: skip
    return Row(RowKind.LINE, cells, 0, asked.company.base_currency)


def revaluation(connection: Connection, asked: Asked) -> Report:
    """Monetary balances in foreign currencies: what they carry, and what the rates say.

    Posts nothing. Raises Refusal `rate_must_exist`, `account_must_exist`,
    `account_must_be_monetary`.
    """
    wanted = asked.request
    on = request.day(connection, wanted)
    named = (wanted.account,) if wanted.account else None
    kind = wanted.kind or KIND
    scope = Scope(
        asked.company.id, on, kind, named, pivot=wanted.pivot, known_at=wanted.known_at
    )  # fmt: skip
    found = preview(connection, scope)
    chart = accounts.by_id(connection, asked.company.id)
    link = making.linked(asked, Span(None, on))
    rows = (
        *(balance(asked, line, chart[line.account_id], link) for line in found.lines),
        *total(asked, found.lines),
    )
    said = ((asked.say("rate_kind"), kind),)
    return making.report(asked, Span(None, on), revaluation_columns(asked), rows, said=said)


def revaluation_columns(asked: Asked) -> tuple[Column, ...]:
    """The balance in its currency, and in base currency as carried, as revalued, and the gain."""
    base = asked.company.base_currency
    return (
        Column("account", asked.say("account"), "text"),
        Column("title", asked.say("account_title"), "text"),
        Column("amount", asked.say("amount_in_currency")),
        Column("rates", asked.say("rate"), "text"),
        Column("carrying", asked.say("carrying_amount"), currency=base),
        Column("revalued", asked.say("revalued_amount"), currency=base),
        Column("difference", asked.say("exchange_difference"), currency=base),
    )


def balance(asked: Asked, line: Line, account: accounts.Account, link: dict[str, str]) -> Row:
    """A balance; a residue of none has no rate."""
    title = account.titled(asked.language)
    if line.dimensions:
        title += f" ({', '.join(value for _, value in line.dimensions)})"
    legs = line.quotation.legs if line.quotation else ()
    rates = "; ".join(stated(leg.version) for leg in legs) or None
    cells = (
        line.account, title, line.amount, rates, line.carrying, line.revalued, line.difference,
    )  # fmt: skip
    return Row(RowKind.LINE, cells, 0, line.currency, postings_link(line.account, link))


def stated(found: Version) -> str:
    """`1 USD = 83.1025 INR`."""
    rate = found.rate
    return f"{rate.units} {rate.base_currency} = {written(rate.rate)} {rate.quote_currency}"


def total(asked: Asked, lines: tuple[Line, ...]) -> Iterator[Row]:
    """The sums in base currency."""
    if lines:
        sums = (
            sum(line.carrying for line in lines),
            sum(line.revalued for line in lines),
            sum(line.difference for line in lines),
        )
        cells = (asked.say("total"), None, None, None, *sums)
        yield Row(RowKind.TOTAL, cells, 0, asked.company.base_currency)
