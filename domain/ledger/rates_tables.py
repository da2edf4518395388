"""The tables of exchange rates and of revaluations. Written only by SQL functions."""

from sqlalchemy import (
    CHAR,
    BigInteger,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from domain.database import METADATA, tenant_column, within_tenant


def id_column() -> Column[object]:
    """`id`, a UUIDv7 of the database."""
    return Column("id", Uuid, primary_key=True, server_default=text("uuidv7()"))


def recorded_column() -> Column[object]:
    """`recorded_at`, filled by the database."""
    now = text("clock_timestamp()")
    return Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=now)


exchange_rates = Table(
    "exchange_rates",
    METADATA,
    tenant_column(),
    id_column(),
    Column("company_id", Uuid),
    Column("base_currency", CHAR(3), nullable=False),
    Column("quote_currency", CHAR(3), nullable=False),
    Column("kind", Text, nullable=False),
    Column("rate_date", Date, nullable=False),
    Column("version", Integer, nullable=False),
    Column("units", Integer, nullable=False),
    Column("rate", Numeric(20, 10), nullable=False),
    Column("source", Text, nullable=False),
    Column("set_by", Uuid),
    Column("reason", Text),
    Column("effect_key", Text, nullable=False),
    Column("content_hash", LargeBinary, nullable=False),
    recorded_column(),
    UniqueConstraint("tenant_id", "effect_key"),
    UniqueConstraint(
        "tenant_id",
        "base_currency",
        "quote_currency",
        "kind",
        "rate_date",
        "company_id",
        "version",
        name="exchange_rates_version",
        postgresql_nulls_not_distinct=True,
    ),
    within_tenant("company_id", "companies"),
    within_tenant("set_by", "persons"),
)

revaluations = Table(
    "revaluations",
    METADATA,
    tenant_column(),
    id_column(),
    Column("company_id", Uuid, nullable=False),
    Column("revalued_on", Date, nullable=False),
    Column("rate_kind", Text, nullable=False),
    Column("entry_id", Uuid),
    Column("reversal_id", Uuid),
    Column("clean_up_id", Uuid),
    Column("effect_key", Text, nullable=False),
    Column("content_hash", LargeBinary, nullable=False),
    recorded_column(),
    UniqueConstraint("tenant_id", "effect_key"),
    within_tenant("company_id", "companies"),
    within_tenant("entry_id", "journal_entries"),
    within_tenant("reversal_id", "journal_entries"),
    within_tenant("clean_up_id", "journal_entries"),
    Index("revaluations_company_id", "tenant_id", "company_id", "revalued_on"),
)

revaluation_lines = Table(
    "revaluation_lines",
    METADATA,
    tenant_column(),
    Column("revaluation_id", Uuid, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("currency", CHAR(3), nullable=False),
    Column("dimension_set_id", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("carrying", BigInteger, nullable=False),
    Column("revalued", BigInteger, nullable=False),
    Column("rate_id", Uuid),
    Column("pivot_rate_id", Uuid),
    within_tenant("revaluation_id", "revaluations"),
    within_tenant("account_id", "accounts"),
    within_tenant("dimension_set_id", "dimension_sets"),
    within_tenant("rate_id", "exchange_rates"),
    within_tenant("pivot_rate_id", "exchange_rates"),
)
