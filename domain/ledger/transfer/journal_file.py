"""The canonical journal file: a header, one entry a line, and a trailer that proves it is whole.

JSON Lines in UTF-8, each line canonical (domain/canonical.py). Amounts are integer minor units,
debits above zero. What is empty is left out. The trailer has the SHA-256 of all lines before it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select

from domain.canonical import written
from domain.ledger.tables import accounts, periods
from domain.ledger.transfer.booked import Company, Recorded, company, in_order
from domain.refusal import Refusal

FORMAT = "kontor-journal"
VERSION = 1
TRAITS = (
    "code", "title", "kind", "normal_side", "currency", "slots", "opened_on", "closed_on",
    "is_heading", "control", "statement_line", "cash_flow", "is_monetary", "required_dimensions",
    "forbidden_dimensions", "translations",
)  # fmt: skip
NEEDED = {"id", "key", "entry_date", "narration", "postings"}


@dataclass(frozen=True, slots=True)
class Whole:
    """A journal file that was read to its end and found whole."""

    header: dict[str, Any]
    entries: int
    postings: int


def export(connection: Connection, company_id: UUID) -> Iterator[str]:
    """The lines of a company's whole journal. One state of the book only under REPEATABLE READ.

    Raises Refusal `company_must_exist`.
    """
    owner = company(connection, company_id)
    digest = sha256()
    counts = [0, 0]
    for content in contents(connection, owner, counts):
        line = written(content) + "\n"
        digest.update(line.encode())
        yield line
    trailer = {"entries": counts[0], "postings": counts[1], "sha256": digest.hexdigest()}
    yield written(trailer) + "\n"


def contents(connection: Connection, owner: Company, counts: list[int]) -> Iterator[dict[str, Any]]:
    """Header and entries; counts entries and postings."""
    yield {
        "format": FORMAT,
        "version": VERSION,
        "company": {
            "code": owner.code, "name": owner.name, "base_currency": owner.base_currency,
        },
        "fiscal_years": years(connection, owner.id),
        "accounts": chart(connection, owner.id),
    }  # fmt: skip
    for recorded in in_order(connection, owner.id):
        counts[0] += 1
        counts[1] += len(recorded.booked.entry.postings)
        yield stated(recorded)


def stated(recorded: Recorded) -> dict[str, Any]:
    """Everything an entry says."""
    booked, entry = recorded.booked, recorded.booked.entry
    content = {
        "id": booked.id,
        "key": booked.effect_key,
        "recorded_at": booked.recorded_at.isoformat(),
        "reverses": booked.reverses,
        "entry_date": entry.entry_date,
        "kind": entry.kind,
        "voucher": entry.voucher,
        "module": entry.module,
        "narration": entry.narration,
        "party": recorded.party,
        "due_date": entry.due_date,
        "process": entry.process,
        "document": entry.document,
        "number": recorded.number,
        "postings": [
            {
                "account": posting.account,
                "amount": posting.amount,
                "currency": posting.currency,
                "base_amount": posting.base,
                **({"dimensions": dict(posting.dimensions)} if posting.dimensions else {}),
            }
            for posting in entry.postings
        ],
    }
    return {name: value for name, value in content.items() if value is not None}


def years(connection: Connection, company_id: UUID) -> list[str]:
    """The first day of each fiscal year."""
    query = select(func.min(periods.c.starts_on)).where(periods.c.company_id == company_id)
    days = connection.scalars(query.group_by(periods.c.fiscal_year))
    return sorted(day.isoformat() for day in days)


def chart(connection: Connection, company_id: UUID) -> list[dict[str, Any]]:
    """The chart of accounts, each heading before what stands under it."""
    query = select(accounts).where(accounts.c.company_id == company_id).order_by(accounts.c.code)
    rows = {row.id: row for row in connection.execute(query)}

    def depth(row: Any) -> int:
        return 0 if row.parent_id is None else 1 + depth(rows[row.parent_id])

    def said(row: Any) -> dict[str, Any]:
        parent = rows[row.parent_id].code if row.parent_id is not None else None
        traits = {name: getattr(row, name) for name in TRAITS} | {"parent": parent}
        return {name: value for name, value in traits.items() if value is not None}

    return [said(row) for row in sorted(rows.values(), key=lambda row: (depth(row), row.code))]


def check(path: Path) -> Whole:
    """Read a journal file to its end. Raises Refusal `journal_file_must_be_whole`."""
    digest = sha256()
    header: dict[str, Any] = {}
    trailer: dict[str, Any] = {}
    entries = postings = 0
    before = b""
    for number, (line, content) in enumerate(lines(path), 1):
        if trailer:
            raise broken(path, f"Line {number} stands after the trailer")
        if number == 1:
            header = content
            if (header.get("format"), header.get("version")) != (FORMAT, VERSION):
                raise broken(path, f"Its first line names no {FORMAT} of version {VERSION}")
        elif "sha256" in content:
            trailer = content
        elif missing := NEEDED - content.keys():
            raise broken(path, f"Line {number} has no {', '.join(sorted(missing))}")
        else:
            entries += 1
            postings += len(content["postings"])
        digest.update(before)
        before = line
    expected = {"entries": entries, "postings": postings, "sha256": digest.hexdigest()}
    if trailer != expected:
        raise broken(path, f"Its trailer should be {written(expected)}")
    return Whole(header, entries, postings)


def lines(path: Path) -> Iterator[tuple[bytes, dict[str, Any]]]:
    """Each line as it stands and as what it says."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                content = json.loads(line)
            except ValueError:
                content = None
            if not isinstance(content, dict):
                raise broken(path, f"Line {number} is no JSON object")
            yield line, content


def broken(path: Path, what: str) -> Refusal:
    """The refusal of a file that was cut or changed."""
    return Refusal("journal_file_must_be_whole", f"{path.name}: {what}. Export the journal again.")
