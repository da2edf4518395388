"""Many entries as the columns in which the database reads them, and the two calls that do."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from domain.ledger.transfer.drafts import Draft, RowRefusal
from domain.ledger.transfer.mapping import Columns

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

# Which column a rule of a posting speaks of.
COLUMN_OF = {
    "account": "account", "posting": "debit", "amount": "debit", "currency": "currency",
    "base": "base_amount", "party": "party", "period": "day", "effect": "reference",
}  # fmt: skip


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
        """The columns in the order of the database's parameters."""
        return [array(getattr(self, each.name)) for each in fields(self)]


def array(values: list[Any]) -> str:
    """A column as PostgreSQL reads an array in text; the driver takes ten times as long."""
    return "{" + ",".join(map(element, values)) + "}"


def element(value: Any) -> str:
    """One element of an array."""
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, bytes):
        return f'"\\\\x{value.hex()}"'
    written = json.dumps(value) if isinstance(value, dict) else str(value)
    if "\\" in written or '"' in written:
        written = written.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{written}"'


def of(drafts: Iterable[Draft], digest: str, parties: Mapping[str, UUID]) -> Chunk:
    """Drafts under the keys of their file."""
    chunk = Chunk()
    for place, draft in enumerate(drafts, 1):
        chunk.ids.append(None)
        chunk.keys.append(key(digest, draft.reference))
        chunk.days.append(draft.entry_date)
        chunk.narrations.append(draft.narration)
        chunk.parties.append(parties[draft.party] if draft.party else None)
        chunk.due_dates.append(draft.due_date)
        chunk.hashes.append(sha256(repr(draft).encode()).digest())
        chunk.more.append(None)
        chunk.counts.append(len(draft.postings))
        for line, posting in enumerate(draft.postings, 1):
            chunk.places.append(place)
            chunk.lines.append(line)
            chunk.codes.append(posting.account)
            chunk.currencies.append(posting.currency)
            chunk.amounts.append(posting.amount)
            chunk.base_amounts.append(posting.base_amount)
            named = posting.dimensions
            chunk.dimensions.append(dict(named) if named else None)
    return chunk


def key(digest: str, reference: str) -> str:
    """The effect key of an entry of a file."""
    return f"import/{digest}/{reference}"


def post(connection: Connection, import_id: UUID, since: int, chunk: Chunk) -> int:
    """Post a chunk, all of it or nothing; how many entries of the file are in the book then.

    Raises the Refusal that posting the entries one by one would have raised first.
    """
    return int(run(connection, POST, [import_id, since, *chunk.columns()])[0][0])


def refusals(
    connection: Connection,
    company: UUID,
    kind: str,
    drafts: list[Draft],
    chunk: Chunk,
    *,
    columns: Columns,
) -> list[RowRefusal]:
    """Everything that the book would refuse of a chunk, by row. Changes nothing."""
    found = run(connection, PREVIEW, [company, kind, *chunk.columns()])
    said = []
    for ordinal, line, code, message in found:
        draft = drafts[ordinal - 1]
        row = draft.postings[line - 1].row if line else draft.row
        column = getattr(columns, COLUMN_OF.get(code.split("_")[0], ""), None)
        said.append(RowRefusal(row, column, code, message))
    return said


def run(connection: Connection, statement: str, values: list[Any]) -> list[Any]:
    """The rows that a statement of the driver's own answers."""
    result = connection.exec_driver_sql(statement, tuple(values))
    return list(result.all())
