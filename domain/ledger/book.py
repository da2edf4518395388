"""The only way into the book: post and reverse, through the database's own functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Connection, text

from domain.database import by_driver
from domain.ledger.entry import JournalEntry, check_entry
from domain.refusal import Refusal

POST = """
    SELECT outcome, entry_id, number, code, message, warnings
    FROM ledger_post(%s::jsonb, %s)
"""
REVERSE = text("""
    SELECT outcome, entry_id, number, code, message, warnings
    FROM ledger_reverse(:entry, :on_date, :reason, :key, :process, :roles)
""")


class Mode(StrEnum):
    """What the refusal of one item does to the others: all fall, none falls, its chain falls."""

    ATOMIC = "atomic"
    INDEPENDENT = "independent"
    CHAINS = "chains"


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of a batch under its effect key. Items of one `chain` are posted together or not.

    `roles` are those of the person who acts: a soft-locked period lets some of them post.
    """

    key: str
    entry: JournalEntry
    chain: str | None = None
    roles: tuple[str, ...] = ()


ITEMS, ENTRY = TypeAdapter(list[Item]), TypeAdapter(JournalEntry)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one item: `posted`, `duplicate` (the first result) or `refused`.

    `warnings` tell of soft limits and budgets that the entry crossed.
    """

    outcome: str
    entry: UUID | None
    number: str | None
    code: str | None
    message: str | None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Posted:
    """An entry that stands in the book, its voucher number when it has one, and any warnings."""

    entry: UUID
    number: str | None
    warnings: tuple[str, ...] = ()


def post(
    connection: Connection, entry: JournalEntry, *, key: str, roles: Sequence[str] = ()
) -> Posted:
    """Post once. The same entry under the same key returns the first; a different one is refused.

    Raises Refusal with the first rule of the ladder that says no; then nothing is changed.
    """
    check_entry(entry)
    batch = stated([Item(key, entry, roles=tuple(roles))])
    (row,) = by_driver(connection, POST, (batch, Mode.ATOMIC.value)).fetchall()
    return posted(outcome(row))


def post_batch(
    connection: Connection, items: Sequence[Item], *, mode: Mode = Mode.INDEPENDENT
) -> tuple[Outcome, ...]:
    """Post many, each with its outcome as data, in their order. Atomic: the first refusal raises.

    A refusal that lies in the state of the book (a locked period, a limit) is the item's outcome
    for ever; one that lies in the item itself leaves its key free.
    """
    rows = by_driver(connection, POST, (stated(items), mode.value)).fetchall()
    return tuple([outcome(row) for row in rows])


def reverse(
    connection: Connection,
    entry: UUID,
    *,
    on_date: date,
    reason: str,
    key: str,
    process: UUID | None = None,
    roles: Sequence[str] = (),
) -> Posted:
    """Post the mirror of an entry, once. Refuses a second one and a date in a locked period."""
    values = {
        "entry": entry, "on_date": on_date, "reason": reason, "key": key, "process": process,
        "roles": list(roles),
    }  # fmt: skip
    return posted(outcome(connection.execute(REVERSE, values).one()))


def stated(items: Sequence[Item]) -> str:
    """Items as the JSON that the database reads. What has its usual value is left out."""
    return ITEMS.dump_json(list(items), exclude_defaults=True, warnings="error").decode()


def stated_entry(entry: JournalEntry) -> dict[str, Any]:
    """One entry as the database reads it, for what carries more than an entry."""
    found: dict[str, Any] = ENTRY.dump_python(
        entry, mode="json", exclude_defaults=True, warnings="error"
    )
    return found


def outcome(row: Sequence[Any]) -> Outcome:
    """A row of the database's answer."""
    said, entry, number, code, message, warnings = row
    return Outcome(said, entry, number, code, message, tuple(warnings or ()))


def posted(result: Outcome) -> Posted:
    """The entry behind an outcome. Raises the Refusal it carries."""
    if result.entry is None:
        raise Refusal(result.code or "unnamed", result.message or "")
    return Posted(result.entry, result.number, result.warnings)
