"""The only way into the book: post and reverse, through the database's own functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from domain.canonical import plain
from domain.ledger.entry import JournalEntry, check_entry
from domain.refusal import Refusal

POST = text("SELECT * FROM ledger_post(:batch, :atomic)").bindparams(
    bindparam("batch", type_=JSONB)
)
REVERSE = text("SELECT * FROM ledger_reverse(:entry, :on_date, :reason, :key, :process)")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one item: `posted`, `duplicate` (the first result) or `refused`."""

    outcome: str
    entry: UUID | None
    number: str | None
    code: str | None
    message: str | None


@dataclass(frozen=True, slots=True)
class Posted:
    """An entry that stands in the book, and its voucher number when it has one."""

    entry: UUID
    number: str | None


def post(connection: Connection, entry: JournalEntry, *, key: str) -> Posted:
    """Post once. The same entry under the same key returns the first; a different one is refused.

    Raises Refusal with the first rule of the ladder that says no; then nothing is changed.
    """
    check_entry(entry)
    rows = connection.execute(POST, {"batch": [item(entry, key)], "atomic": True})
    return posted(outcome(rows.one()))


def post_batch(
    connection: Connection, entries: Sequence[tuple[str, JournalEntry]], *, atomic: bool = False
) -> tuple[Outcome, ...]:
    """Post many `(key, entry)`, each with its outcome as data. Atomic: the first refusal raises."""
    batch = [item(entry, key) for key, entry in entries]
    rows = connection.execute(POST, {"batch": batch, "atomic": atomic})
    return tuple(outcome(row) for row in rows)


def reverse(
    connection: Connection,
    entry: UUID,
    *,
    on_date: date,
    reason: str,
    key: str,
    process: UUID | None = None,
) -> Posted:
    """Post the mirror of an entry, once. Refuses a second one and a date in a locked period."""
    values = {
        "entry": entry, "on_date": on_date, "reason": reason, "key": key, "process": process,
    }  # fmt: skip
    return posted(outcome(connection.execute(REVERSE, values).one()))


def item(entry: JournalEntry, key: str) -> dict[str, Any]:
    """The entry as the database reads it."""
    lines = [
        {
            "account": posting.account,
            "amount": posting.amount,
            "currency": posting.currency,
            "base_amount": posting.base_amount,
            "dimensions": dict(posting.dimensions),
        }
        for posting in entry.postings
    ]
    head = {
        "company": entry.company,
        "entry_date": entry.entry_date,
        "kind": entry.kind,
        "narration": entry.narration,
        "party": entry.party,
        "due_date": entry.due_date,
        "process": entry.process,
        "document": entry.document,
        "series": entry.numbering and entry.numbering.series,
        "pattern": entry.numbering and entry.numbering.pattern,
    }
    return {"key": key, **{name: plain(value) for name, value in head.items()}, "postings": lines}


def outcome(row: Row[Any]) -> Outcome:
    """A row of the database's answer."""
    return Outcome(row.outcome, row.entry_id, row.number, row.code, row.message)


def posted(result: Outcome) -> Posted:
    """The entry behind an outcome. Raises the Refusal it carries."""
    if result.entry is None:
        raise Refusal(result.code or "unnamed", result.message or "")
    return Posted(result.entry, result.number)
