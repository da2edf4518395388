"""Idempotency keys: which call a key stands for, who is carrying it out, and what was answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from domain.database import with_json

# A released key stands for no call any more: the next one may bring another body.
RELEASED = ""
LEASE = timedelta(seconds=45)

ENTRY = """
    key, request_hash, subject_id, first_seen_at, status, headers, body,
    held_until > clock_timestamp() AND status IS NULL AND request_hash <> '' AS is_held
"""
FIND = text(f"SELECT {ENTRY} FROM idempotency_keys WHERE tenant_id = :tenant AND key = :key")
# Taken when it is new, was released, or its holder did not answer within the lease.
CLAIM = with_json(f"""
    INSERT INTO idempotency_keys AS k
        (tenant_id, key, request_hash, subject_id, held_until, headers)
    VALUES (:tenant, :key, :request_hash, :subject, clock_timestamp() + :lease, :headers)
    ON CONFLICT (tenant_id, key) DO UPDATE SET request_hash = excluded.request_hash,
        held_until = excluded.held_until, headers = excluded.headers
    WHERE k.status IS NULL
      AND (k.request_hash = '' OR k.request_hash = excluded.request_hash
           AND k.held_until <= clock_timestamp())
    RETURNING {ENTRY}
""", "headers")  # fmt: skip
ANSWER = with_json("""
    UPDATE idempotency_keys SET status = :status, headers = headers || :headers, body = :body
    WHERE tenant_id = :tenant AND key = :key AND request_hash = :request_hash AND status IS NULL
""", "headers")  # fmt: skip
LET_GO = text("""
    UPDATE idempotency_keys SET held_until = clock_timestamp(),
        request_hash = CASE WHEN :for_any_body THEN '' ELSE request_hash END
    WHERE tenant_id = :tenant AND key = :key AND request_hash = :request_hash AND status IS NULL
""")
ABOUT = text(f"SELECT {ENTRY} FROM idempotency_keys WHERE tenant_id = :tenant AND subject_id = :id")


@dataclass(frozen=True, slots=True)
class Call:
    """A request under its key; `request_hash` tells other bodies apart."""

    tenant: UUID
    key: str
    request_hash: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a key. `subject` is the id that all calls under it agree on."""

    key: str
    request_hash: str
    subject: UUID
    first_seen_at: datetime
    status: int | None
    headers: Mapping[str, Any]
    body: str | None
    is_held: bool


def find(connection: Connection, call: Call) -> Entry | None:
    """What stands under the key, or None when it was never used or was released."""
    row = connection.execute(FIND, {"tenant": call.tenant, "key": call.key}).one_or_none()
    found = row and entry(row)
    return found if found and found.request_hash != RELEASED else None


def claim(
    connection: Connection, call: Call, *, subject: UUID, notes: Mapping[str, Any]
) -> Entry | None:
    """Take the key for this call, or None when another call has it.

    The entry carries the subject of the first who claimed it; `notes` are kept beside.
    """
    values = {"tenant": call.tenant, "key": call.key, "request_hash": call.request_hash}
    values |= {"subject": subject, "lease": LEASE, "headers": dict(notes)}
    row = connection.execute(CLAIM, values).one_or_none()
    return entry(row) if row else None


def answered(
    connection: Connection, call: Call, *, status: int, headers: Mapping[str, str], body: str
) -> None:
    """Keep what was answered. The first answer stays."""
    values = {"tenant": call.tenant, "key": call.key, "request_hash": call.request_hash}
    connection.execute(ANSWER, {**values, "status": status, "headers": dict(headers), "body": body})


def let_go(connection: Connection, call: Call, *, for_any_body: bool) -> None:
    """Let the next call have the key at once; with another body only when nothing was changed."""
    values = {"tenant": call.tenant, "key": call.key, "request_hash": call.request_hash}
    connection.execute(LET_GO, {**values, "for_any_body": for_any_body})


def about(connection: Connection, tenant: UUID, subject: UUID) -> list[Entry]:
    """The keys whose calls are about an id: how a process is found before its row is there."""
    return [entry(row) for row in connection.execute(ABOUT, {"tenant": tenant, "id": subject})]


def entry(row: Any) -> Entry:
    """A row as what it means."""
    return Entry(
        row.key,
        row.request_hash,
        row.subject_id,
        row.first_seen_at,
        row.status,
        row.headers or {},
        row.body,
        row.is_held,
    )
