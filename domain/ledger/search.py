"""Finding entries by what people know of them: dates, words, an amount, an account, a number."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select

from domain.ledger import entries
from domain.ledger.entries import BookedEntry
from domain.ledger.tables import accounts, journal_entries, postings, voucher_numbers
from domain.listing import Condition, where

ESCAPE: Final = "\\"

COLUMNS: Mapping[str, ColumnElement[Any]] = {
    "entry_date": journal_entries.c.entry_date,
    "recorded_at": journal_entries.c.recorded_at,
    "kind": journal_entries.c.kind,
    "voucher": journal_entries.c.voucher,
    "module": journal_entries.c.module,
    "party": journal_entries.c.party_id,
    "process": journal_entries.c.process_id,
    "reverses": journal_entries.c.reverses,
    "number": voucher_numbers.c.number,
}


def found(
    connection: Connection,
    company: UUID,
    conditions: Iterable[Condition] = (),
    *,
    before: UUID | None = None,
    limit: int = 50,
) -> tuple[BookedEntry, ...]:
    """A page of the entries that meet every condition, last recorded first.

    Beside the columns: `account` is a code, `amount` is of one of the postings, on either side, in
    minor units, and `q` words that all stand in the narration, in any case. `before` is the last id
    of the page before.
    """
    stated = tuple(conditions)
    query = entries.heads().where(journal_entries.c.company_id == company)
    query = where(query, COLUMNS, (each for each in stated if each.field in COLUMNS))
    for field in ("account", "amount"):
        if asked := [each for each in stated if each.field == field]:
            query = query.where(posted(*(SPECIAL[field](each) for each in asked)))
    for each in stated:
        if each.field == "q":
            query = query.where(*map(narrated, str(each.value).split()))
    if before is not None:
        query = query.where(journal_entries.c.id < before)
    return entries.read(connection, query.order_by(journal_entries.c.id.desc()).limit(limit))


def posted(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether one posting of the entry meets all the conditions."""
    of_entry = postings.c.entry_id == journal_entries.c.id
    query = select(postings.c.line).join(accounts, accounts.c.id == postings.c.account_id)
    return exists(query.where(of_entry, *conditions).correlate(journal_entries))


def on_account(condition: Condition) -> ColumnElement[bool]:
    """A posting on the account of this code, of the entry's own company."""
    same_company = accounts.c.company_id == journal_entries.c.company_id
    return and_(same_company, accounts.c.code == condition.value)


def of_amount(condition: Condition) -> ColumnElement[bool]:
    """A posting of this amount on either side: more than, less than, or exactly."""
    amount, value = postings.c.amount, condition.value
    match condition.operation:
        case "gte":
            return or_(amount >= value, amount <= -value)
        case "lte":
            return amount.between(-value, value)
        case _:
            return amount.in_([value, -value])


SPECIAL: Mapping[str, Callable[[Condition], ColumnElement[bool]]] = {
    "account": on_account,
    "amount": of_amount,
}


def narrated(word: str) -> ColumnElement[bool]:
    """Whether a word stands in the narration, whatever its case."""
    return journal_entries.c.narration.icontains(word, autoescape=True, escape=ESCAPE)
