"""Importing a table: look at all of it first, then post it in chunks that can be taken up again."""

import pickle
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from io import SEEK_END
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO
from uuid import UUID

from sqlalchemy import Connection, select

from domain.access.tables import companies
from domain.canonical import plain
from domain.ledger.entry import EntryKind
from domain.ledger.transfer import chunk as chunks
from domain.ledger.transfer import drafts
from domain.ledger.transfer.chunk import Refused
from domain.ledger.transfer.drafts import Draft, RowRefusal
from domain.ledger.transfer.mapping import Columns
from domain.ledger.transfer.resuming import (
    Import,
    Progress,
    Ready,
    Stated,
    Transaction,
    ahead,
    batches,
    begin,
    party_ids,
    post_rest,
    ready,
)
from domain.ledger.transfer.table_file import digest as digest_of
from domain.ledger.transfer.tables import imports
from domain.refusal import Refusal

# Which column a rule of a posting speaks of.
COLUMN_OF = {
    "account": "account", "posting": "debit", "amount": "debit", "currency": "currency",
    "base": "base_amount", "party": "party", "period": "day", "effect": "reference",
}  # fmt: skip


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
class AccountSum:
    """Debits and credits of one account in one currency, in minor units."""

    account: str
    currency: str
    debit: int
    credit: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would post. With a refusal it posts nothing: mend the rows and look again.

    `imported` of the entries are in the book already. `accounts` is the table's own trial balance,
    to be laid beside that of the program it comes from.
    """

    digest: str
    imported: int
    entries: int
    postings: int
    sums: tuple[Sum, ...]
    accounts: tuple[AccountSum, ...]
    refusals: tuple[RowRefusal, ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """Entries of the table: all, those whose party nobody has, those the book is asked about."""

    drafts: list[Draft]
    without_party: list[Draft]
    sound: list[Draft]
    ready: Ready


def preview(connection: Connection, company: UUID, source: Source) -> Preview:
    """Read the whole table and say everything that is wrong with it, by row. Changes nothing.

    Raises Refusal when it is no table or does not fit the mapping, and `import_must_be_of_kind`.
    """
    return examined(connection, company, source, keep=lambda ready: None)


def examined(
    connection: Connection, company: UUID, source: Source, *, keep: Callable[[Ready], None]
) -> Preview:
    """The preview; each chunk that it found sound is given to `keep`, ready to be posted."""
    check_kind(source)
    known = party_ids(connection)
    digest = digest_of(source.path, company)
    current = begun(connection, company, source)
    counted = Counted(current.position if current else 0)
    table = batches(entries_of(connection, company, source), chunks.SIZE)
    for looked in ahead(sifted(table, counted.imported, digest, known)):
        counted.add(looked.drafts)
        counted.refusals += (no_party(each, source.columns) for each in looked.without_party)
        if looked.sound:
            columns = looked.ready.columns
            for refused in chunks.refusals(connection, company, source.kind, columns):
                counted.refusals.append(by_row(refused, looked.sound, source.columns))
        if not counted.refusals:
            keep(looked.ready)
    return counted.preview(digest)


def sifted(
    table: Iterator[list[Draft]], imported: int, digest: str, known: Mapping[str, UUID]
) -> Iterator[Looked]:
    """Drafts by the chunk, those to be asked about ready."""
    for drafted in table:
        lost = [each for each in drafted if each.party and each.party not in known]
        fresh, imported = drafted[imported:], max(imported - len(drafted), 0)
        sound = [d for d in fresh if not d.refusals and (not d.party or d.party in known)]
        ready = Ready(len(sound), chunks.of(sound, digest, known).columns())
        yield Looked(drafted, lost, sound, ready)


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
    further on (a period was locked meanwhile) stops it there with what it has posted. What the
    preview read is kept in a file until it is posted, so that the table is read once.
    """
    is_kept = False
    with TemporaryFile() as kept:
        with transaction() as connection:
            current = begun(connection, company, source)
            if current is None:
                found = examined(connection, company, source, keep=partial(pickle.dump, file=kept))
                is_kept = not found.refusals
                # Another may have begun it while we looked; then what it posted is no mistake.
                current = begun(connection, company, source)
            if current is None:
                check_clean(found)
                stated = Stated(found.digest, source.kind, found.entries, plain(source.columns))
                current = begin(connection, company, stated, person=person)
            known = party_ids(connection)
            base_currency = base_currency_of(connection, company)
        digest = current.digest

        def ready_after(position: int) -> Iterator[Ready]:
            if position == 0 and is_kept:
                return taken_up(kept)
            entries = drafts.read(source.path, source.columns, base_currency=base_currency)
            return ready(
                islice(entries, position, None), lambda part: chunks.of(part, digest, known)
            )

        return post_rest(transaction, current, ready_after, progress)


def taken_up(kept: IO[bytes]) -> Iterator[Ready]:
    """What the preview kept: all of the table."""
    end = kept.seek(0, SEEK_END)
    kept.seek(0)
    while kept.tell() < end:
        yield pickle.load(kept)


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
    base_currency = base_currency_of(connection, company)
    return drafts.read(source.path, source.columns, base_currency=base_currency)


def base_currency_of(connection: Connection, company: UUID) -> str:
    """The company's base currency. Raises Refusal `company_must_exist`."""
    query = select(companies.c.base_currency).where(companies.c.id == company)
    base_currency: str | None = connection.execute(query).scalar_one_or_none()
    if base_currency is None:
        raise Refusal("company_must_exist", f"There is no company {company}.")
    return base_currency


class Counted:
    """What a preview has seen so far of a table whose first `imported` entries are in the book."""

    def __init__(self, imported: int) -> None:
        self.imported = imported
        self.entries = 0
        self.postings = 0
        self.debits: Counter[tuple[str, str]] = Counter()
        self.credits: Counter[tuple[str, str]] = Counter()
        self.refusals: list[RowRefusal] = []

    def add(self, drafted: list[Draft]) -> None:
        """Count entries and keep what is wrong with their rows."""
        self.entries += len(drafted)
        for draft in drafted:
            self.refusals += draft.refusals
            self.postings += len(draft.postings)
            for posting in draft.postings:
                side = self.debits if posting.amount > 0 else self.credits
                side[posting.account, posting.currency] += abs(posting.amount)

    def preview(self, digest: str) -> Preview:
        """All of it, refusals by row."""
        accounts = tuple(
            AccountSum(*named, self.debits[named], self.credits[named])
            for named in sorted({*self.debits, *self.credits})
        )
        currencies = sorted({each.currency for each in accounts})
        sums = tuple(
            Sum(
                currency,
                sum(each.debit for each in accounts if each.currency == currency),
                sum(each.credit for each in accounts if each.currency == currency),
            )
            for currency in currencies
        )
        refusals = tuple(sorted(self.refusals, key=lambda each: each.row))
        return Preview(digest, self.imported, self.entries, self.postings, sums, accounts, refusals)


def no_party(draft: Draft, columns: Columns) -> RowRefusal:
    """The refusal of a party whose code nobody has."""
    message = f"There is no party {draft.party!r}. Add it or correct the code."
    return RowRefusal(draft.row, columns.party, "party_must_exist", message)


def by_row(refused: Refused, drafted: list[Draft], columns: Columns) -> RowRefusal:
    """What the book says of a chunk, as said of the table."""
    draft = drafted[refused.place - 1]
    row = draft.postings[refused.line - 1].row if refused.line else draft.row
    column = getattr(columns, COLUMN_OF.get(refused.code.split("_")[0], ""), None)
    return RowRefusal(row, column, refused.code, refused.message)
