"""Saying how one is told: by whoever started the process, for herself alone."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from domain.access.company import Company
from domain.definitions import content as reading
from domain.definitions.content import Content
from domain.notifications import contacts
from domain.notifications.contacts import Contact
from domain.operations.operation import Operation, Order
from domain.refusal import Refusal

NEEDS = {"language": "choice", "by_email": "choice", "by_sms": "choice"}


def check(connection: Connection, company: Company, content: Content) -> None:
    """A channel that is wanted has an address."""
    for wish, field, address in (
        ("by_email", "email", "an e-mail address"),
        ("by_sms", "phone", "a mobile number"),
    ):
        if reading.text(content, wish) == "yes" and not reading.text(content, field):
            raise Refusal(
                "address_must_be_given",
                f"You want to be told by {wish.removeprefix('by_')}, but there is no {field}. "
                f"Give {address}, or choose no.",
            )


def perform(connection: Connection, order: Order) -> Mapping[str, Any]:
    """Put them in place; what counted before is in its own process."""
    content = order.facts.content
    wanted = {"email": "by_email", "sms": "by_sms"}
    chosen = [channel for channel, wish in wanted.items() if reading.text(content, wish) == "yes"]
    contact = Contact(
        reading.text(content, "language"), frozenset({"inbox", *chosen}),
        reading.text(content, "email") or None, reading.text(content, "phone") or None,
    )  # fmt: skip
    contacts.set_contact(
        connection, contact, person=order.people.maker, process=order.facts.process
    )
    return {"channels": sorted(contact.channels)}


SET_CONTACT = Operation(NEEDS, check, perform, posts=False)
