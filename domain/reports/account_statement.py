"""A statement of account: what a party is sent, with what each item was settled by."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import Connection

from domain.identifiers import ENTRY, written
from domain.ledger import accounts
from domain.ledger.subledger.statement_of_account import AccountStatement, StatementLine
from domain.ledger.subledger.statement_of_account import statement_of_account as stated
from domain.reports import making, parties, request
from domain.reports.journals import sides
from domain.reports.report import Column, Report, Row, RowKind
from domain.reports.request import Asked


def statement_of_account(connection: Connection, asked: Asked) -> Report:
    """One party's items over a range, by account and currency, with the balance after each.

    Debits and credits are as in the book; balances and what is open stand above zero for what is
    owed. Raises Refusal `party_must_be_named`, `party_must_exist`.
    """
    control = parties.control(asked)
    party = parties.party(connection, asked)
    span = request.span(connection, asked)
    assert span.since is not None
    assert span.until is not None
    found = stated(
        connection,
        asked.company.id,
        party.id,
        since=span.since,
        until=span.until,
        control=control,
    )
    titles = {
        account.code: account.titled(asked.language)
        for account in accounts.by_id(connection, asked.company.id).values()
    }
    rows = tuple(
        row
        for each in found.accounts
        for row in section(asked, each, titles[each.account], control.sign)
    )
    said = parties.spoken(connection, asked, control)
    return making.report(asked, span, columns(asked), rows, said=said)


def columns(asked: Asked) -> tuple[Column, ...]:
    """The columns of the statement."""
    return (
        Column("date", asked.say("date"), "date"),
        Column("number", asked.say("number"), "text"),
        Column("narration", asked.say("narration"), "text"),
        Column("due_date", asked.say("due_date"), "date"),
        Column("debit", asked.say("debit")),
        Column("credit", asked.say("credit")),
        Column("balance", asked.say("balance")),
        Column("settled", asked.say("settled")),
        Column("open", asked.say("open_amount")),
    )


def section(asked: Asked, found: AccountStatement, title: str, sign: int) -> Iterator[Row]:
    """One account in one currency: opening, items with their settlements, closing."""
    currency = found.currency
    heading = (None, None, f"{title} ({currency})")
    yield Row(RowKind.HEADING, heading, 0, currency)
    yield balance(RowKind.SUBTOTAL, asked.say("opening_balance"), sign * found.opening, currency)
    for line in found.lines:
        yield from item(asked, line, currency, sign)
    yield balance(RowKind.TOTAL, asked.say("closing_balance"), sign * found.closing, currency)


def balance(kind: RowKind, title: str, amount: int, currency: str) -> Row:
    """What was owed before or after all."""
    return Row(kind, (None, None, title, None, None, None, amount), 0, currency)


def item(asked: Asked, line: StatementLine, currency: str, sign: int) -> Iterator[Row]:
    """What was posted, and under it what settled it."""
    cells = (
        line.entry_date, line.number, line.narration, line.due_date, *sides(line.amount),
        sign * line.balance, None, sign * line.open_amount,
    )  # fmt: skip
    yield Row(RowKind.LINE, cells, 0, currency, entry_link(line.item.entry))
    for each in line.settled_with:
        told = asked.say("settled_with", narration=each.narration)
        settled = (
            each.on_date, each.number, told, None, None, None, None, -sign * each.amount, None,
        )  # fmt: skip
        yield Row(RowKind.LINE, settled, 1, currency, entry_link(each.other.entry))


def entry_link(entry: UUID) -> str:
    """The entry that an item was posted by."""
    return f"/v1/ledger/entries/{written(ENTRY, entry)}"
