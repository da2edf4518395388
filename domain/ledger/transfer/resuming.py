"""Imports that can be taken up again: begun once, posted chunk by chunk, each in a transaction."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import Connection, select

from domain.access.tables import parties
from domain.database import with_json
from domain.ledger.transfer import chunk as chunks
from domain.ledger.transfer.chunk import Chunk

BEGIN = with_json(
    """
    SELECT id, digest, entries, position
    FROM ledger_begin_import(:company, :digest, :kind, :columns, :entries, :person)
    """,
    "columns",
)

Element = TypeVar("Element")
Transaction = Callable[[], AbstractContextManager[Connection]]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Stated:
    """What an import is begun with: its file's digest, its kind, how its columns were read."""

    digest: str
    kind: str
    entries: int
    columns: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Import:
    """An import that has begun: `position` of its entries are in the book."""

    id: UUID
    digest: str
    entries: int
    position: int


class Ready(NamedTuple):
    """So many entries as the columns in which they are sent."""

    entries: int
    columns: list[str]


def begin(connection: Connection, company: UUID, stated: Stated, *, person: UUID) -> Import:
    """Begin an import, once; again finds it where it stopped.

    Raises Refusal `import_must_have_entries`, `import_must_stay_as_begun`, `company_must_exist`,
    and for a whole journal `company_must_be_empty`.
    """
    values = {
        "company": company,
        "digest": stated.digest,
        "kind": stated.kind,
        "entries": stated.entries,
        "columns": dict(stated.columns),
        "person": person,
    }
    row = connection.execute(BEGIN, values).one()
    return Import(row.id, row.digest, row.entries, row.position)


def post_rest(
    transaction: Transaction,
    current: Import,
    ready_after: Callable[[int], Iterator[Ready]],
    progress: Progress,
) -> Import:
    """Post what is not in the book yet. A chunk is read while the one before it is posted.

    `ready_after` gives the chunks after so many entries. It is asked again when somebody else, who
    imports the same, was faster.
    """
    progress(current.position, current.entries)
    while True:
        for chunk in ahead(ready_after(current.position)):
            with transaction() as connection:
                position = chunks.post(connection, current.id, current.position, chunk.columns)
            is_ours = position == current.position + chunk.entries
            current = replace(current, position=position)
            progress(position, current.entries)
            if not is_ours:
                break
        else:
            return current


def ready(
    entries: Iterator[Element], chunk_of: Callable[[list[Element]], Chunk]
) -> Iterator[Ready]:
    """Entries by the chunk, as they are sent."""
    for part in batches(entries, chunks.SIZE):
        yield Ready(len(part), chunk_of(part).columns())


def batches(elements: Iterator[Element], size: int) -> Iterator[list[Element]]:
    """Lists of `size`, the last one shorter."""
    while part := list(islice(elements, size)):
        yield part


def ahead(elements: Iterable[Element]) -> Iterator[Element]:
    """The same elements, the next one made while the one before is used."""
    source = iter(elements)
    with ThreadPoolExecutor(1) as making:
        coming = making.submit(next, source, None)
        while (element := coming.result()) is not None:
            coming = making.submit(next, source, None)
            yield element


def party_ids(connection: Connection) -> Mapping[str, UUID]:
    """Parties by code."""
    rows = connection.execute(select(parties.c.code, parties.c.id))
    return {row.code: row.id for row in rows}
