"""The table of imports. Only the database's own functions write it."""

from sqlalchemy import BigInteger, Column, DateTime, Table, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from domain.database import METADATA, tenant_column, within_tenant

imports = Table(
    "imports",
    METADATA,
    tenant_column(),
    Column("id", Uuid, primary_key=True),
    Column("company_id", Uuid, nullable=False),
    Column("digest", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("entries", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False, server_default="0"),
    Column("columns", JSONB, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column(
        "started_at",
        DateTime(timezone=True),
        nullable=False,
        server_default=text("clock_timestamp()"),
    ),
    UniqueConstraint("tenant_id", "company_id", "digest"),
    within_tenant("company_id", "companies"),
    within_tenant("person_id", "persons"),
)
