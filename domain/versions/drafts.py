"""Drafts of definitions: the edge's rows, without any effect until a process takes one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, Select, select, text

from domain.access.tables import persons
from domain.identifiers import PROCESS, read, written
from domain.listing import Page, paged
from domain.refusal import Refusal
from domain.versions.tables import definition_drafts as drafts

DRAFT: Final = "drf"

BEGIN = text("""
    INSERT INTO definition_drafts (tenant_id, id, type, source, hash, follows, made_by)
    VALUES (:tenant, :id, :type, :source, :hash, :follows, :maker) ON CONFLICT DO NOTHING
""")
CHANGED = text("""
    UPDATE definition_drafts SET source = :source, hash = :hash, revision = revision + 1,
        updated_at = clock_timestamp()
    WHERE tenant_id = :tenant AND id = :id AND revision = :revision
""")
DISCARD = text("DELETE FROM definition_drafts WHERE tenant_id = :tenant AND id = :id")
# A process that was given up lets its draft go; the others hold it for ever.
TAKEN = text("""
    SELECT p.id, p.reference, p.status FROM document_keys k
    JOIN processes p ON p.tenant_id = k.tenant_id AND p.id = k.process_id
    WHERE k.tenant_id = (SELECT current_tenant()) AND k.type = 'definition_change'
      AND k.name = 'draft' AND k.value = :draft
""")


@dataclass(frozen=True, slots=True)
class NewDraft:
    """A definition as somebody writes it. `hash` is None while it has mistakes."""

    tenant: UUID
    id: UUID
    type: str
    source: str
    hash: str | None
    follows: UUID | None
    maker: UUID

    @property
    def written_id(self) -> str:
        """Its id as people see it."""
        return written(DRAFT, self.id)


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it stands. `follows` is the tenant's newest version when it was begun."""

    id: UUID
    type: str
    source: str
    hash: str | None
    follows: UUID | None
    revision: int
    maker: UUID
    maker_name: str
    created_at: datetime
    updated_at: datetime

    @property
    def written_id(self) -> str:
        """Its id as people see it."""
        return written(DRAFT, self.id)


def begin(connection: Connection, draft: NewDraft) -> None:
    """Keep a new draft. Again under the same id changes nothing."""
    connection.execute(BEGIN, {name: getattr(draft, name) for name in draft.__slots__})


def change(
    connection: Connection, tenant: UUID, draft: Draft, *, source: str, hash: str | None
) -> bool:
    """Put another text in its place. False when somebody else did so first."""
    asked = {"tenant": tenant, "id": draft.id, "revision": draft.revision}
    return connection.execute(CHANGED, {**asked, "source": source, "hash": hash}).rowcount == 1


def discard(connection: Connection, tenant: UUID, draft: UUID) -> None:
    """Throw a draft away. Again changes nothing."""
    connection.execute(DISCARD, {"tenant": tenant, "id": draft})


def query() -> Select[Any]:
    """Drafts with their makers."""
    return select(drafts, persons.c.name.label("maker_name")).join(
        persons,
        (persons.c.tenant_id == drafts.c.tenant_id) & (persons.c.id == drafts.c.made_by),
    )


def get(connection: Connection, id: str) -> Draft:
    """A draft by its id. Refuses one that is not there: `draft_must_exist`."""
    row = None
    if id.startswith(f"{DRAFT}_"):
        row = connection.execute(query().where(drafts.c.id == read(DRAFT, id))).one_or_none()
    if row is None:
        raise Refusal("draft_must_exist", "There is no such draft.")
    return draft_of(row)


def listed(connection: Connection, page: Page) -> Sequence[Draft]:
    """A page of drafts, and one more when there is another."""
    found = connection.execute(paged(query(), drafts.c.created_at, drafts.c.id, page))
    return [draft_of(row) for row in found]


def draft_of(row: Row[Any]) -> Draft:
    """A row as what it means."""
    return Draft(
        row.id, row.type, row.source, row.hash, row.follows, row.revision, row.made_by,
        row.maker_name, row.created_at, row.updated_at,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Taking:
    """The process that took a draft."""

    process: UUID
    reference: str
    status: str

    @property
    def state(self) -> str:
        """What the draft is by it."""
        return "activated" if self.status == "completed" else "submitted"


def taken_by(connection: Connection, draft: Draft) -> Taking | None:
    """The process that took a draft, if one did."""
    row = connection.execute(TAKEN, {"draft": draft.written_id}).one_or_none()
    return Taking(row.id, row.reference, row.status) if row else None


def check_free(connection: Connection, draft: Draft) -> None:
    """Refuse to touch a draft that was submitted: what is approved must stay what was seen."""
    taken = taken_by(connection, draft)
    if taken is not None:
        raise Refusal(
            "draft_must_not_be_submitted",
            f"{draft.written_id} was submitted as {taken.reference}. Cancel that first, or begin "
            "another draft.",
            process=written(PROCESS, taken.process),
        )


def check_maker(draft: Draft, person: UUID) -> None:
    """Refuse everybody but the person who drafted: who changes or submits it does not approve."""
    if draft.maker != person:
        raise Refusal(
            "draft_must_be_its_makers",
            f"{draft.maker_name} drafted this. Ask her, or begin a draft of your own.",
        )
