"""Revaluation: monetary foreign balances at the closing rate of a day, and back on the next.

Ind AS 21, paragraph 28: the difference is profit or loss of the period. It is not realised, so its
entry is reversed on the next day; the realised one belongs to the settlement, in `exchange`.
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select, text

from domain import canonical
from domain.database import with_json
from domain.ledger import book, periods
from domain.ledger.entry import EntryKind, JournalEntry, Posting
from domain.ledger.exchange import Dimensions, ExchangeAccounts, cleared, gain_or_loss
from domain.ledger.monetary import Line, Preview, Scope, preview
from domain.ledger.periods import PeriodState
from domain.ledger.tables import accounts
from domain.refusal import Refusal

__all__ = ["Preview", "Revaluation", "Scope", "preview", "revalue"]

BEGIN = text("SELECT * FROM ledger_begin_revaluation(:company, :hash, :key)")
RECORD = with_json("SELECT * FROM ledger_record_revaluation(:head, :hash, :lines)", "head", "lines")


@dataclass(frozen=True, slots=True)
class Revaluation:
    """A revaluation that was made: its entry, the reversal of it, and the clean-up of residues."""

    id: UUID
    company: UUID
    on: date
    kind: str
    entry: UUID | None
    reversal: UUID | None
    clean_up: UUID | None

    @property
    def has_posted(self) -> bool:
        """Whether anything differed."""
        return self.entry is not None or self.clean_up is not None

    def __str__(self) -> str:
        if not self.has_posted:
            return f"No balance differs from its {self.kind} rate on {self.on}; nothing was posted."
        made = ("revalued", self.entry), ("cleaned of residues", self.clean_up)
        return f"Balances were {' and '.join(what for what, entry in made if entry)} on {self.on}."


def revalue(
    connection: Connection,
    scope: Scope,
    *,
    through: ExchangeAccounts,
    key: str,
    roles: Sequence[str] = (),
    process: UUID | None = None,
) -> Revaluation:
    """Revalue once: one entry on the day and its reversal on the next, whose period must be open.

    Residues of settled balances go in an entry of their own, which stays. Balances that do not
    differ make no posting. Again under the same key returns the first, whatever was posted since;
    under another key only what has come to differ is posted. Raises Refusal as `preview` and
    `book.post` do, `next_period_must_be_open` and `clearing_account_must_not_be_monetary`.
    """
    digest = hashlib.sha256(canonical.written((scope, through)).encode()).digest()
    begun = {"company": scope.company, "hash": digest, "key": key}
    earlier = connection.execute(BEGIN, begun).one()
    if earlier.id is not None:
        return revaluation(earlier)
    found = preview(connection, scope)
    check_clearing(connection, scope.company, through.clearing)
    by = Poster(through, tuple(roles), process)
    made = {
        **post_unrealised(connection, found, by, key=key),
        **post_residues(connection, found, by, key=f"{key}/residues"),
    }
    head = {
        "company_id": scope.company,
        "revalued_on": scope.on,
        "rate_kind": scope.kind,
        "effect_key": key,
        **made,
    }
    kept = {"head": canonical.plain(head), "hash": digest, "lines": recorded(found.lines)}
    return revaluation(connection.execute(RECORD, kept).one())


def check_clearing(connection: Connection, company: UUID, code: str) -> None:
    """Clearing holds the other side of every crossing, so it has no worth of its own."""
    query = select(accounts.c.is_monetary).where(
        accounts.c.company_id == company, accounts.c.code == code
    )
    if connection.scalar(query):
        raise Refusal(
            "clearing_account_must_not_be_monetary",
            f"Account {code} is marked monetary, so it would be revalued itself. "
            "Use an exchange-clearing account that is not.",
        )


@dataclass(frozen=True, slots=True)
class Poster:
    """Through which accounts, with which roles and in which process entries are posted."""

    through: ExchangeAccounts
    roles: tuple[str, ...]
    process: UUID | None


def post_unrealised(
    connection: Connection, found: Preview, by: Poster, *, key: str
) -> dict[str, UUID]:
    """Post the differences of the day and their reversal, if there are any."""
    differences = [(line, line.unrealised) for line in found.lines if line.unrealised]
    if not differences:
        return {}
    on = found.scope.on
    check_next_period(connection, found.scope.company, on)
    narration = f"Revaluation at {found.scope.kind} rates of {on}"
    entry = entry_of(found, differences, by, narration)
    posted = book.post(connection, entry, key=key, roles=by.roles).entry
    reversal = book.reverse(
        connection,
        posted,
        on_date=on + timedelta(days=1),
        reason=f"Reversal of the revaluation of {on}",
        key=f"{key}/reversal",
        roles=by.roles,
        process=by.process,
    )
    return {"entry_id": posted, "reversal_id": reversal.entry}


def post_residues(
    connection: Connection, found: Preview, by: Poster, *, key: str
) -> dict[str, UUID]:
    """Post what settled balances left behind, if there is any. It is realised and stays."""
    differences = [(line, line.residue) for line in found.lines if line.residue]
    if not differences:
        return {}
    narration = f"Residues of settled foreign balances on {found.scope.on}"
    entry = entry_of(found, differences, by, narration)
    return {"clean_up_id": book.post(connection, entry, key=key, roles=by.roles).entry}


def check_next_period(connection: Connection, company: UUID, on: date) -> None:
    """Where the reversal will be posted. Raises Refusal, before anything is posted."""
    next_day = on + timedelta(days=1)
    period = periods.holding(connection, company, next_day)
    if period.state in (PeriodState.LOCKED, PeriodState.CLOSED):
        raise Refusal(
            "next_period_must_be_open",
            f"The revaluation of {on} is reversed on {next_day}, but {period.starts_on:%B %Y} is "
            f"{period.state}. Ask for it to be reopened, or revalue a later day.",
        )


def entry_of(
    found: Preview,
    differences: Sequence[tuple[Line, int]],
    by: Poster,
    narration: str,
) -> JournalEntry:
    """The entry that adds its difference to each balance, cleared for each set of dimensions."""
    through = by.through
    groups: defaultdict[Dimensions, list[Posting]] = defaultdict(list)
    for line, difference in differences:
        added = Posting(line.account, 0, line.currency, difference, line.dimensions)
        groups[through.kept(line.dimensions)].append(added)
    postings: list[Posting] = []
    currency = found.base_currency
    for dimensions, worth in groups.items():
        result = (
            *gain_or_loss(sum(max(one.base, 0) for one in worth), currency, through, dimensions),
            *gain_or_loss(sum(min(one.base, 0) for one in worth), currency, through, dimensions),
        )
        clearing = cleared((*worth, *result), currency, through.clearing, dimensions)
        postings += [*worth, *clearing, *result]
    scope = found.scope
    return JournalEntry(
        scope.company, scope.on, narration, tuple(postings), kind=EntryKind.REVALUATION,
        process=by.process,
    )  # fmt: skip


def recorded(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The lines as the database keeps them, with the one or two rates of each."""
    kept = []
    for number, line in enumerate(lines, 1):
        legs = line.quotation.legs if line.quotation else ()
        rates = [leg.version.id for leg in legs]
        kept.append(
            {
                "line": number,
                "account_id": line.account_id,
                "currency": line.currency,
                "dimension_set_id": line.dimension_set_id,
                "amount": line.amount,
                "carrying": line.carrying,
                "revalued": line.revalued,
                "rate_id": rates[0] if rates else None,
                "pivot_rate_id": rates[1] if len(rates) > 1 else None,
            }
        )
    return [canonical.plain(line) for line in kept]


def revaluation(row: Row[Any]) -> Revaluation:
    """A row of the table as what it means."""
    return Revaluation(
        row.id,
        row.company_id,
        row.revalued_on,
        row.rate_kind,
        row.entry_id,
        row.reversal_id,
        row.clean_up_id,
    )
