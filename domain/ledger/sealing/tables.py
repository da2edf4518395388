"""The tables of seals and of checks. Only the database's own functions write them."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from domain.database import METADATA, tenant_column, within_tenant

seal_keys = Table(
    "seal_keys",
    METADATA,
    tenant_column(),
    Column("key", Text, primary_key=True),
    Column("public_key", LargeBinary, nullable=False),
)

seal_batches = Table(
    "seal_batches",
    METADATA,
    tenant_column(),
    Column("batch", BigInteger, primary_key=True, autoincrement=False),
    Column("head", Text, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)

seal_members = Table(
    "seal_members",
    METADATA,
    tenant_column(),
    Column("entry_id", Uuid, primary_key=True),
    Column("batch", BigInteger, nullable=False),
    Column("place", Integer, nullable=False),
    Column("postings", Integer, nullable=False),
    Column("leaf", LargeBinary, nullable=False),
    UniqueConstraint("tenant_id", "batch", "place"),
    within_tenant("entry_id", "journal_entries"),
    ForeignKeyConstraint(
        ["tenant_id", "batch"],
        ["seal_batches.tenant_id", "seal_batches.batch"],
        deferrable=True,
        initially="DEFERRED",
    ),
)

ledger_checks = Table(
    "ledger_checks",
    METADATA,
    tenant_column(),
    Column("id", Uuid, primary_key=True),
    Column("company_id", Uuid),
    Column("effect_key", Text, nullable=False),
    Column("checked_at", DateTime(timezone=True), nullable=False),
    Column("milliseconds", BigInteger, nullable=False),
    Column("entries", BigInteger, nullable=False),
    Column("postings", BigInteger, nullable=False),
    Column("difference", Text),
    Column("checks", JSONB, nullable=False),
    UniqueConstraint("tenant_id", "effect_key"),
    within_tenant("company_id", "companies"),
)
