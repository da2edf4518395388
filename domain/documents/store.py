"""Documents as rows: stored once, amended in place under a revision, their unique keys held."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from domain.canonical import digest
from domain.database import with_json
from domain.definitions import content as reading
from domain.definitions.model import Definition
from domain.refusal import Refusal

Content = Mapping[str, Any]

INSERT = with_json("""
    INSERT INTO documents (tenant_id, id, process_id, revision, content, content_hash, party_id)
    VALUES (:tenant, :id, :process, 1, :content, :content_hash, :party)
""", "content")  # fmt: skip
AMEND = with_json("""
    UPDATE documents SET revision = revision + 1, content = :content, content_hash = :content_hash,
        party_id = :party
    WHERE tenant_id = :tenant AND id = :id
""", "content")  # fmt: skip
HOLD = text("""
    INSERT INTO document_keys (tenant_id, type, name, value, process_id)
    VALUES (:tenant, :type, :name, :value, :process) ON CONFLICT DO NOTHING
    RETURNING process_id
""")
HOLDER = text("""
    SELECT p.id, p.reference FROM document_keys k
    JOIN processes p ON p.tenant_id = k.tenant_id AND p.id = k.process_id
    WHERE k.tenant_id = (SELECT current_tenant()) AND k.type = :type AND k.name = :name
      AND k.value = :value
""")
RELEASE = text("DELETE FROM document_keys WHERE tenant_id = :tenant AND process_id = :process")


@dataclass(frozen=True, slots=True)
class Document:
    """What a process is about. `content` was accepted by the definition."""

    tenant: UUID
    id: UUID
    process: UUID
    content: Content
    party: UUID | None

    @property
    def content_hash(self) -> str:
        """What a decision binds to."""
        return digest(self.content)


def store(connection: Connection, document: Document) -> None:
    """Store a new document."""
    connection.execute(INSERT, values(document))


def amend(connection: Connection, document: Document) -> None:
    """Put corrected content in its place, as the next revision."""
    connection.execute(AMEND, values(document))


def values(document: Document) -> dict[str, Any]:
    """A document as the statements take it."""
    return {
        "tenant": document.tenant,
        "id": document.id,
        "process": document.process,
        "content": document.content,
        "content_hash": document.content_hash,
        "party": document.party,
    }


def keys(definition: Definition, content: Content) -> dict[str, str]:
    """The value of each key that may exist once. Letters count alike in both cases."""
    return {
        key.name: " ".join(spelled(content[name]).casefold() for name in key.fields)
        for key in definition.keys
    }


def spelled(value: Any) -> str:
    """A value as keys compare it: of a file its bytes, whatever it is called."""
    if isinstance(value, Mapping):
        return str(value["sha256"]) if "sha256" in value else digest(value)
    return str(value)


def check_keys(
    connection: Connection, definition: Definition, content: Content, process: UUID
) -> None:
    """Refuse content whose key another living process holds."""
    for name, value in keys(definition, content).items():
        asked = {"type": definition.process, "name": name, "value": value}
        holder = connection.execute(HOLDER, asked).one_or_none()
        if holder is not None and holder.id != process:
            raise duplicate(definition, content, name, holder.reference)


def hold_keys(
    connection: Connection, definition: Definition, content: Content, *, tenant: UUID, process: UUID
) -> None:
    """Take the keys for this process, giving back what it held. Refuses what another holds."""
    release_keys(connection, tenant, process)
    for name, value in keys(definition, content).items():
        asked = {"type": definition.process, "name": name, "value": value}
        taken = connection.execute(HOLD, {**asked, "tenant": tenant, "process": process})
        if taken.one_or_none() is None:
            holder = connection.execute(HOLDER, asked).one()
            raise duplicate(definition, content, name, holder.reference)


def release_keys(connection: Connection, tenant: UUID, process: UUID) -> None:
    """Give back what the process held."""
    connection.execute(RELEASE, {"tenant": tenant, "process": process})


def duplicate(definition: Definition, content: Content, name: str, reference: str) -> Refusal:
    """Says which process is about the same thing."""
    fields = next(key.fields for key in definition.keys if key.name == name)
    shown = " ".join(reading.shown(content, field) for field in fields)
    return Refusal(
        "document_must_be_unique",
        f"{shown} was already entered as {reference}. Look there before you enter it again.",
        reference=reference,
    )
