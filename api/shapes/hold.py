"""Limits of accounts and holds over the wire."""

from collections.abc import Iterable

from pydantic import BaseModel, Field

from api.caller import Caller
from api.shapes.base import Money, Resource, Time, money
from domain.identifiers import COMPANY, ENTRY, HOLD, PARTY, PROCESS, written
from domain.ledger.holds import HoldState, StandingHold
from domain.ledger.holds_reading import HoldEvent
from domain.ledger.limits import Limit
from domain.money import Money as Amount


class LimitBody(BaseModel):
    """The least and the most an account may hold on its normal side; null is no limit."""

    account: str
    currency: str
    floor: Money | None
    ceiling: Money | None
    is_hard: bool = Field(description="Whether it refuses an entry; a soft limit warns.")
    dimensions: dict[str, str] = Field(description="Only what is posted with all of these.")
    links: dict[str, str]


class Limits(BaseModel):
    """Every limit, by account."""

    data: list[LimitBody]


class HoldEventBody(BaseModel):
    """What became of a hold."""

    kind: str = Field(examples=["placed", "taken", "released", "expired"])
    amount: Money
    entry: str | None = Field(description="The entry that took it.")
    reason: str | None
    happened_at: Time


class HoldBody(Resource):
    """An amount reserved between two accounts, not yet posted."""

    id: str
    company: str
    state: str = Field(examples=list(HoldState))
    debit: str = Field(description="The account that it would debit.")
    credit: str = Field(description="The account that it would credit.")
    amount: Money
    remaining: Money = Field(description="What is neither taken nor given back.")
    dimensions: dict[str, str]
    narration: str
    placed_at: Time
    expires_at: Time | None
    party: str | None
    process: str | None
    links: dict[str, str]


class HoldWithEvents(HoldBody):
    """A hold and its history, in order."""

    events: list[HoldEventBody]


def limit(found: Limit, *, display: bool = False) -> LimitBody:
    """A limit."""
    floor, ceiling = (
        None if each is None else money(Amount(each, found.currency), display=display)
        for each in (found.floor, found.ceiling)
    )
    return LimitBody(
        account=found.account,
        currency=found.currency,
        floor=floor,
        ceiling=ceiling,
        is_hard=found.is_hard,
        dimensions=dict(found.dimensions),
        links={"balance": f"/v1/ledger/accounts/{found.account}/balance"},
    )


def hold(caller: Caller, found: StandingHold, *, display: bool = False) -> HoldBody:
    """A hold as it stands now."""
    stated = found.hold
    amount, remaining = (
        money(Amount(each, stated.currency), display=display)
        for each in (stated.amount, found.remaining)
    )
    return HoldBody(
        tenant=caller.tenant_id,
        livemode=caller.livemode,
        id=written(HOLD, found.id),
        company=written(COMPANY, stated.company),
        state=found.state,
        debit=stated.debit,
        credit=stated.credit,
        amount=amount,
        remaining=remaining,
        dimensions=dict(stated.dimensions),
        narration=stated.narration,
        placed_at=found.placed_at,
        expires_at=stated.expires_at,
        party=written(PARTY, stated.party) if stated.party else None,
        process=written(PROCESS, stated.process) if stated.process else None,
        links={"self": f"/v1/ledger/holds/{written(HOLD, found.id)}"},
    )


def with_events(
    caller: Caller, found: StandingHold, events: Iterable[HoldEvent], *, display: bool = False
) -> HoldWithEvents:
    """A hold and what became of it."""
    currency = found.hold.currency
    told = [
        HoldEventBody(
            kind=each.kind,
            amount=money(Amount(each.amount, currency), display=display),
            entry=written(ENTRY, each.entry) if each.entry else None,
            reason=each.reason,
            happened_at=each.happened_at,
        )
        for each in events
    ]
    return HoldWithEvents(**hold(caller, found, display=display).model_dump(), events=told)
