"""The only way into the book: post and reverse, through the database's own functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from domain.ledger.entry import EntryKind, JournalEntry, Module, Posting, Voucher, check_entry
from domain.refusal import Refusal

POST = text("SELECT * FROM ledger_post(:batch, :mode)").bindparams(bindparam("batch", type_=JSONB))
REVERSE = text("SELECT * FROM ledger_reverse(:entry, :on_date, :reason, :key, :process)")


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
    batch = [stated(Item(key, entry, roles=tuple(roles)))]
    rows = connection.execute(POST, {"batch": batch, "mode": Mode.ATOMIC})
    return posted(outcome(rows.one()))


def post_batch(
    connection: Connection, items: Sequence[Item], *, mode: Mode = Mode.INDEPENDENT
) -> tuple[Outcome, ...]:
    """Post many, each with its outcome as data, in their order. Atomic: the first refusal raises.

    A refusal that lies in the state of the book (a locked period, a limit) is the item's outcome
    for ever; one that lies in the item itself leaves its key free.
    """
    batch = [stated(item) for item in items]
    rows = connection.execute(POST, {"batch": batch, "mode": mode})
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


def stated(item: Item) -> dict[str, Any]:
    """The item as the database reads it. What has its usual value is left out."""
    entry = item.entry
    head: dict[str, Any] = {
        "company": str(entry.company),
        "entry_date": entry.entry_date.isoformat(),
        "narration": entry.narration,
        "postings": [line(posting) for posting in entry.postings],
    }
    if entry.kind is not EntryKind.NORMAL:
        head["kind"] = entry.kind
    if entry.voucher is not Voucher.JOURNAL:
        head["voucher"] = entry.voucher
    if entry.module is not Module.GENERAL:
        head["module"] = entry.module
    if entry.numbering is not None:
        head |= {"series": entry.numbering.series, "pattern": entry.numbering.pattern}
    for name in ("party", "due_date", "process", "document"):
        if (value := getattr(entry, name)) is not None:
            head[name] = str(value)
    found: dict[str, Any] = {"key": item.key, "entry": head}
    if item.chain is not None:
        found["chain"] = item.chain
    if item.roles:
        found["roles"] = item.roles
    return found


def line(posting: Posting) -> dict[str, Any]:
    """The posting as the database reads it."""
    found: dict[str, Any] = {
        "account": posting.account,
        "amount": posting.amount,
        "currency": posting.currency,
    }
    if posting.base_amount is not None:
        found["base_amount"] = posting.base_amount
    if posting.dimensions:
        found["dimensions"] = dict(posting.dimensions)
    return found


def outcome(row: Row[Any]) -> Outcome:
    """A row of the database's answer."""
    return Outcome(
        row.outcome, row.entry_id, row.number, row.code, row.message, tuple(row.warnings or ())
    )


def posted(result: Outcome) -> Posted:
    """The entry behind an outcome. Raises the Refusal it carries."""
    if result.entry is None:
        raise Refusal(result.code or "unnamed", result.message or "")
    return Posted(result.entry, result.number, result.warnings)
