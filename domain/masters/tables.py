"""Products, branches, and the versions of every master. Parties stand with `domain.access`."""

from sqlalchemy import Boolean, Column, DateTime, Integer, Table, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from domain.access.tables import of_version
from domain.database import METADATA, tenant_column, within_tenant

products = Table(
    "products",
    METADATA,
    tenant_column(),
    Column("id", Uuid, primary_key=True),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("nature", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("hsn", Text),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    *of_version(),
    UniqueConstraint("tenant_id", "code"),
)

branches = Table(
    "branches",
    METADATA,
    tenant_column(),
    Column("id", Uuid, primary_key=True),
    Column("company_id", Uuid, nullable=False),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("gstin", Text),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    *of_version(),
    UniqueConstraint("tenant_id", "code"),
    within_tenant("company_id", "companies"),
)

# A trigger writes it, whichever way a master is written.
master_versions = Table(
    "master_versions",
    METADATA,
    tenant_column(),
    Column("kind", Text, nullable=False),
    Column("master", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("content", JSONB, nullable=False),
    Column("effective_at", DateTime(timezone=True), nullable=False),
    Column("made_by", Uuid),
    Column("checked_by", Uuid),
    Column("process_id", Uuid),
    within_tenant("made_by", "persons"),
    within_tenant("checked_by", "persons"),
    within_tenant("process_id", "processes"),
)
