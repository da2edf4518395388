"""Documents and the keys that may exist once; files: sent, kept, and attached to processes."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
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
    Index(
        "documents_party_id", "tenant_id", "party_id", "process_id",
        postgresql_where=text("party_id IS NOT NULL"),
    ),
)  # fmt: skip

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

uploads = Table(
    "uploads",
    METADATA,
    tenant_column(),
    Column("id", Uuid, primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("uploaded_by", Uuid, nullable=False),
    Column(
        "uploaded_at",
        DateTime(timezone=True),
        nullable=False,
        server_default=text("clock_timestamp()"),
    ),
    UniqueConstraint("tenant_id", "uploaded_by", "sha256", "media_type", "name"),
    within_tenant("uploaded_by", "users"),
)

files = Table(
    "files",
    METADATA,
    tenant_column(),
    Column("sha256", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

attachments = Table(
    "attachments",
    METADATA,
    tenant_column(),
    Column("id", Uuid, primary_key=True),
    Column("process_id", Uuid, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("title", Text, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("attached_at", DateTime(timezone=True), nullable=False),
    within_tenant("process_id", "processes"),
    within_tenant("person_id", "persons"),
    ForeignKeyConstraint(["tenant_id", "sha256"], ["files.tenant_id", "files.sha256"]),
    Index("attachments_process_id", "tenant_id", "process_id", "attached_at", "id"),
)
