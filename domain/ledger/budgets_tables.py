"""The tables of budgets. Only the database's own functions write them."""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from domain.database import METADATA, tenant_column, within_tenant

budgets = Table(
    "budgets",
    METADATA,
    tenant_column(),
    Column("id", Uuid, primary_key=True),
    Column("company_id", Uuid, nullable=False),
    Column("fiscal_year", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False, server_default="draft"),
    Column("drawn_up_by", Uuid, nullable=False),
    Column(
        "drawn_up_at",
        DateTime(timezone=True),
        nullable=False,
        server_default=text("clock_timestamp()"),
    ),
    Column("activated_by", Uuid),
    Column("activated_at", DateTime(timezone=True)),
    Column("effect_key", Text, nullable=False),
    Column("content_hash", LargeBinary, nullable=False),
    UniqueConstraint("tenant_id", "effect_key"),
    UniqueConstraint("tenant_id", "company_id", "fiscal_year", "name", "version"),
    within_tenant("company_id", "companies"),
    within_tenant("drawn_up_by", "persons"),
    within_tenant("activated_by", "persons"),
)

budget_lines = Table(
    "budget_lines",
    METADATA,
    tenant_column(),
    Column("id", Uuid, primary_key=True, server_default=text("uuidv7()")),
    Column("budget_id", Uuid, nullable=False),
    Column("account_id", BigInteger, nullable=False),
    Column("dimensions", JSONB, nullable=False),
    Column("month", Date, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("action", Text, nullable=False),
    Column("span", Text, nullable=False),
    UniqueConstraint("tenant_id", "account_id", "month", "budget_id", "dimensions"),
    within_tenant("budget_id", "budgets"),
    within_tenant("account_id", "accounts"),
)
