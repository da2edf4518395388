"""Reversing an entry of the book by hand."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from domain.access.company import Company
from domain.definitions import content as reading
from domain.definitions.content import Content
from domain.identifiers import ENTRY, read, written
from domain.ledger import book, entries
from domain.operations.operation import Operation, Order
from domain.refusal import Refusal

NEEDS = {"entry": "text", "on_date": "date", "reason": "text"}


def check(connection: Connection, company: Company, content: Content) -> None:
    """The entry is there, in this company, and may be reversed."""
    id = read(ENTRY, reading.text(content, "entry"))
    found = entries.entry(connection, id)
    if found.entry.company != company.id:
        raise Refusal("entry_must_exist", f"{company.name} has no entry {content['entry']}.")
    if found.entry.kind == "reversal":
        raise Refusal("reversal_must_stay", "A reversal is not reversed; post the entry again.")
    if found.reversed_by is not None:
        mirror = written(ENTRY, found.reversed_by)
        raise Refusal("already_reversed", f"The entry was reversed already, by {mirror}.")


def perform(connection: Connection, order: Order) -> Mapping[str, Any]:
    """Post the mirror of the entry on the day asked for."""
    content = order.facts.content
    posted = book.reverse(
        connection,
        read(ENTRY, reading.text(content, "entry")),
        on_date=reading.day(content, "on_date"),
        reason=reading.text(content, "reason"),
        key=order.key,
        process=order.facts.process,
    )
    return {"entry": content["entry"], "reversal": written(ENTRY, posted.entry)}


REVERSE_ENTRY = Operation(NEEDS, check, perform)
