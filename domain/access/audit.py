"""The log of who signed in or failed to, was refused, used a key, got a role: append-only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, select

from domain.access.edge_tables import audit_log
from domain.access.tables import persons, users
from domain.database import with_json
from domain.listing import Condition, Page, paged, where

SIGNED_IN: Final = "session.begun"
FAILED: Final = "session.refused"
PROVEN_AGAIN: Final = "session.stepped_up"
STEP_UP_FAILED: Final = "session.step_up_refused"
TOKEN_USED_TWICE: Final = "session.token_used_twice"
SIGNED_OUT: Final = "session.ended"
PASSWORD_SET: Final = "password.set"
KEY_USED: Final = "api_key.used"
KEY_WITHDRAWN: Final = "api_key.withdrawn"
KEY_ISSUED: Final = "api_key.issued"
KEY_REVOKED: Final = "api_key.revoked"
DECISION_REFUSED: Final = "decision.refused"
USER_CHANGED: Final = "user.changed"
ROLE_CHANGED: Final = "role.changed"
TENANT_FOUNDED: Final = "tenant.founded"
TENANT_ARCHIVED: Final = "tenant.archived"
LOG_READ: Final = "audit_log.read"

NOTE = with_json("SELECT audit_note(:kind, CAST(:user AS uuid), :subject, :facts)", "facts")
FILTERS = {name: audit_log.c[name] for name in ("kind", "user_id", "subject", "recorded_at")}


def note(
    connection: Connection,
    kind: str,
    *,
    user: UUID | None,
    subject: str | None = None,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Append what happened, in the transaction in which it did."""
    values = {"kind": kind, "user": user, "subject": subject, "facts": dict(facts or {})}
    connection.execute(NOTE, values)


@dataclass(frozen=True, slots=True)
class Noted:
    """One line of the log."""

    id: UUID
    recorded_at: datetime
    kind: str
    user: UUID | None
    login: str | None
    person: UUID | None
    name: str | None
    subject: str | None
    facts: Mapping[str, Any]


def listed(connection: Connection, conditions: Sequence[Condition], page: Page) -> list[Noted]:
    """One page, and one line more when there is another."""
    query = (
        select(audit_log, users.c.login, users.c.person_id, persons.c.name)
        .outerjoin(
            users,
            (users.c.tenant_id == audit_log.c.tenant_id) & (users.c.id == audit_log.c.user_id),
        )
        .outerjoin(
            persons,
            (persons.c.tenant_id == users.c.tenant_id) & (persons.c.id == users.c.person_id),
        )
    )
    found = where(query, FILTERS, conditions)
    ordered = paged(found, audit_log.c.recorded_at, audit_log.c.id, page)
    return [
        Noted(
            row.id, row.recorded_at, row.kind, row.user_id, row.login, row.person_id, row.name,
            row.subject, row.facts,
        )
        for row in connection.execute(ordered)
    ]  # fmt: skip
