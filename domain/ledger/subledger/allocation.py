"""Allocations: which debit settles which credit, how much of it, and the exchange difference.

Each is one act under one key: items, entries and lines are written together or not at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, or_, select

from domain.canonical import digest
from domain.database import with_json
from domain.ledger import book
from domain.ledger.entry import JournalEntry, check_entry
from domain.ledger.subledger.open_items import ItemId, OpenItem
from domain.ledger.subledger.tables import allocation_lines, allocations
from domain.refusal import Refusal

ALLOCATE = with_json("SELECT ledger_allocate(:stated)", "stated")
LOCK = with_json("SELECT ledger_lock_for_allocation(:stated)", "stated")
UNDO = with_json("SELECT ledger_undo_allocation(:stated)", "stated")
UNDOING = allocations.alias("undoing")


class AllocationKind(StrEnum):
    """What was done: `reversal` ties a reversed entry to its mirror and is made with it."""

    ALLOCATION = "allocation"
    WRITE_OFF = "write_off"
    DISCOUNT = "discount"
    REVERSAL = "reversal"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Tie:
    """A debit and a credit item that settle each other. `amount` in minor units; None is all."""

    debit: ItemId
    credit: ItemId
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """The accounts that take a realised exchange difference, and the dimensions they are given."""

    clearing: str
    gain: str
    loss: str
    dimensions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Allocation:
    """Ties of items of one account, party and currency, as of one day."""

    company: UUID
    on_date: date
    ties: tuple[Tie, ...]
    exchange: Exchange | None = None


@dataclass(frozen=True, slots=True)
class Oldest:
    """What a party has open on an account up to a day, tied oldest due first.

    `item`, when given, is the only one of its side: a receipt that settles the oldest invoices.
    """

    company: UUID
    on_date: date
    account: str
    party: UUID
    currency: str
    item: ItemId | None = None
    exchange: Exchange | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """So much of a debit and a credit settle each other; below zero in an undo.

    An amount of zero with a base amount settles an exchange difference.
    """

    debit: ItemId
    credit: ItemId
    amount: int
    base_amount: int


@dataclass(frozen=True, slots=True)
class Allocated:
    """An allocation that was made, what it posted, and what undid it."""

    id: UUID
    kind: AllocationKind
    company: UUID
    on_date: date
    reason: str | None
    lines: tuple[Settled, ...]
    entry: UUID | None
    exchange_entry: UUID | None
    undoes: UUID | None
    undone_by: UUID | None


@dataclass(frozen=True, slots=True)
class Settlement:
    """What ledger_allocate is asked: ties, and the entry whose lines they may name.

    `content` is the digest of the request that the key stands for.
    """

    kind: AllocationKind
    company: UUID
    on_date: date
    content: str
    ties: Sequence[Mapping[str, Any]] = ()
    oldest: Mapping[str, Any] | None = None
    entry: JournalEntry | None = None
    exchange: Exchange | None = None
    reason: str | None = None


def allocate(
    connection: Connection, allocation: Allocation, *, key: str, roles: Sequence[str] = ()
) -> Allocated:
    """Settle items by the ties that are named, in their order. Again under the key: the first.

    The difference between what they carry in the base currency is posted (Ind AS 21, paragraph 28),
    so what is settled in its currency is settled in base. Raises Refusal, and then nothing changes.
    """
    ties = [tied(tie) for tie in allocation.ties]
    asked = Settlement(
        AllocationKind.ALLOCATION, allocation.company, allocation.on_date, digest(allocation),
        ties=ties, exchange=allocation.exchange,
    )  # fmt: skip
    return settle(connection, asked, key=key, roles=roles)


def allocate_oldest(
    connection: Connection, oldest: Oldest, *, key: str, roles: Sequence[str] = ()
) -> Allocated:
    """Settle what is open, oldest due first. What finds no counterpart stays on account."""
    wanted = {
        "account": oldest.account, "party": str(oldest.party), "currency": oldest.currency,
        "item": oldest.item and named(oldest.item),
    }  # fmt: skip
    asked = Settlement(
        AllocationKind.ALLOCATION, oldest.company, oldest.on_date, digest(oldest),
        oldest=wanted, exchange=oldest.exchange,
    )  # fmt: skip
    return settle(connection, asked, key=key, roles=roles)


def undo(
    connection: Connection,
    allocation: UUID,
    *,
    on_date: date,
    reason: str,
    key: str,
    roles: Sequence[str] = (),
) -> Allocated:
    """Open again what an allocation settled, reverse what it posted, once. Both stay on record."""
    if not reason.strip():
        raise Refusal("undo_must_have_reason", "Say why the allocation is undone.")
    asked = {"allocation": str(allocation), "on_date": str(on_date), "reason": reason}
    stated = {**asked, "key": key, "content": digest(asked), "roles": list(roles)}
    return get(connection, connection.execute(UNDO, {"stated": stated}).scalar_one())


def settle(
    connection: Connection, asked: Settlement, *, key: str, roles: Sequence[str] = ()
) -> Allocated:
    """Have the database tie, post and write. What a write-off and a discount are made of."""
    stated: dict[str, Any] = {
        "key": key,
        "content": asked.content,
        "company": str(asked.company),
        "on_date": str(asked.on_date),
        "kind": asked.kind.value,
        "roles": list(roles),
        "ties": list(asked.ties),
    }
    if asked.oldest is not None:
        stated["oldest"] = dict(asked.oldest)
    if asked.reason is not None:
        stated["reason"] = asked.reason
    if asked.entry is not None:
        check_entry(asked.entry)
        stated["entry"] = book.stated_entry(asked.entry)
    if asked.exchange is not None:
        accounts = asked.exchange
        stated["exchange"] = {
            "clearing": accounts.clearing, "gain": accounts.gain, "loss": accounts.loss,
            "dimensions": dict(accounts.dimensions),
        }  # fmt: skip
    return get(connection, connection.execute(ALLOCATE, {"stated": stated}).scalar_one())


def locked(
    connection: Connection, asked: Settlement, items: Sequence[ItemId], *, key: str
) -> Allocated | None:
    """Lock items until commit, so that they may be read and settled as they were read.

    Answers with the allocation that the key stands for already. Raises Refusal `item_must_exist`,
    or `effect_key_must_have_one_content` when it was asked for with another content.
    """
    stated = {
        "key": key,
        "content": asked.content,
        "company": str(asked.company),
        "on_date": str(asked.on_date),
        "ties": [{"debit": named(item)} for item in items],
    }
    found = connection.execute(LOCK, {"stated": stated}).scalar_one()
    return None if found is None else get(connection, found)


def get(connection: Connection, allocation: UUID) -> Allocated:
    """One allocation with its lines. Raises Refusal `allocation_must_exist`."""
    found = listed(connection, allocations.c.id == allocation)
    if not found:
        raise Refusal("allocation_must_exist", f"There is no allocation {allocation}.")
    return found[0]


def of_item(connection: Connection, item: ItemId) -> tuple[Allocated, ...]:
    """Every allocation that ever touched an item, undone ones too, in the order they were made."""
    lines = allocation_lines.c
    as_debit = (lines.debit_entry_id == item.entry) & (lines.debit_line == item.line)
    as_credit = (lines.credit_entry_id == item.entry) & (lines.credit_line == item.line)
    ids = select(lines.allocation_id).where(or_(as_debit, as_credit))
    return listed(connection, allocations.c.id.in_(ids))


def listed(connection: Connection, condition: Any) -> tuple[Allocated, ...]:
    """Allocations under a condition, with their lines."""
    heads = (
        select(allocations, UNDOING.c.id.label("undone_by"))
        .outerjoin(UNDOING, UNDOING.c.undoes == allocations.c.id)
        .where(condition)
        .order_by(allocations.c.id)
    )
    rows = connection.execute(heads).all()
    lines = lines_of(connection, [row.id for row in rows])
    return tuple(
        Allocated(
            row.id,
            AllocationKind(row.kind),
            row.company_id,
            row.on_date,
            row.reason,
            tuple(lines[row.id]),
            row.entry_id,
            row.exchange_entry_id,
            row.undoes,
            row.undone_by,
        )
        for row in rows
    )


def lines_of(connection: Connection, ids: Sequence[UUID]) -> Mapping[UUID, list[Settled]]:
    """The lines of allocations, in the order they were written."""
    found: dict[UUID, list[Settled]] = {id: [] for id in ids}
    query = select(allocation_lines).where(allocation_lines.c.allocation_id.in_(ids))
    for row in connection.execute(query.order_by(allocation_lines.c.line)):
        debit = ItemId(row.debit_entry_id, row.debit_line)
        credit = ItemId(row.credit_entry_id, row.credit_line)
        found[row.allocation_id].append(Settled(debit, credit, row.amount, row.base_amount))
    return found


def tied(tie: Tie) -> dict[str, Any]:
    """A tie as the database reads it."""
    return {"debit": named(tie.debit), "credit": named(tie.credit), "amount": tie.amount}


def tie(item: OpenItem, other: Mapping[str, Any], amount: int | None = None) -> dict[str, Any]:
    """An item and what settles it, as the database reads it, each on its side."""
    debit, credit = (named(item.id), other) if item.amount > 0 else (other, named(item.id))
    return {"debit": debit, "credit": credit, "amount": amount}


def named(item: ItemId) -> dict[str, Any]:
    """An item as the database reads it."""
    return {"entry": str(item.entry), "line": item.line}


def line_to_post(line: int) -> dict[str, Any]:
    """A line of the entry that is posted with the allocation."""
    return {"line": line}
