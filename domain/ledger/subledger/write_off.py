"""Writing off what will not be paid: an entry to the write-off account that settles the items."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import Connection

from domain.canonical import digest
from domain.ledger.entry import JournalEntry, Posting
from domain.ledger.subledger.allocation import (
    Allocated,
    AllocationKind,
    Settlement,
    line_to_post,
    locked,
    settle,
    tie,
)
from domain.ledger.subledger.open_items import ItemId, OpenItem, get
from domain.refusal import Refusal


@dataclass(frozen=True, slots=True)
class WriteOff:
    """Items of one account, party and currency, given up in full: bad debts, small remainders.

    `account` takes the loss (or, for a payable, the gain), in the items' currency and at the base
    amount they carry: giving a debt up realises no exchange difference.
    """

    company: UUID
    items: tuple[ItemId, ...]
    account: str
    on_date: date
    reason: str
    dimensions: tuple[tuple[str, str], ...] = ()


def write_off(
    connection: Connection, given_up: WriteOff, *, key: str, roles: Sequence[str] = ()
) -> Allocated:
    """Post and settle what is open of the items, once. Who may do so is decided elsewhere.

    Raises Refusal `item_must_cover_allocation` when nothing is open of one.
    """
    asked = Settlement(
        AllocationKind.WRITE_OFF,
        given_up.company,
        given_up.on_date,
        digest(given_up),
        reason=given_up.reason,
    )
    earlier = locked(connection, asked, given_up.items, key=key)
    if earlier is not None:
        return earlier
    items = [still_open(connection, item) for item in given_up.items]
    ties = [
        tie(item, line_to_post(line), abs(item.open_amount)) for line, item in enumerate(items, 1)
    ]
    asked = replace(asked, ties=ties, entry=entry(given_up, items))
    return settle(connection, asked, key=key, roles=roles)


def still_open(connection: Connection, id: ItemId) -> OpenItem:
    """An item that is not settled yet."""
    item = get(connection, id)
    if item.open_amount == 0:
        raise Refusal(
            "item_must_cover_allocation",
            f"{item.number or item.narration} is settled already; there is nothing to write off.",
        )
    return item


def entry(given_up: WriteOff, items: Sequence[OpenItem]) -> JournalEntry:
    """The control account gives up what is open, the write-off account takes it."""
    if not items:
        raise Refusal("allocation_must_tie_something", "Name the items that are to be written off.")
    postings = [
        Posting(
            item.account, -item.open_amount, item.currency, -item.open_base_amount, item.dimensions
        )
        for item in items
    ]
    taken = Posting(
        given_up.account,
        sum(item.open_amount for item in items),
        items[0].currency,
        sum(item.open_base_amount for item in items),
        given_up.dimensions,
    )
    return JournalEntry(
        given_up.company,
        given_up.on_date,
        given_up.reason,
        (*postings, taken),
        party=items[0].party,
    )
