"""Sessions: begun with a password, kept by tokens that are used once, ended for good.

The clock is the real one: moving a sandbox tenant's business clock signs nobody out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, text

from domain.access.secret import Secret
from domain.identifiers import new_uuid
from domain.refusal import Refusal

ACCESS_SECONDS: Final = 15 * 60
# A session lasts a working day, and two hours without its owner (SP 800-63B-4, section 2.1.3).
LONGEST = timedelta(hours=12)
IDLE = timedelta(hours=2)

BEGIN = text("""
    INSERT INTO sessions (tenant_id, id, user_id, address, client, expires_at)
    VALUES ((SELECT current_tenant()), :id, :user, :address, :client, now() + :longest)
    RETURNING authenticated_at
""")
ISSUE = text("""
    INSERT INTO refresh_tokens (tenant_id, hash, session_id, expires_at)
    SELECT tenant_id, :hash, id, least(expires_at, now() + :idle) FROM sessions
    WHERE tenant_id = (SELECT current_tenant()) AND id = :session
""")
TOKEN = text("""
    SELECT t.used_at, s.id, s.user_id, s.authenticated_at,
        s.ended_at IS NULL AND t.expires_at > now() AS is_open
    FROM refresh_tokens t JOIN sessions s ON s.tenant_id = t.tenant_id AND s.id = t.session_id
    WHERE t.tenant_id = (SELECT current_tenant()) AND t.hash = :hash
    FOR UPDATE OF s, t
""")
USE = text("""
    UPDATE refresh_tokens SET used_at = now()
    WHERE tenant_id = (SELECT current_tenant()) AND hash = :hash
""")
REFRESHED = text("""
    UPDATE sessions SET refreshed_at = now()
    WHERE tenant_id = (SELECT current_tenant()) AND id = :session
""")
END = text("""
    UPDATE sessions SET ended_at = now(), ended_because = :because
    WHERE tenant_id = (SELECT current_tenant()) AND ended_at IS NULL
      AND (id = :session OR user_id = :of_user AND id IS DISTINCT FROM :kept)
""")
OPEN = text("""
    SELECT 1 FROM sessions WHERE tenant_id = (SELECT current_tenant()) AND id = :session
      AND user_id = :user AND ended_at IS NULL AND expires_at > now()
""")
PROVEN = text("""
    UPDATE sessions SET authenticated_at = now()
    WHERE tenant_id = (SELECT current_tenant()) AND id = :session RETURNING authenticated_at
""")
MINE = text("""
    SELECT id, address, client, created_at, authenticated_at, refreshed_at, expires_at
    FROM sessions WHERE tenant_id = (SELECT current_tenant()) AND user_id = :user
      AND ended_at IS NULL AND expires_at > now()
    ORDER BY created_at DESC, id DESC LIMIT 100
""")


@dataclass(frozen=True, slots=True)
class Session:
    """A session that is open, and when its owner last gave her password."""

    id: UUID
    user: UUID
    authenticated_at: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """One of somebody's sessions, as she is shown it."""

    id: UUID
    address: str
    client: str
    created_at: datetime
    authenticated_at: datetime
    refreshed_at: datetime
    expires_at: datetime


def begin(
    connection: Connection, user: UUID, token: Secret, *, address: str, client: str
) -> Session:
    """A session of somebody who has just proven who she is, with its first refresh token."""
    id = new_uuid()
    values = {"id": id, "user": user, "address": address, "client": client[:200]}
    at = connection.execute(BEGIN, {**values, "longest": LONGEST}).scalar_one()
    connection.execute(ISSUE, {"hash": token.hash, "session": id, "idle": IDLE})
    return Session(id, user, at)


def refresh(connection: Connection, token: Secret, successor: Secret) -> Session | Refusal:
    """Use a refresh token, which makes room for its successor.

    Of two uses of one token the second ends the session: nobody can tell a thief from a client that
    asks twice. The refusal is returned, not raised, since what it did must be kept.
    """
    row = connection.execute(TOKEN, {"hash": token.hash}).one_or_none()
    if row is None:
        return Refusal("token_must_be_valid", "The token is not one of ours. Sign in again.")
    if row.used_at is not None:
        end(connection, session=row.id, because="token_was_used_twice")
        return Refusal(
            "refresh_token_must_be_unused",
            "This refresh token was used before, so the session was ended. Sign in again; if it "
            "was not you who used it, somebody else had it.",
        )
    if not row.is_open:
        return session_is_over()
    connection.execute(USE, {"hash": token.hash})
    connection.execute(REFRESHED, {"session": row.id})
    connection.execute(ISSUE, {"hash": successor.hash, "session": row.id, "idle": IDLE})
    return Session(row.id, row.user_id, row.authenticated_at)


def end(connection: Connection, *, session: UUID, because: str) -> None:
    """End a session with all its tokens. Again changes nothing."""
    values = {"session": session, "of_user": None, "kept": None}
    connection.execute(END, {**values, "because": because})


def end_others(connection: Connection, user: UUID, *, kept: UUID | None) -> None:
    """End every session of a user but the one in which she set her password."""
    values = {"session": None, "of_user": user, "kept": kept}
    connection.execute(END, {**values, "because": "password_was_set"})


def check_open(connection: Connection, session: UUID, user: UUID) -> None:
    """Refuse a token whose session has ended."""
    if connection.execute(OPEN, {"session": session, "user": user}).first() is None:
        raise session_is_over()


def proven_again(connection: Connection, session: UUID) -> datetime:
    """Note that the owner gave her password again, now."""
    at: datetime = connection.execute(PROVEN, {"session": session}).scalar_one()
    return at


def of_user(connection: Connection, user: UUID) -> list[Listed]:
    """Her open sessions, the newest first."""
    return [Listed(*row) for row in connection.execute(MINE, {"user": user})]


def session_is_over() -> Refusal:
    """Signed out, or too old."""
    return Refusal("session_must_be_open", "This session has ended. Sign in again.")
