"""Holds: an amount reserved between two accounts, taken by entries later, released or expired.

A hold posts nothing. Limits count it from the moment it is placed: what it would take from an
account cannot be spent twice. Its time runs by the tenant's clock; past it the hold no longer
counts, whether or not it was swept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from domain.database import with_json
from domain.ledger import book
from domain.ledger.entry import JournalEntry
from domain.refusal import Refusal

PLACE = with_json("SELECT * FROM ledger_hold(:stated, :key)", "stated")
TAKE = with_json("SELECT * FROM ledger_take(:hold, :stated, :key)", "stated")
RELEASE = text("SELECT * FROM ledger_release(:hold, :reason, :key)")
EXPIRE = text("SELECT ledger_expire_holds(:most)")
# A hold past its time is expired, swept or not.
STATE = """CASE WHEN h.state = 'open' AND h.expires_at <= business_now() THEN 'expired'
             ELSE h.state END"""
STANDING = f"""
    SELECT h.id, d.code AS debit, c.code AS credit, h.currency, s.dimensions, h.amount,
        h.remaining, h.expires_at, h.narration, h.party_id, h.process_id, h.placed_at, h.company_id,
        {STATE} AS state
    FROM holds h
    JOIN accounts d ON d.id = h.debit_account_id
    JOIN accounts c ON c.id = h.credit_account_id
    JOIN dimension_sets s ON s.id = h.dimension_set_id
"""
READ = text(f"{STANDING} WHERE h.id = :hold")


class HoldState(StrEnum):
    """Only an open hold can be taken or released."""

    OPEN = "open"
    TAKEN = "taken"
    RELEASED = "released"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Hold:
    """An amount in minor units that `debit` would gain and `credit` lose. None never expires."""

    company: UUID
    debit: str
    credit: str
    amount: int
    currency: str
    narration: str
    expires_at: datetime | None = None
    base_amount: int | None = None
    dimensions: tuple[tuple[str, str], ...] = ()
    party: UUID | None = None
    process: UUID | None = None


@dataclass(frozen=True, slots=True)
class StandingHold:
    """A hold as it stands: what is left of it and in what state it is now."""

    id: UUID
    hold: Hold
    remaining: int
    state: HoldState
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class Moved:
    """What a call did: placed, taken, released, or duplicate (then the first call's figures)."""

    outcome: str
    hold: UUID
    amount: int
    remaining: int
    entry: UUID | None
    number: str | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Take:
    """How much of a hold to take: exactly, or `up_to` what is left; the last gives back the rest.

    `base_amount` is the amount in the base currency when the hold is in another.
    """

    amount: int
    up_to: bool = False
    is_last: bool = False
    base_amount: int | None = None


def place(connection: Connection, hold: Hold, *, key: str) -> Moved:
    """Reserve, once for each key. Refuses what the entry that it announces would be refused for.

    Also raises Refusal `amount_must_be_positive`, `hold_must_expire_later`, and the limits' codes.
    """
    stated = {
        "company": str(hold.company),
        "debit": hold.debit,
        "credit": hold.credit,
        "amount": hold.amount,
        "currency": hold.currency,
        "narration": hold.narration,
        "dimensions": dict(hold.dimensions),
        "expires_at": hold.expires_at and hold.expires_at.isoformat(),
        "base_amount": hold.base_amount,
        "party": hold.party and str(hold.party),
        "process": hold.process and str(hold.process),
    }
    return moved(connection.execute(PLACE, {"stated": given(stated), "key": key}).one())


def take(connection: Connection, hold: UUID, take: Take, entry: JournalEntry, *, key: str) -> Moved:
    """Post what is taken, once for each key. Of `entry` only the head counts.

    Raises Refusal `hold_must_exist`, `hold_must_be_open`, `hold_must_cover_amount`,
    `amount_must_be_positive`, and whatever posting the entry raises.
    """
    head = book.stated_entry(entry)
    stated = {
        "amount": take.amount,
        "up_to": take.up_to,
        "is_last": take.is_last,
        "base_amount": take.base_amount,
        "entry": {name: value for name, value in head.items() if name != "postings"},
    }
    values = {"hold": hold, "stated": given(stated), "key": key}
    return moved(connection.execute(TAKE, values).one())


def release(connection: Connection, hold: UUID, *, reason: str, key: str) -> Moved:
    """Give back what is left, once for each key. Raises Refusal `hold_must_be_open`."""
    values = {"hold": hold, "reason": reason, "key": key}
    return moved(connection.execute(RELEASE, values).one())


def expire(connection: Connection, *, most: int = 1000) -> int:
    """Mark holds whose time has passed, and answer how many. Nothing waits for it."""
    return int(connection.execute(EXPIRE, {"most": most}).scalar_one())


def get(connection: Connection, hold: UUID) -> StandingHold:
    """One hold as it stands now. Raises Refusal `hold_must_exist`."""
    row = connection.execute(READ, {"hold": hold}).one_or_none()
    if row is None:
        raise Refusal("hold_must_exist", f"There is no hold {hold}.")
    return standing_hold(row)


def standing_hold(row: Row[Any]) -> StandingHold:
    """A row as what it means."""
    stated = Hold(
        row.company_id,
        row.debit,
        row.credit,
        row.amount,
        row.currency,
        row.narration,
        row.expires_at,
        dimensions=tuple(sorted(row.dimensions.items())),
        party=row.party_id,
        process=row.process_id,
    )
    return StandingHold(row.id, stated, row.remaining, HoldState(row.state), row.placed_at)


def given(stated: Mapping[str, Any]) -> dict[str, Any]:
    """What is stated at all."""
    return {name: value for name, value in stated.items() if value is not None}


def moved(row: Row[Any]) -> Moved:
    """A row of the database's answer."""
    return Moved(
        row.outcome,
        row.hold_id,
        row.amount,
        row.remaining,
        row.entry_id,
        row.number,
        tuple(row.warnings or ()),
    )
