"""What the edge keeps of logins: passwords, sessions, failures; keys of machines; the audit log."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from domain.database import METADATA, tenant_column, within_tenant
from domain.ledger.tables import transaction_column

NOW = text("now()")


def moment(name: str, *, by_default: bool = False) -> Column[object]:
    """A time that is set, by default when the row is written; or one that may be missing."""
    default = NOW if by_default else None
    return Column(
        name, DateTime(timezone=True), nullable=not by_default, server_default=default
    )  # fmt: skip


def certain(name: str) -> Column[object]:
    """A time that whoever writes the row must give."""
    return Column(name, DateTime(timezone=True), nullable=False)


passwords = Table(
    "passwords",
    METADATA,
    tenant_column(),
    Column("user_id", Uuid, primary_key=True),
    Column("hash", Text, nullable=False),
    moment("set_at", by_default=True),
    within_tenant("user_id", "users"),
)

sessions = Table(
    "sessions",
    METADATA,
    tenant_column(),
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, nullable=False),
    Column("address", Text, nullable=False),
    Column("client", Text, nullable=False),
    moment("created_at", by_default=True),
    moment("authenticated_at", by_default=True),
    moment("refreshed_at", by_default=True),
    certain("expires_at"),
    moment("ended_at"),
    Column("ended_because", Text),
    within_tenant("user_id", "users"),
    Index("sessions_user_id", "tenant_id", "user_id", "created_at"),
)

refresh_tokens = Table(
    "refresh_tokens",
    METADATA,
    tenant_column(),
    Column("hash", LargeBinary, primary_key=True),
    Column("session_id", Uuid, nullable=False),
    moment("issued_at", by_default=True),
    certain("expires_at"),
    moment("used_at"),
    within_tenant("session_id", "sessions"),
    Index("refresh_tokens_session_id", "tenant_id", "session_id"),
)

sign_in_failures = Table(
    "sign_in_failures",
    METADATA,
    tenant_column(),
    Column("subject", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    certain("last_at"),
    moment("locked_until"),
)

invitations = Table(
    "invitations",
    METADATA,
    tenant_column(),
    Column("hash", LargeBinary, primary_key=True),
    Column("user_id", Uuid, nullable=False),
    Column("process_id", Uuid),
    certain("expires_at"),
    moment("used_at"),
    within_tenant("user_id", "users"),
    within_tenant("process_id", "processes"),
)

api_keys = Table(
    "api_keys",
    METADATA,
    tenant_column(),
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    moment("created_at", by_default=True),
    certain("expires_at"),
    moment("revoked_at"),
    Column("granted_by", Uuid, nullable=False),
    Column("revoked_by", Uuid),
    UniqueConstraint("tenant_id", "name"),
    within_tenant("user_id", "users"),
    within_tenant("granted_by", "processes"),
    within_tenant("revoked_by", "processes"),
)

api_key_secrets = Table(
    "api_key_secrets",
    METADATA,
    tenant_column(),
    Column("hash", LargeBinary, primary_key=True),
    Column("key_id", Uuid, nullable=False),
    UniqueConstraint("tenant_id", "key_id"),
    within_tenant("key_id", "api_keys"),
)

api_key_uses = Table(
    "api_key_uses",
    METADATA,
    tenant_column(),
    Column("key_id", Uuid, primary_key=True),
    moment("last_used_at"),
    moment("withdrawn_at"),
    within_tenant("key_id", "api_keys"),
)

audit_log = Table(
    "audit_log",
    METADATA,
    tenant_column(),
    Column("id", Uuid, primary_key=True, server_default=text("uuidv7()")),
    Column(
        "recorded_at",
        DateTime(timezone=True),
        nullable=False,
        server_default=text("clock_timestamp()"),
    ),
    Column("kind", Text, nullable=False),
    Column("user_id", Uuid),
    Column("subject", Text),
    Column("facts", JSONB, nullable=False),
    transaction_column(),
    within_tenant("user_id", "users"),
    Index("audit_log_recorded_at", "tenant_id", "recorded_at", "id"),
    Index("audit_log_transaction_id", "tenant_id", "transaction_id", "id"),
)

audit_seals = Table(
    "audit_seals",
    METADATA,
    tenant_column(),
    Column("batch", BigInteger, primary_key=True, autoincrement=False),
    Column("head", Text, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
)
