"""Releasing a hold by hand, or taking it: all of it or a part."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from domain.access.company import Company
from domain.definitions import content as reading
from domain.definitions.content import Content
from domain.identifiers import ENTRY, HOLD, read, written
from domain.ledger import holds
from domain.ledger.entry import JournalEntry
from domain.ledger.holds import HoldState, StandingHold, Take
from domain.operations.operation import Operation, Order
from domain.refusal import Refusal

NEEDS = {"hold": "text", "request": "choice", "reason": "text"}


class Wish(StrEnum):
    """What becomes of a hold."""

    RELEASE = "release"
    TAKE = "take"


def check(connection: Connection, company: Company, content: Content) -> None:
    """The hold is there, is this company's and open, and covers what is taken."""
    found = standing(connection, company, content)
    if found.state is not HoldState.OPEN:
        raise Refusal(
            "hold_must_be_open", f"The hold is {found.state}. Nothing can become of it any more."
        )
    if found.hold.currency != company.base_currency:
        raise Refusal(
            "hold_must_be_in_base_currency",
            f"The hold is in {found.hold.currency}. By hand only those in {company.base_currency} "
            "are taken or released, since the others need a rate.",
        )
    wish = Wish(reading.text(content, "request"))
    amount = reading.money(content, "amount")
    if wish is Wish.RELEASE and amount is not None:
        raise Refusal(
            "hold_must_be_released_whole", "What is left of a hold is released whole. Leave it out."
        )
    if amount is not None and not 0 < amount.amount <= found.remaining:
        raise Refusal(
            "hold_must_cover_amount",
            f"{found.remaining} minor units of the hold are left, not {amount.amount}. "
            "Take what is left or less.",
        )


def perform(connection: Connection, order: Order) -> Mapping[str, Any]:
    """Release it, or post what is taken today."""
    content, company = order.facts.content, order.facts.company
    found = standing(connection, company, content)
    reason = reading.text(content, "reason")
    if Wish(reading.text(content, "request")) is Wish.RELEASE:
        moved = holds.release(connection, found.id, reason=reason, key=order.key)
    else:
        given = reading.money(content, "amount")
        taken = Take(given.amount if given else found.remaining)
        entry = JournalEntry(
            company.id, order.today, f"{found.hold.narration}: {reason}", (),
            party=found.hold.party, process=order.facts.process,
        )  # fmt: skip
        moved = holds.take(connection, found.id, taken, entry, key=order.key)
    said = {"hold": content["hold"], "outcome": moved.outcome, "amount": moved.amount}
    named = {"entry": written(ENTRY, moved.entry)} if moved.entry else {}
    return {**said, "remaining": moved.remaining, **named}


def standing(connection: Connection, company: Company, content: Content) -> StandingHold:
    """The hold that the document names. One of another company is none."""
    id: UUID = read(HOLD, reading.text(content, "hold"))
    found = holds.get(connection, id)
    if found.hold.company != company.id:
        raise Refusal("hold_must_exist", f"{company.name} has no hold {content['hold']}.")
    return found


SETTLE_HOLD = Operation(NEEDS, check, perform)
