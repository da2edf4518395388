"""Open items in pages, first due first: what is still to be received or paid."""

from datetime import date

from sqlalchemy import Connection

from domain.access import company as companies
from domain.identifiers import ENTRY, written
from domain.ledger import entries
from domain.ledger.figures import Span
from domain.ledger.subledger import open_items as subledger
from domain.ledger.subledger.ageing import Control
from domain.ledger.subledger.open_items import ItemId, OpenItem, Place
from domain.reports import cursor, making, parties
from domain.reports.report import Column, Report, Row, RowKind
from domain.reports.request import Asked


def open_items(connection: Connection, asked: Asked) -> Report:
    """What is open now, above zero for what is owed. Raises Refusal `party_must_exist`."""
    wanted = asked.request
    control = parties.control(asked) if wanted.control else None
    said = parties.spoken(connection, asked, control)
    today = companies.today(connection)
    found = subledger.of_company(
        connection,
        asked.company.id,
        account=wanted.account,
        party=wanted.party,
        control=control,
        after=after(wanted.cursor) if wanted.cursor else None,
        limit=wanted.limit + 1,
    )
    shown, rest = found[: wanted.limit], found[wanted.limit :]
    return making.report(
        asked,
        Span(None, today),
        columns(asked),
        tuple(row(each, today) for each in shown),
        said=said,
        next=before(shown[-1]) if rest else None,
    )


def columns(asked: Asked) -> tuple[Column, ...]:
    """The columns of open items."""
    return (
        Column("due_date", asked.say("due_date"), "date"),
        Column("days_overdue", asked.say("days_overdue"), "number"),
        Column("account", asked.say("account"), "text"),
        Column("party", asked.say("party"), "text"),
        Column("date", asked.say("date"), "date"),
        Column("number", asked.say("number"), "text"),
        Column("narration", asked.say("narration"), "text"),
        Column("amount", asked.say("amount")),
        Column("open", asked.say("open_amount")),
        Column("base_open", asked.say("in_base"), currency=asked.company.base_currency),
    )


def row(item: OpenItem, today: date) -> Row:
    """An item, linked to its entry."""
    sign = Control(item.control).sign
    cells = (
        item.due_date, max((today - item.due_date).days, 0), item.account, item.party_code,
        item.entry_date, item.number, item.narration, sign * item.amount, sign * item.open_amount,
        sign * item.open_base_amount,
    )  # fmt: skip
    link = f"/v1/ledger/entries/{written(ENTRY, item.id.entry)}"
    return Row(RowKind.LINE, cells, 0, item.currency, link)


def before(item: OpenItem) -> str:
    """The cursor of the page that follows an item."""
    return cursor.write(entries.Place(item.due_date, item.id.entry, item.id.line))


def after(written: str) -> Place:
    """The item that a page ended with. Raises Refusal `cursor_must_be_ours`."""
    place = cursor.read(written)
    return Place(place.entry_date, ItemId(place.entry, place.line))
