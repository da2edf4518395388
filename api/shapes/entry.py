"""Journal entries over the wire."""

from datetime import date

from pydantic import BaseModel

from api.caller import Caller
from api.shapes.base import Money, Resource, Time, money
from domain.identifiers import COMPANY, ENTRY, PROCESS, written
from domain.ledger.reading import EntryRecord, PostingRecord


class PostingBody(BaseModel):
    """One side of an entry; `amount` is positive on both sides."""

    side: str
    account: str
    account_title: str
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
    process: str | None
    reverses: str | None
    reversed_by: str | None
    postings: list[PostingBody]


def entry(caller: Caller, found: EntryRecord, *, display: bool = False) -> EntryBody:
    """An entry with its postings."""
    return EntryBody(
        tenant=caller.tenant_id,
        livemode=caller.livemode,
        id=written(ENTRY, found.id),
        number=found.number,
        company=written(COMPANY, found.company),
        entry_date=found.entry_date,
        recorded_at=found.recorded_at,
        kind=found.kind,
        narration=found.narration,
        process=written(PROCESS, found.process) if found.process else None,
        reverses=written(ENTRY, found.reverses) if found.reverses else None,
        reversed_by=written(ENTRY, found.reversed_by) if found.reversed_by else None,
        postings=[posting(each, display=display) for each in found.postings],
    )


def posting(found: PostingRecord, *, display: bool) -> PostingBody:
    """A posting with its side in words."""
    positive = type(found.amount)(abs(found.amount.amount), found.amount.currency)
    return PostingBody(
        side="debit" if found.amount.amount > 0 else "credit",
        account=found.account,
        account_title=found.account_title,
        amount=money(positive, display=display),
        dimensions=dict(found.dimensions),
    )
