"""How a person wants to be told, and where: her language, her channels and her addresses."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from domain.definitions.templates import DEFAULT_LANGUAGE

CONTACTS = text("""
    SELECT person_id, email, phone, language, channels FROM contacts
    WHERE tenant_id = (SELECT current_tenant()) AND person_id = ANY(CAST(:persons AS uuid[]))
""")
SET = text("""
    INSERT INTO contacts (tenant_id, person_id, email, phone, language, channels, changed_in)
    VALUES ((SELECT current_tenant()), :person, :email, :phone, :language, :channels, :process)
    ON CONFLICT (tenant_id, person_id) DO UPDATE SET email = excluded.email,
        phone = excluded.phone, language = excluded.language, channels = excluded.channels,
        changed_in = excluded.changed_in, changed_at = clock_timestamp()
""")


@dataclass(frozen=True, slots=True)
class Contact:
    """How somebody wants to be told, and where."""

    language: str = DEFAULT_LANGUAGE
    channels: frozenset[str] = frozenset({"inbox"})
    email: str | None = None
    phone: str | None = None

    def address(self, channel: str) -> str | None:
        """Where the channel reaches her; None when it does not."""
        return {"email": self.email, "sms": self.phone}.get(channel)

    def takes(self, channel: str) -> bool:
        """Whether she wants this channel and can be reached by it. The inbox is always there."""
        if channel == "inbox":
            return True
        return channel in self.channels and self.address(channel) is not None


# Who said nothing is told in her inbox alone.
NO_CONTACT = Contact()


def contacts(connection: Connection, persons: Collection[UUID]) -> dict[UUID, Contact]:
    """How these persons want to be told; who said nothing has no entry."""
    rows: Any = connection.execute(CONTACTS, {"persons": list(persons)})
    return {
        row.person_id: Contact(row.language, frozenset(row.channels), row.email, row.phone)
        for row in rows
    }


def set_contact(connection: Connection, contact: Contact, *, person: UUID, process: UUID) -> None:
    """Say anew how a person is told."""
    addresses = {"email": contact.email, "phone": contact.phone}
    wishes = {"language": contact.language, "channels": sorted(contact.channels)}
    connection.execute(SET, {**addresses, **wishes, "person": person, "process": process})
