"""Tenants, companies, persons and their logins and roles, parties, and the keys of the edge."""

from typing import Any

from sqlalchemy import (
    CHAR,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Interval,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from domain.database import METADATA, of_branch, tenant_column, within_tenant


def of_version() -> tuple[Column[Any], ...]:
    """Which version of a master a row is, and who made and checked it in which process."""
    return (
        Column("version", Integer, nullable=False, server_default="1"),
        Column("changed_by", Uuid),
        Column("changed_in", Uuid),
        Column("checked_by", Uuid),
    )


tenants = Table(
    "tenants",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("livemode", Boolean, nullable=False),
    Column("time_zone", Text, nullable=False, server_default="Asia/Kolkata"),
    Column("fiscal_year_starts_in", SmallInteger, nullable=False, server_default="4"),
    Column("clock_offset", Interval, nullable=False, server_default="0"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("language", Text, nullable=False, server_default="en"),
    Column("origin", ForeignKey("tenants.id")),
    Column("additional", Boolean, nullable=False, server_default=false()),
    Column("archived_at", DateTime(timezone=True)),
    Column("successor", ForeignKey("tenants.id")),
)

companies = Table(
    "companies",
    METADATA,
    tenant_column(),
    Column("id", Uuid, primary_key=True),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("base_currency", CHAR(3), nullable=False),
    Column("gstin", Text),
    Column("bank_account", Text, nullable=False),
    Column("pan", Text),
    UniqueConstraint("tenant_id", "code"),
)

persons = Table(
    "persons",
    METADATA,
    tenant_column(),
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
)

users = Table(
    "users",
    METADATA,
    tenant_column(),
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("login", Text, nullable=False),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    UniqueConstraint("tenant_id", "login"),
    within_tenant("person_id", "persons"),
    Index("users_person_id", "tenant_id", "person_id"),
)

role_grants = Table(
    "role_grants",
    METADATA,
    tenant_column(),
    Column("person_id", Uuid, primary_key=True),
    Column("role", Text, primary_key=True),
    Column("granted_at", DateTime(timezone=True), primary_key=True, server_default=text("now()")),
    Column("revoked_at", DateTime(timezone=True)),
    Column("granted_by", Uuid),
    Column("revoked_by", Uuid),
    Column("branch", Text),
    within_tenant("person_id", "persons"),
    within_tenant("granted_by", "processes"),
    within_tenant("revoked_by", "processes"),
    of_branch(),
)

parties = Table(
    "parties",
    METADATA,
    tenant_column(),
    Column("id", Uuid, primary_key=True),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("gstin", Text),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("bank_account", Text),
    Column("bank_ifsc", Text),
    Column("pan", Text),
    *of_version(),
    UniqueConstraint("tenant_id", "code"),
)

idempotency_keys = Table(
    "idempotency_keys",
    METADATA,
    tenant_column(),
    Column("key", Text, primary_key=True),
    Column("request_hash", Text, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column(
        "first_seen_at",
        DateTime(timezone=True),
        nullable=False,
        server_default=text("clock_timestamp()"),
    ),
    Column("held_until", DateTime(timezone=True), nullable=False),
    Column("status", Integer),
    Column("headers", JSONB),
    Column("body", Text),
    Index("idempotency_keys_subject_id", "tenant_id", "subject_id"),
)
