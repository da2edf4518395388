"""Importing a whole journal into a company without entries: the same book, with ids and keys."""

from collections.abc import Iterator, Mapping
from datetime import date
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, text

from domain.database import with_json
from domain.ledger.tables import accounts
from domain.ledger.transfer import journal_file, resuming
from domain.ledger.transfer.booked import company
from domain.ledger.transfer.chunk import Chunk
from domain.ledger.transfer.journal_file import Whole
from domain.ledger.transfer.resuming import (
    Import,
    Progress,
    Ready,
    Stated,
    Transaction,
    party_ids,
    post_rest,
    ready,
)
from domain.ledger.transfer.table_file import digest as digest_of
from domain.refusal import Refusal

OPEN_ACCOUNT = with_json("SELECT ledger_open_account(:company, :stated)", "stated")
CLOSE_ACCOUNT = text("SELECT ledger_close_account(:company, :code, :day)")
OPEN_YEAR = text("SELECT ledger_open_year(:company, :day)")
MORE = ("kind", "voucher", "module", "reverses", "process", "document")


def restore(
    transaction: Transaction,
    company_id: UUID,
    path: Path,
    *,
    person: UUID,
    progress: Progress = lambda done, total: None,
) -> Import:
    """Import a journal file with its chart and years. Again, it continues where it stopped.

    Raises Refusal `journal_file_must_be_whole`, `company_must_be_empty`,
    `base_currency_must_be_that_of_the_journal`, `party_must_exist`, and what posting refuses.
    """
    whole = journal_file.check(path)
    with transaction() as connection:
        current = begin(connection, company_id, path, whole, person=person)
        known = party_ids(connection)

    def ready_after(position: int) -> Iterator[Ready]:
        return ready(islice(entries_of(path), position, None), lambda part: chunk_of(part, known))

    current = post_rest(transaction, current, ready_after, progress)
    with transaction() as connection:
        close_accounts(connection, company_id, whole)
    return current


def begin(
    connection: Connection, company_id: UUID, path: Path, whole: Whole, *, person: UUID
) -> Import:
    """Begin, once, and open what the journal needs."""
    theirs = whole.header["company"]["base_currency"]
    ours = company(connection, company_id).base_currency
    if ours != theirs:
        raise Refusal(
            "base_currency_must_be_that_of_the_journal",
            f"The journal is kept in {theirs}, the company in {ours}. Use a company in {theirs}.",
        )
    stated = Stated(digest_of(path, company_id), "journal", whole.entries, {})
    begun = resuming.begin(connection, company_id, stated, person=person)
    if begun.position == 0:
        for day in whole.header["fiscal_years"]:
            connection.execute(OPEN_YEAR, {"company": company_id, "day": date.fromisoformat(day)})
        for account in whole.header["accounts"]:
            connection.execute(OPEN_ACCOUNT, {"company": company_id, "stated": account})
    return begun


def close_accounts(connection: Connection, company_id: UUID, whole: Whole) -> None:
    """Close what was closed, once everything is posted."""
    query = select(accounts.c.code).where(accounts.c.company_id == company_id)
    open_codes = set(connection.scalars(query.where(accounts.c.closed_on.is_(None))))
    for account in whole.header["accounts"]:
        if "closed_on" in account and account["code"] in open_codes:
            day = date.fromisoformat(account["closed_on"])
            values = {"company": company_id, "code": account["code"], "day": day}
            connection.execute(CLOSE_ACCOUNT, values)


def entries_of(path: Path) -> Iterator[dict[str, Any]]:
    """The entries of a file that is whole."""
    for _, content in journal_file.lines(path):
        if "id" in content:
            yield content


def chunk_of(entries: list[dict[str, Any]], parties: Mapping[str, UUID]) -> Chunk:
    """Entries as the database reads them."""
    chunk = Chunk()
    for place, entry in enumerate(entries, 1):
        chunk.ids.append(UUID(entry["id"]))
        chunk.keys.append(entry["key"])
        chunk.days.append(date.fromisoformat(entry["entry_date"]))
        chunk.narrations.append(entry["narration"])
        chunk.parties.append(party_of(entry, parties))
        due_date = entry.get("due_date")
        chunk.due_dates.append(date.fromisoformat(due_date) if due_date else None)
        chunk.hashes.append(sha256(repr(entry).encode()).digest())
        more = {name: entry[name] for name in MORE if name in entry}
        chunk.more.append(more | entry.get("number", {}))
        chunk.counts.append(len(entry["postings"]))
        for line, posting in enumerate(entry["postings"], 1):
            chunk.places.append(place)
            chunk.lines.append(line)
            chunk.codes.append(posting["account"])
            chunk.currencies.append(posting["currency"])
            chunk.amounts.append(posting["amount"])
            chunk.base_amounts.append(posting["base_amount"])
            chunk.dimensions.append(posting.get("dimensions"))
    return chunk


def party_of(entry: Mapping[str, Any], parties: Mapping[str, UUID]) -> UUID | None:
    """The tenant's party of the code that the journal names."""
    code = entry.get("party")
    if code is not None and code not in parties:
        raise Refusal("party_must_exist", f"There is no party {code!r}. Add it, then go on.")
    return parties[code] if code is not None else None
