"""Keys of machines: written by a process that another approved, used and withdrawn at the edge."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection, text

from domain.access import audit
from domain.access.secret import Secret
from domain.identifiers import API_KEY, new_uuid, written
from domain.refusal import Refusal

WHOSE = text("""
    SELECT s.key_id, k.user_id FROM api_key_secrets s
    JOIN api_keys k ON k.tenant_id = s.tenant_id AND k.id = s.key_id
    WHERE s.tenant_id = (SELECT current_tenant()) AND s.hash = :hash
""")
# One write a minute at most, however often a machine calls.
USED = text("""
    WITH earlier AS (
        SELECT last_used_at FROM api_key_uses
        WHERE tenant_id = (SELECT current_tenant()) AND key_id = :key
    )
    INSERT INTO api_key_uses AS u (tenant_id, key_id, last_used_at)
    VALUES ((SELECT current_tenant()), :key, now())
    ON CONFLICT (tenant_id, key_id) DO UPDATE SET last_used_at = now()
    WHERE u.last_used_at IS NULL OR u.last_used_at < now() - interval '1 minute'
    RETURNING (SELECT last_used_at::date FROM earlier) IS DISTINCT FROM now()::date
""")
WITHDRAW = text("""
    INSERT INTO api_key_uses AS u (tenant_id, key_id, withdrawn_at)
    VALUES ((SELECT current_tenant()), :key, now())
    ON CONFLICT (tenant_id, key_id) DO UPDATE
        SET withdrawn_at = coalesce(u.withdrawn_at, excluded.withdrawn_at)
""")
ADD = text("""
    WITH added AS (
        INSERT INTO api_keys (tenant_id, id, user_id, name, scopes, expires_at, granted_by)
        SELECT p.tenant_id, :id, p.created_by_user, :name, :scopes,
            CAST(:last_day + 1 AS timestamp) AT TIME ZONE t.time_zone, p.id
        FROM processes p JOIN tenants t ON t.id = p.tenant_id
        WHERE p.tenant_id = (SELECT current_tenant()) AND p.id = :process
        RETURNING tenant_id, id
    )
    INSERT INTO api_key_secrets (tenant_id, hash, key_id)
    SELECT tenant_id, decode(:digest, 'hex'), id FROM added
""")
UNUSED = text("""
    SELECT 1 FROM api_keys WHERE tenant_id = (SELECT current_tenant()) AND name = :name
""")
REVOKE = text("""
    UPDATE api_keys SET revoked_at = now(), revoked_by = :process
    WHERE tenant_id = (SELECT current_tenant()) AND id = :key AND revoked_at IS NULL
""")
LISTED = """
    SELECT k.id, k.name, k.user_id, p.id AS person_id, p.name AS person_name, k.scopes,
        k.created_at, k.expires_at, coalesce(k.revoked_at, u.withdrawn_at) AS revoked_at,
        u.last_used_at, k.granted_by
    FROM api_keys k
    JOIN users l ON l.tenant_id = k.tenant_id AND l.id = k.user_id
    JOIN persons p ON p.tenant_id = l.tenant_id AND p.id = l.person_id
    LEFT JOIN api_key_uses u ON u.tenant_id = k.tenant_id AND u.key_id = k.id
    WHERE k.tenant_id = (SELECT current_tenant())
"""
ALL = text(f"{LISTED} AND (CAST(:user AS uuid) IS NULL OR k.user_id = :user) ORDER BY k.name")
ONE = text(f"{LISTED} AND k.id = :id")
NAMED = text(f"{LISTED} AND k.name = :name")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is listed: everything but its secret."""

    id: UUID
    name: str
    user: UUID
    person: UUID
    person_name: str
    scopes: Sequence[str]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    granted_by: UUID


def used(connection: Connection, secret: Secret) -> tuple[UUID, UUID]:
    """The user for whom a key acts, and the key; its use is noted. Refuses what is no key."""
    row = connection.execute(WHOSE, {"hash": secret.hash}).one_or_none()
    if row is None:
        raise Refusal("token_must_be_valid", "The key is none of ours, or is not approved yet.")
    if connection.execute(USED, {"key": row.key_id}).scalar_one_or_none():
        subject = written(API_KEY, row.key_id)
        audit.note(connection, audit.KEY_USED, user=row.user_id, subject=subject)
    return row.user_id, row.key_id


def check_unused(connection: Connection, name: str) -> None:
    """Refuse a name that another key has or had: logs tell keys by their names."""
    if connection.execute(UNUSED, {"name": name}).first() is not None:
        raise Refusal("api_key_name_must_be_unique", f"There is a key {name!r}. Name it otherwise.")


def add(
    connection: Connection,
    process: UUID,
    *,
    name: str,
    scopes: Sequence[str],
    digest: str,
    last_day: date,
) -> UUID:
    """A key that acts as whoever entered the process, to the end of its last day."""
    id = new_uuid()
    values = {"id": id, "process": process, "name": name, "scopes": list(scopes)}
    connection.execute(ADD, {**values, "digest": digest, "last_day": last_day})
    return id


def revoke(connection: Connection, key: UUID, process: UUID) -> None:
    """Put a key out of use by a process."""
    connection.execute(REVOKE, {"key": key, "process": process})


def withdraw(connection: Connection, key: ApiKey) -> None:
    """Put a key out of use at once. Again changes nothing."""
    connection.execute(WITHDRAW, {"key": key.id})
    subject = written(API_KEY, key.id)
    audit.note(connection, audit.KEY_WITHDRAWN, user=key.user, subject=subject)


def listed(connection: Connection, *, user: UUID | None) -> list[ApiKey]:
    """Every key, or those of one user, by name."""
    return [ApiKey(*row) for row in connection.execute(ALL, {"user": user})]


def get(connection: Connection, id: UUID) -> ApiKey:
    """The key of an id. Refuses one that is not there: `api_key_must_exist`."""
    return one(connection.execute(ONE, {"id": id}).one_or_none(), "of this id")


def with_name(connection: Connection, name: str) -> ApiKey:
    """The key of a name. Refuses one that is not there: `api_key_must_exist`."""
    return one(connection.execute(NAMED, {"name": name}).one_or_none(), f"named {name!r}")


def one(row: object, what: str) -> ApiKey:
    """The row, or a refusal."""
    if row is None:
        raise Refusal("api_key_must_exist", f"There is no key {what}.")
    return ApiKey(*row)  # type: ignore[misc]
