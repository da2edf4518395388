"""Documents and the keys that may exist once."""

from sqlalchemy import Column, ForeignKeyConstraint, Index, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from domain.database import METADATA, tenant_column, within_tenant

documents = Table(
    "documents",
    METADATA,
    tenant_column(),
    Column("id", Uuid, primary_key=True),
    Column("process_id", Uuid, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("party_id", Uuid),
    within_tenant("process_id", "processes"),
    within_tenant("party_id", "parties"),
    Index("documents_process_id", "tenant_id", "process_id"),
)

document_keys = Table(
    "document_keys",
    METADATA,
    tenant_column(),
    Column("type", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("process_id", Uuid, nullable=False),
    ForeignKeyConstraint(["tenant_id", "process_id"], ["processes.tenant_id", "processes.id"]),
    Index("document_keys_process_id", "tenant_id", "process_id"),
)
