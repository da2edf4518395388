"""Journal entries and the postings of an account over the wire."""

from datetime import date

from pydantic import BaseModel

from api.caller import Caller
from api.shapes.base import Money, Resource, Time, money
from domain.identifiers import COMPANY, ENTRY, PARTY, PROCESS, written
from domain.ledger.entries import AccountPosting, BookedEntry
from domain.ledger.entry import Posting
from domain.money import Money as Amount


class PostingBody(BaseModel):
    """One side of an entry; `amount` is positive on both sides."""

    side: str
    account: str
    amount: Money
    dimensions: dict[str, str]


class EntryBody(Resource):
    """A journal entry. It is never changed: `reversed_by` names the one that undoes it."""

    id: str
    number: str | None
    company: str
    entry_date: date
    recorded_at: Time
    kind: str
    narration: str
    party: str | None
    due_date: date | None
    process: str | None
    reverses: str | None
    reversed_by: str | None
    postings: list[PostingBody]


class AccountPostingBody(PostingBody):
    """One posting of an account, and what is told of its entry."""

    entry: str
    number: str | None
    entry_date: date
    narration: str
    process: str | None


def entry(caller: Caller, found: BookedEntry, *, display: bool = False) -> EntryBody:
    """An entry with its postings."""
    stated = found.entry
    return EntryBody(
        tenant=caller.tenant_id,
        livemode=caller.livemode,
        id=written(ENTRY, found.id),
        number=found.number,
        company=written(COMPANY, stated.company),
        entry_date=stated.entry_date,
        recorded_at=found.recorded_at,
        kind=stated.kind.value,
        narration=stated.narration,
        party=written(PARTY, stated.party) if stated.party else None,
        due_date=stated.due_date,
        process=written(PROCESS, stated.process) if stated.process else None,
        reverses=written(ENTRY, found.reverses) if found.reverses else None,
        reversed_by=written(ENTRY, found.reversed_by) if found.reversed_by else None,
        postings=[posting(each, display=display) for each in stated.postings],
    )


def posting(found: Posting, *, display: bool = False) -> PostingBody:
    """A posting with its side in words."""
    return PostingBody(
        side="debit" if found.amount > 0 else "credit",
        account=found.account,
        amount=money(Amount(abs(found.amount), found.currency), display=display),
        dimensions=dict(found.dimensions),
    )


def account_posting(found: AccountPosting, *, display: bool = False) -> AccountPostingBody:
    """A posting of an account."""
    return AccountPostingBody(
        **posting(found.posting, display=display).model_dump(),
        entry=written(ENTRY, found.place.entry),
        number=found.number,
        entry_date=found.place.entry_date,
        narration=found.narration,
        process=written(PROCESS, found.process) if found.process else None,
    )
