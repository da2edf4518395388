"""The tables of periods' changes, of closed fiscal years and of what they left."""

from sqlalchemy import (
    ARRAY,
    CHAR,
    BigInteger,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from domain.database import METADATA, tenant_column, within_tenant
from domain.ledger.tables import transaction_column

period_changes = Table(
    "period_changes",
    METADATA,
    tenant_column(),
    Column("id", Uuid, primary_key=True),
    Column("period_id", Uuid, nullable=False),
    Column("module", Text),
    Column("old_state", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("changed_by", Uuid, nullable=False),
    Column("checked_by", Uuid),
    Column("reason", Text, nullable=False),
    Column("effect_key", Text),
    transaction_column(),
    UniqueConstraint("tenant_id", "effect_key"),
    within_tenant("period_id", "periods"),
    within_tenant("changed_by", "persons"),
    within_tenant("checked_by", "persons"),
    Index("period_changes_period_id", "tenant_id", "period_id", "id"),
)

year_closings = Table(
    "year_closings",
    METADATA,
    tenant_column(),
    Column("id", Uuid, primary_key=True),
    Column("company_id", Uuid, nullable=False),
    Column("fiscal_year", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("retained_earnings_id", BigInteger, nullable=False),
    Column("closed_at", DateTime(timezone=True), nullable=False),
    Column("closed_by", Uuid, nullable=False),
    Column("reason", Text, nullable=False),
    Column("effect_key", Text, nullable=False),
    Column("content_hash", LargeBinary, nullable=False),
    transaction_column(),
    UniqueConstraint("tenant_id", "company_id", "fiscal_year", "version"),
    UniqueConstraint("tenant_id", "effect_key"),
    within_tenant("company_id", "companies"),
    within_tenant("retained_earnings_id", "accounts"),
    within_tenant("closed_by", "persons"),
)

closing_entries = Table(
    "closing_entries",
    METADATA,
    tenant_column(),
    Column("closing_id", Uuid, primary_key=True),
    Column("entry_id", Uuid, primary_key=True),
    UniqueConstraint("tenant_id", "entry_id"),
    within_tenant("closing_id", "year_closings"),
    within_tenant("entry_id", "journal_entries"),
)

year_reopenings = Table(
    "year_reopenings",
    METADATA,
    tenant_column(),
    Column("closing_id", Uuid, primary_key=True),
    Column("reopened_at", DateTime(timezone=True), nullable=False),
    Column("maker", Uuid, nullable=False),
    Column("checker", Uuid, nullable=False),
    Column("reason", Text, nullable=False),
    Column("effect_key", Text, nullable=False),
    Column("content_hash", LargeBinary, nullable=False),
    transaction_column(),
    UniqueConstraint("tenant_id", "effect_key"),
    within_tenant("closing_id", "year_closings"),
    within_tenant("maker", "persons"),
    within_tenant("checker", "persons"),
)

period_balances = Table(
    "period_balances",
    METADATA,
    tenant_column(),
    Column("closing_id", Uuid, primary_key=True),
    Column("account_id", BigInteger, primary_key=True),
    Column("currency", CHAR(3), primary_key=True),
    Column("dimension_set_id", BigInteger, primary_key=True),
    Column("debit", BigInteger, nullable=False),
    Column("credit", BigInteger, nullable=False),
    Column("base_debit", BigInteger, nullable=False),
    Column("base_credit", BigInteger, nullable=False),
    within_tenant("closing_id", "year_closings"),
    within_tenant("account_id", "accounts"),
    within_tenant("dimension_set_id", "dimension_sets"),
)
