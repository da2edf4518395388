"""Early-payment discount: terms such as 2/10 net 30, and the entry that takes and settles it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from domain.canonical import digest
from domain.ledger.entry import JournalEntry, Posting
from domain.ledger.subledger.allocation import (
    Allocated,
    AllocationKind,
    Exchange,
    Settlement,
    line_to_post,
    locked,
    named,
    settle,
    tie,
)
from domain.ledger.subledger.open_items import ItemId, OpenItem, get
from domain.money import Money
from domain.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Terms:
    """`percent` off when paid within `days` of the entry date; else due net after `net_days`."""

    percent: Decimal
    days: int
    net_days: int

    def last_day(self, item: OpenItem) -> date:
        """The last day on which the discount may be taken."""
        return item.entry_date + timedelta(self.days)

    def most(self, item: OpenItem) -> int:
        """The whole discount on an item in minor units, half to even."""
        exact = abs(item.amount) * self.percent / 100
        return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


@dataclass(frozen=True, slots=True)
class Discount:
    """A discount taken on one item, and the payment that earned it.

    `split` is the other side of the entry as the caller states it: the discount itself, and the tax
    that goes back with it when the supplier lowers the value of the supply by a credit note (CGST
    Act, 2017, s.15(3)(b) and s.34). `payment` is settled against the item in the same act.
    """

    company: UUID
    item: ItemId
    terms: Terms
    on_date: date
    narration: str
    split: tuple[Posting, ...]
    payment: ItemId | None = None
    exchange: Exchange | None = None


def take_discount(
    connection: Connection, discount: Discount, *, key: str, roles: Sequence[str] = ()
) -> Allocated:
    """Post the discount and settle the item with it, once.

    Raises Refusal `discount_must_be_in_time`, `discount_must_keep_terms` or one of an allocation's.
    """
    asked = Settlement(
        AllocationKind.DISCOUNT,
        discount.company,
        discount.on_date,
        digest(discount),
        exchange=discount.exchange,
        reason=discount.narration,
    )
    items = [discount.item, *([discount.payment] if discount.payment else [])]
    earlier = locked(connection, asked, items, key=key)
    if earlier is not None:
        return earlier
    item = get(connection, discount.item)
    check_terms(discount, item)
    asked = replace(asked, ties=ties(discount, item), entry=entry(discount, item))
    return settle(connection, asked, key=key, roles=roles)


def check_terms(discount: Discount, item: OpenItem) -> None:
    """In time, on the right side, and no more than was agreed."""
    last_day, most = discount.terms.last_day(item), discount.terms.most(item)
    paid_on = discount.on_date
    if paid_on > last_day:
        raise Refusal(
            "discount_must_be_in_time",
            f"{item.number or item.narration} had its discount until {last_day}, not on {paid_on}. "
            "Pay it in full, or agree to other terms.",
        )
    taken = sum(posting.amount for posting in discount.split)
    sign = 1 if item.amount > 0 else -1
    if not 0 < sign * taken <= most:
        raise Refusal(
            "discount_must_keep_terms",
            f"The discount of {Money(sign * taken, item.currency)} is not between nothing and "
            f"{Money(most, item.currency)}, which is {discount.terms.percent} % of "
            f"{Money(abs(item.amount), item.currency)}.",
        )


def ties(discount: Discount, item: OpenItem) -> list[dict[str, Any]]:
    """The payment with as much as it has, then the discount, which takes the rest in base."""
    taken = abs(sum(posting.amount for posting in discount.split))
    of_discount = tie(item, line_to_post(1), taken)
    if discount.payment is None:
        return [of_discount]
    return [tie(item, named(discount.payment)), of_discount]


def entry(discount: Discount, item: OpenItem) -> JournalEntry:
    """The item's account on the first line, the split below it."""
    taken = sum(posting.amount for posting in discount.split)
    base = sum(posting.base for posting in discount.split)
    settled = Posting(item.account, -taken, item.currency, -base, item.dimensions)
    return JournalEntry(
        discount.company,
        discount.on_date,
        discount.narration,
        (settled, *discount.split),
        party=item.party,
    )
