"""Many entries as the columns in which the database reads them, and the two calls that do."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from domain.database import by_driver
from domain.ledger.transfer.drafts import Draft

SIZE = 10_000
TYPES = {
    "ids": "uuid", "keys": "text", "days": "date", "narrations": "text", "parties": "uuid",
    "due_dates": "date", "hashes": "bytea", "more": "jsonb", "counts": "integer",
    "places": "integer", "lines": "integer", "codes": "text",
    "currencies": "text", "amounts": "bigint", "base_amounts": "bigint", "dimensions": "jsonb",
}  # fmt: skip
ARRAYS = ", ".join(f"%s::{kind}[]" for kind in TYPES.values())
POST = f"SELECT ledger_import(%s, %s, {ARRAYS})"
PREVIEW = f"SELECT * FROM ledger_preview_import(%s, %s, {ARRAYS})"
LOOK = f"SELECT * FROM ledger_look_at_import(%s, %s, {ARRAYS})"


class Refused(NamedTuple):
    """What the book would refuse: a line of the entry at a place of a chunk, or all of it (0)."""

    place: int
    line: int
    code: str
    message: str


@dataclass(slots=True)
class Chunk:
    """Entries side by side, then their postings side by side.

    `counts` says how many postings an entry has, `places` which entry a posting is of, from 1.
    """

    ids: list[UUID | None] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    days: list[date] = field(default_factory=list)
    narrations: list[str] = field(default_factory=list)
    parties: list[UUID | None] = field(default_factory=list)
    due_dates: list[date | None] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)
    more: list[dict[str, Any] | None] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    currencies: list[str] = field(default_factory=list)
    amounts: list[int] = field(default_factory=list)
    base_amounts: list[int | None] = field(default_factory=list)
    dimensions: list[dict[str, Any] | None] = field(default_factory=list)

    def columns(self) -> list[str]:
        """The columns in the order of the database's parameters; empty where nothing stands."""
        values = (getattr(self, each.name) for each in fields(self))
        return [array([] if column.count(None) == len(column) else column) for column in values]


# What is written as it is.
WRITTEN: Mapping[type, Callable[[Any], str]] = {
    type(None): lambda _: "NULL", int: str, date: str, UUID: str,
    bytes: lambda octets: f'"\\\\x{octets.hex()}"',
}  # fmt: skip


def array(values: list[Any]) -> str:
    """A column as PostgreSQL reads an array in text; the driver takes ten times as long."""
    kinds = set(map(type, values))
    if kinds == {str}:
        joined = '","'.join(values)
        if "\\" not in joined and joined.count('"') == 2 * len(values) - 2:
            return f'{{"{joined}"}}'
    write = WRITTEN.get(kinds.pop(), element) if len(kinds) == 1 else element
    return "{" + ",".join(map(write, values)) + "}"


def element(value: Any) -> str:
    """One element of an array."""
    if (write := WRITTEN.get(type(value))) is not None:
        return write(value)
    written = json.dumps(value) if isinstance(value, dict) else str(value)
    if "\\" in written or '"' in written:
        written = written.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{written}"'


def of(drafts: Sequence[Draft], digest: str, parties: Mapping[str, UUID]) -> Chunk:
    """Drafts under the keys of their file."""
    counts = [len(draft.postings) for draft in drafts]
    postings = [posting for draft in drafts for posting in draft.postings]
    return Chunk(
        ids=[None] * len(drafts),
        keys=[key(digest, draft.reference) for draft in drafts],
        days=[draft.entry_date for draft in drafts],
        narrations=[draft.narration for draft in drafts],
        parties=[parties[draft.party] if draft.party else None for draft in drafts],
        due_dates=[draft.due_date for draft in drafts],
        hashes=[content_hash(draft) for draft in drafts],
        more=[None] * len(drafts),
        counts=counts,
        places=[place for place, count in enumerate(counts, 1) for _ in range(count)],
        lines=[line for count in counts for line in range(1, count + 1)],
        codes=[posting.account for posting in postings],
        currencies=[posting.currency for posting in postings],
        amounts=[posting.amount for posting in postings],
        base_amounts=[posting.base_amount for posting in postings],
        dimensions=[dict(posting.dimensions) or None for posting in postings],
    )


def content_hash(draft: Draft) -> bytes:
    """SHA-256 of what is posted, wherever it stands in the table."""
    postings = [posting[1:] for posting in draft.postings]
    stated = (str(draft.entry_date), draft.narration, draft.party, str(draft.due_date), postings)
    return sha256(repr(stated).encode()).digest()


def key(digest: str, reference: str) -> str:
    """The effect key of an entry of a file."""
    return f"import/{digest}/{reference}"


def post(connection: Connection, import_id: UUID, since: int, columns: Sequence[str]) -> int:
    """Post a chunk's columns, all or nothing; how many entries of the file are in the book then.

    Raises the Refusal that posting the entries one by one would have raised first.
    """
    ((position,),) = by_driver(connection, POST, (import_id, since, *columns)).fetchall()
    return int(position)


def refusals(
    connection: Connection, company: UUID, kind: str, columns: Sequence[str]
) -> list[Refused]:
    """Everything that the book would refuse of a chunk's columns. Changes nothing."""
    rows = by_driver(connection, PREVIEW, (company, kind, *columns)).fetchall()
    return [Refused(*row) for row in rows]


def looked_at(
    connection: Connection, company: UUID, kind: str, columns: Sequence[str]
) -> list[Refused]:
    """The same with the rights of a reader: no period is held meanwhile."""
    rows = by_driver(connection, LOOK, (company, kind, *columns)).fetchall()
    return [Refused(*row) for row in rows]
