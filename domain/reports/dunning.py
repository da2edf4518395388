"""Dunning: who is to be reminded on a day, at which level, and of which items."""

from collections.abc import Iterator

from sqlalchemy import Connection

from domain.identifiers import ENTRY, written
from domain.ledger.figures import Span
from domain.ledger.subledger.dunning import Dunned, Level, dunned
from domain.reports import making, request
from domain.reports.report import Column, Report, Row, RowKind
from domain.reports.request import Asked

# Days overdue from which on the first, the second and the third reminder are due.
LEVELS = (7, 21, 45)


def dunning(connection: Connection, asked: Asked) -> Report:
    """Parties with the level that their overdue receivables reach, and under each its items.

    What is open is what is open now. Raises Refusal `policy_must_rise`.
    """
    days = asked.request.levels or LEVELS
    on_date = request.day(connection, asked.request)
    policy = tuple(Level(level, day) for level, day in enumerate(days, 1))
    found = dunned(connection, asked.company.id, policy, on_date=on_date)
    rows = tuple(row for each in found for row in party(asked, each))
    said = ((asked.say("levels"), ", ".join(map(str, days))),)
    return making.report(asked, Span(None, on_date), columns(asked), rows, said=said)


def columns(asked: Asked) -> tuple[Column, ...]:
    """The columns of the dunning list."""
    return (
        Column("party", asked.say("party"), "text"),
        Column("name", asked.say("name"), "text"),
        Column("level", asked.say("level"), "number"),
        Column("level_sent", asked.say("level_sent"), "number"),
        Column("due_date", asked.say("due_date"), "date"),
        Column("days_overdue", asked.say("days_overdue"), "number"),
        Column("open", asked.say("open_amount")),
        Column("is_to_be_reminded", asked.say("is_to_be_reminded"), "text"),
    )


def party(asked: Asked, found: Dunned) -> Iterator[Row]:
    """A party in one currency, and the items that brought it to its level."""
    first = found.items[0]
    sent = max((item.level_sent or 0 for item in found.items), default=0)
    cells = (
        found.party_code, found.party_name, found.level, sent or None, first.due_date,
        first.days_overdue, found.amount,
        asked.say("yes" if found.is_to_be_reminded else "no"),
    )  # fmt: skip
    yield Row(RowKind.SUBTOTAL, cells, 0, found.currency)
    for item in found.items:
        link = f"/v1/ledger/entries/{written(ENTRY, item.id.entry)}"
        told = (
            found.party_code, None, None, item.level_sent, item.due_date, item.days_overdue,
            item.open_amount, None,
        )  # fmt: skip
        yield Row(RowKind.LINE, told, 1, found.currency, link)
