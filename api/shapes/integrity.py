"""Whether the book agrees with itself, over the wire."""

from datetime import datetime

from pydantic import BaseModel, Field

from api.caller import Caller
from api.shapes.base import Money, Resource, Time, money
from domain.access.company import Company
from domain.identifiers import COMPANY, written
from domain.ledger.checks import KeptCheck
from domain.ledger.integrity import Checked, Integrity
from domain.ledger.sealing.verify_seal import Head
from domain.ledger.statements import TrialBalance
from domain.money import Money as Amount


class CheckBody(BaseModel):
    """One comparison of what is kept with raw postings."""

    name: str = Field(examples=["seals_hold"])
    holds: bool
    compared: int
    difference: str | None


class TrialBody(BaseModel):
    """The sums of both sides in the company's currency, which are one."""

    debit: Money
    credit: Money
    is_zero: bool = Field(description="Whether debits less credits are.")


class ChainBody(BaseModel):
    """The last sealed batch; its hash stands for every entry that was sealed."""

    batch: int
    hash: str
    entries: int = Field(description="How many entries were sealed up to here.")
    sealed_at: Time


class LastCheck(BaseModel):
    """What the nightly check found last."""

    checked_at: Time
    holds: bool
    difference: str | None


class IntegrityBody(Resource):
    """Whether the book agrees with itself, recomputed from raw postings."""

    company: str
    holds: bool
    entries: int
    postings: int
    difference: str | None
    checked_at: Time
    checks: list[CheckBody]
    trial_balance: TrialBody
    chain: ChainBody | None = Field(description="Null before the first seal.")
    last_check: LastCheck | None = Field(description="Of this company's book, in the night.")
    last_check_of_seals: LastCheck | None


def integrity(
    caller: Caller, of: Company, found: Integrity, trial: TrialBalance, *, checked_at: datetime,
    head: Head | None, last: KeptCheck | None, last_of_seals: KeptCheck | None,
) -> IntegrityBody:  # fmt: skip
    """What was found now, beside what was found before."""
    debit, credit = trial.base_debit, trial.base_credit
    return IntegrityBody(
        tenant=caller.tenant_id,
        livemode=caller.livemode,
        company=written(COMPANY, of.id),
        holds=found.holds,
        entries=found.entries,
        postings=found.postings,
        difference=found.difference,
        checked_at=checked_at,
        checks=[check(each) for each in found.checks],
        trial_balance=TrialBody(
            debit=money(Amount(debit, of.base_currency)),
            credit=money(Amount(credit, of.base_currency)),
            is_zero=debit == credit,
        ),
        chain=chain(head) if head else None,
        last_check=last_check(last) if last else None,
        last_check_of_seals=last_check(last_of_seals) if last_of_seals else None,
    )


def check(found: Checked) -> CheckBody:
    """A comparison."""
    return CheckBody(
        name=found.name,
        holds=found.difference is None,
        compared=found.compared,
        difference=found.difference,
    )


def chain(head: Head) -> ChainBody:
    """The end of the chain."""
    at = datetime.fromisoformat(head.sealed_at)
    return ChainBody(batch=head.batch, hash=head.hash, entries=head.entries_total, sealed_at=at)


def last_check(kept: KeptCheck) -> LastCheck:
    """A check that was kept."""
    found = kept.found
    return LastCheck(
        checked_at=kept.checked_at, holds=found.holds, difference=found.difference
    )  # fmt: skip
