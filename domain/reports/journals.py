"""General ledger and day book: postings in order of date, in pages, each linked to its entry."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby

from sqlalchemy import Connection

from domain.identifiers import ENTRY, written
from domain.ledger import accounts, figures, journal
from domain.ledger.figures import Span
from domain.ledger.journal import JournalLine, Wanted
from domain.refusal import Refusal
from domain.reports import columns, cursor, making, request
from domain.reports.presentation import postings_link
from domain.reports.report import Column, Report, Row, RowKind
from domain.reports.request import Asked
from domain.reports.statement import asking


def general_ledger(connection: Connection, asked: Asked) -> Report:
    """One account's postings of a range with the balance after each, in base currency.

    A page opens with the balance before it. Raises Refusal `account_must_be_named_to_read`,
    `account_must_exist`.
    """
    wanted = asked.request
    if wanted.account is None:
        raise Refusal(
            "account_must_be_named_to_read", "A general ledger is of one account. Name it."
        )
    account = accounts.named(connection, asked.company.id, wanted.account)
    span = request.span(connection, asked)
    which = Wanted(asked.company.id, span, account.id, wanted.dimensions, wanted.known_at)
    after = cursor.read(wanted.cursor) if wanted.cursor else None
    page = journal.of_account(connection, which, after=after, limit=wanted.limit + 1)
    shown, rest = page[: wanted.limit], page[wanted.limit :]
    held = before(connection, asked, account.id, after.entry_date if after else span.since)
    if after is not None:
        held += sum(journal.up_to(connection, which, after))
    link = postings_link(account.code, making.linked(asked, span))
    rows = tuple(running(asked, shown, held, link, is_last=not rest))
    return making.report(
        asked,
        span,
        ledger_columns(asked),
        rows,
        notes=making.known(asked),
        next=cursor.write(shown[-1].place) if rest else None,
    )


def before(connection: Connection, asked: Asked, account: int, day: date | None) -> int:
    """What the account held when a day began, in base currency."""
    assert day is not None
    question = asking(asked, (Span(None, day - columns.DAY),))
    found = figures.ask(connection, replace(question, only=account))
    return figures.base_amounts(found).get(account, 0)


def ledger_columns(asked: Asked) -> tuple[Column, ...]:
    """The columns of the general ledger."""
    return (
        Column("date", asked.say("date"), "date"),
        Column("number", asked.say("number"), "text"),
        Column("narration", asked.say("narration"), "text"),
        Column("debit", asked.say("debit")),
        Column("credit", asked.say("credit")),
        Column("balance", asked.say("balance")),
    )


def running(
    asked: Asked, lines: Sequence[JournalLine], held: int, link: str, *, is_last: bool
) -> Iterator[Row]:
    """The balance before, each posting with the balance after, and on the last page the closing."""
    currency = asked.company.base_currency
    opening = (None, None, asked.say("opening_balance"), None, None, held)
    yield Row(RowKind.SUBTOTAL, opening, 0, currency, link)
    for line in lines:
        held += line.base_amount
        cells = (
            line.place.entry_date, line.number, line.narration, *sides(line.base_amount), held,
        )  # fmt: skip
        yield Row(RowKind.LINE, cells, 0, currency, entry_link(line))
    if is_last:
        closing = (None, None, asked.say("closing_balance"), None, None, held)
        yield Row(RowKind.TOTAL, closing, 0, currency, link)


def sides(amount: int) -> tuple[int | None, int | None]:
    """A posting stands on one side, the other is empty."""
    return (amount, None) if amount >= 0 else (None, -amount)


def entry_link(line: JournalLine) -> str:
    """The entry, which links to its process."""
    return f"/v1/ledger/entries/{written(ENTRY, line.place.entry)}"


def day_book(connection: Connection, asked: Asked) -> Report:
    """Every entry of a day or range with its postings, by date and then as recorded."""
    wanted = asked.request
    day = request.day(connection, wanted)
    span = Span(wanted.since or day, day)
    if wanted.since and wanted.since > day:
        raise Refusal(
            "range_must_run_forward",
            f"The range starts on {wanted.since} and ends on {day}. Swap the two.",
        )
    which = Wanted(asked.company.id, span, None, wanted.dimensions, wanted.known_at)
    after = cursor.read(wanted.cursor) if wanted.cursor else None
    found = journal.of_company(connection, which, after=after, limit=wanted.limit + 1)
    entries = [list(lines) for _, lines in groupby(found, key=lambda line: line.place.entry)]
    shown, rest = entries[: wanted.limit], entries[wanted.limit :]
    chart = accounts.by_id(connection, asked.company.id)
    rows = [row for lines in shown for row in entry_rows(asked, lines, chart)]
    return making.report(
        asked,
        span,
        day_book_columns(asked),
        tuple(rows),
        notes=making.known(asked),
        next=cursor.write(shown[-1][-1].place) if rest else None,
    )


def day_book_columns(asked: Asked) -> tuple[Column, ...]:
    """The columns of the day book."""
    return (
        Column("date", asked.say("date"), "date"),
        Column("number", asked.say("number"), "text"),
        Column("particulars", asked.say("particulars"), "text"),
        Column("debit", asked.say("debit")),
        Column("credit", asked.say("credit")),
    )


def entry_rows(
    asked: Asked, lines: Sequence[JournalLine], chart: Mapping[int, accounts.Account]
) -> Iterator[Row]:
    """An entry's narration, and a row for each posting in the currency it was made in."""
    head = lines[0]
    base = asked.company.base_currency
    named = (head.place.entry_date, head.number, head.narration, None, None)
    day = Span(head.place.entry_date, head.place.entry_date)
    yield Row(RowKind.HEADING, named, 0, base, entry_link(head))
    for line in lines:
        title = chart[line.account].titled(asked.language)
        is_base = line.currency == base or line.amount == 0
        cells = (None, None, title, *sides(line.base_amount if is_base else line.amount))
        currency = base if is_base else line.currency
        link = postings_link(chart[line.account].code, making.linked(asked, day))
        yield Row(RowKind.LINE, cells, 1, currency, link)
