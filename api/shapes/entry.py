"""Journal entries and the postings of an account over the wire."""

from datetime import date

from pydantic import BaseModel, Field

from api.caller import Caller
from api.shapes.base import Money, Resource, Time, money
from domain.identifiers import COMPANY, DOCUMENT, ENTRY, PARTY, PROCESS, written
from domain.ledger.entries import AccountPosting, BookedEntry, Seal
from domain.ledger.entry import EntryKind, Posting, Voucher
from domain.money import Money as Amount


class PostingBody(BaseModel):
    """One side of an entry; both amounts are positive on either side.

    A revaluation has an amount of zero and only a `base_amount`.
    """

    side: str = Field(examples=["debit"])
    account: str = Field(examples=["bank"])
    amount: Money
    base_amount: Money = Field(description="The same in the company's currency.")
    dimensions: dict[str, str] = Field(examples=[{"branch": "BLR"}])


class SealBody(BaseModel):
    """Where an entry stands in the signed chain of seals."""

    batch: int
    sequence: int = Field(description="Its place in the batch, from 1 on.")
    sealed_at: Time


class EntryBody(Resource):
    """A journal entry. It is never changed: `reversed_by` names the one that undoes it."""

    id: str
    number: str | None = Field(examples=["PI/2026-27/00001"])
    company: str
    entry_date: date
    recorded_at: Time
    kind: str = Field(description="Why it exists.", examples=list(EntryKind))
    voucher: str = Field(description="What an accountant calls it.", examples=list(Voucher))
    module: str
    narration: str
    party: str | None
    due_date: date | None
    process: str | None
    document: str | None
    effect_key: str = Field(description="Under this key it was posted, once.")
    reverses: str | None
    reversed_by: str | None
    warnings: list[str] = Field(description="Soft limits and budgets that it crossed.")
    seal: SealBody | None = Field(description="Null until the sealer has run, within minutes.")
    postings: list[PostingBody]
    links: dict[str, str]


class AccountPostingBody(PostingBody):
    """One posting of an account, and what is told of its entry."""

    entry: str
    number: str | None
    entry_date: date
    narration: str
    process: str | None


def entry(
    caller: Caller, found: BookedEntry, *, base_currency: str, display: bool = False
) -> EntryBody:
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
        voucher=stated.voucher.value,
        module=stated.module.value,
        narration=stated.narration,
        party=written(PARTY, stated.party) if stated.party else None,
        due_date=stated.due_date,
        process=written(PROCESS, stated.process) if stated.process else None,
        document=written(DOCUMENT, stated.document) if stated.document else None,
        effect_key=found.effect_key,
        reverses=written(ENTRY, found.reverses) if found.reverses else None,
        reversed_by=written(ENTRY, found.reversed_by) if found.reversed_by else None,
        warnings=list(found.warnings),
        seal=seal(found.seal) if found.seal else None,
        postings=[
            posting(each, base_currency=base_currency, display=display) for each in stated.postings
        ],
        links=linked(found),
    )


def seal(found: Seal) -> SealBody:
    """The seal of an entry."""
    return SealBody(batch=found.batch, sequence=found.sequence, sealed_at=found.sealed_at)


def linked(found: BookedEntry) -> dict[str, str]:
    """Where the entry, its process, and the entries that it reverses or is reversed by are."""
    others = {"reverses": found.reverses, "reversed_by": found.reversed_by}
    links = {
        name: f"/v1/ledger/entries/{written(ENTRY, id)}"
        for name, id in {"self": found.id, **others}.items()
        if id is not None
    }
    if found.entry.process:
        links["process"] = f"/v1/processes/{written(PROCESS, found.entry.process)}"
    return links


def posting(found: Posting, *, base_currency: str, display: bool = False) -> PostingBody:
    """A posting with its side in words."""
    base = Amount(abs(found.base), base_currency)
    return PostingBody(
        side="debit" if (found.amount or found.base) > 0 else "credit",
        account=found.account,
        amount=money(Amount(abs(found.amount), found.currency), display=display),
        base_amount=money(base, display=display),
        dimensions=dict(found.dimensions),
    )


def account_posting(
    found: AccountPosting, *, base_currency: str, display: bool = False
) -> AccountPostingBody:
    """A posting of an account."""
    shown = posting(found.posting, base_currency=base_currency, display=display)
    return AccountPostingBody(
        **shown.model_dump(),
        entry=written(ENTRY, found.place.entry),
        number=found.number,
        entry_date=found.place.entry_date,
        narration=found.narration,
        process=written(PROCESS, found.process) if found.process else None,
    )
