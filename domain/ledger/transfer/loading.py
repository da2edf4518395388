"""Importing a table: look at all of it first, then post it in chunks that can be taken up again."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, select

from domain.access.tables import companies
from domain.canonical import plain
from domain.ledger.entry import EntryKind
from domain.ledger.transfer import chunk as chunks
from domain.ledger.transfer import drafts
from domain.ledger.transfer.drafts import Draft, RowRefusal
from domain.ledger.transfer.mapping import Columns
from domain.ledger.transfer.resuming import (
    Import,
    Progress,
    Stated,
    Transaction,
    ahead,
    batches,
    begin,
    party_ids,
    post_rest,
)
from domain.ledger.transfer.table_file import digest as digest_of
from domain.ledger.transfer.tables import imports
from domain.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Source:
    """A table with what its columns mean, and as which kind its entries are posted."""

    path: Path
    columns: Columns
    kind: EntryKind = EntryKind.IMPORT


@dataclass(frozen=True, slots=True)
class Sum:
    """Debits and credits of one currency, in minor units."""

    currency: str
    debit: int
    credit: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would post. With a refusal it posts nothing: mend the rows and look again.

    `imported` of the entries are in the book already.
    """

    digest: str
    imported: int
    entries: int
    postings: int
    sums: tuple[Sum, ...]
    refusals: tuple[RowRefusal, ...]


def preview(connection: Connection, company: UUID, source: Source) -> Preview:
    """Read the whole table and say everything that is wrong with it, by row. Changes nothing.

    Raises Refusal when it is no table or does not fit the mapping, and `import_must_be_of_kind`.
    """
    check_kind(source)
    known = party_ids(connection)
    digest = digest_of(source.path, company)
    current = begun(connection, company, source)
    imported = current.position if current else 0
    counted = Counted()
    for part in ahead(batches(entries_of(connection, company, source), chunks.SIZE)):
        fresh = part[max(imported - counted.entries, 0) :]
        for draft in part:
            counted.add(draft)
            if draft.party and draft.party not in known:
                counted.refusals.append(no_party(draft, source.columns))
        sound = [d for d in fresh if not d.refusals and (not d.party or d.party in known)]
        if sound:
            chunk = chunks.of(sound, digest, known)
            counted.refusals += chunks.refusals(
                connection, company, source.kind, sound, chunk, columns=source.columns
            )
    return counted.preview(digest, imported)


def load(
    transaction: Transaction,
    company: UUID,
    source: Source,
    *,
    person: UUID,
    progress: Progress = lambda done, total: None,
) -> Import:
    """Post the whole table, a chunk in each transaction. Again, it continues where it stopped.

    Nothing is begun unless the preview is clean: `import_must_be_clean`. A rule that says no
    further on (a period was locked meanwhile) stops it there with what it has posted.
    """
    with transaction() as connection:
        current = begun(connection, company, source)
        if current is None:
            found = preview(connection, company, source)
            # Another may have begun it while we looked; then what it posted is no mistake.
            current = begun(connection, company, source)
        if current is None:
            check_clean(found)
            stated = Stated(found.digest, source.kind, found.entries, plain(source.columns))
            current = begin(connection, company, stated, person=person)
    with transaction() as connection:
        known = party_ids(connection)
        entries = entries_of(connection, company, source)
    digest = current.digest
    return post_rest(
        transaction, current, entries, lambda part: chunks.of(part, digest, known), progress
    )


def begun(connection: Connection, company: UUID, source: Source) -> Import | None:
    """The import of this table when some of it is in the book already."""
    digest = digest_of(source.path, company)
    query = select(imports).where(imports.c.company_id == company, imports.c.digest == digest)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    if row.kind != source.kind or row.columns != plain(source.columns):
        raise Refusal(
            "import_must_stay_as_begun",
            f"The import of this table was begun at {row.started_at} as {row.kind}, with columns "
            "of its own. Go on with the same kind and columns.",
        )
    return Import(row.id, digest, row.entries, row.position)


def check_clean(found: Preview) -> None:
    """Raises Refusal `import_must_be_clean` with the first of what is wrong."""
    if found.refusals:
        first = found.refusals[0]
        where = f"row {first.row}" + (f", column {first.column}" if first.column else "")
        raise Refusal(
            "import_must_be_clean",
            f"{len(found.refusals)} things are wrong with the table. The first, in {where}: "
            f"{first.message} Mend the rows and look at the preview again.",
            first=first.code,
        )


def check_kind(source: Source) -> None:
    """Raises Refusal `import_must_be_of_kind`."""
    if source.kind not in (EntryKind.OPENING, EntryKind.IMPORT):
        raise Refusal(
            "import_must_be_of_kind",
            f"A table is imported as opening or import, not as {source.kind}.",
        )


def entries_of(connection: Connection, company: UUID, source: Source) -> Iterator[Draft]:
    """The entries of the table, read as they are asked for."""
    query = select(companies.c.base_currency).where(companies.c.id == company)
    base_currency = connection.execute(query).scalar_one_or_none()
    if base_currency is None:
        raise Refusal("company_must_exist", f"There is no company {company}.")
    return drafts.read(source.path, source.columns, base_currency=base_currency)


class Counted:
    """What a preview has seen so far."""

    def __init__(self) -> None:
        self.entries = 0
        self.postings = 0
        self.debits: Counter[str] = Counter()
        self.credits: Counter[str] = Counter()
        self.refusals: list[RowRefusal] = []

    def add(self, draft: Draft) -> None:
        """Count an entry and keep what is wrong with its rows."""
        self.entries += 1
        self.postings += len(draft.postings)
        self.refusals += draft.refusals
        for posting in draft.postings:
            side = self.debits if posting.amount > 0 else self.credits
            side[posting.currency] += abs(posting.amount)

    def preview(self, digest: str, imported: int) -> Preview:
        """All of it, refusals by row."""
        sums = tuple(
            Sum(currency, self.debits[currency], self.credits[currency])
            for currency in sorted(self.debits.keys() | self.credits.keys())
        )
        refusals = tuple(sorted(self.refusals, key=lambda each: each.row))
        return Preview(digest, imported, self.entries, self.postings, sums, refusals)


def no_party(draft: Draft, columns: Columns) -> RowRefusal:
    """The refusal of a party whose code nobody has."""
    message = f"There is no party {draft.party!r}. Add it or correct the code."
    return RowRefusal(draft.row, columns.party, "party_must_exist", message)
