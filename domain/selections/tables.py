"""Selections, their items, the instruction signed for each, and what became of it."""

from sqlalchemy import (
    CHAR,
    BigInteger,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from domain.database import METADATA, tenant_column, within_tenant

selections = Table(
    "selections",
    METADATA,
    tenant_column(),
    Column("id", Uuid, primary_key=True),
    Column("resource", Text, nullable=False),
    Column("user_id", Uuid, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    within_tenant("user_id", "users"),
    Index("selections_user_id", "tenant_id", "user_id"),
)

selection_items = Table(
    "selection_items",
    METADATA,
    tenant_column(),
    Column("selection_id", Uuid, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("item_id", Uuid, nullable=False),
    Column("workflow_id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("seen", Text, nullable=False),
    Column("amount", BigInteger),
    Column("currency", CHAR(3)),
    UniqueConstraint("tenant_id", "selection_id", "item_id"),
    within_tenant("selection_id", "selections"),
)

bulk_instructions = Table(
    "bulk_instructions",
    METADATA,
    tenant_column(),
    Column("process_id", Uuid, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("selection_id", Uuid, nullable=False),
    Column("signed", Text, nullable=False),
    Column("means", JSONB, nullable=False),
    ForeignKeyConstraint(
        ["tenant_id", "selection_id", "position"],
        [
            "selection_items.tenant_id",
            "selection_items.selection_id",
            "selection_items.position",
        ],
    ),
    Index("bulk_instructions_selection_id", "tenant_id", "selection_id", "position"),
)

bulk_items = Table(
    "bulk_items",
    METADATA,
    tenant_column(),
    Column("process_id", Uuid, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("state", Text, nullable=False),
    Column("code", Text),
    Column("message", Text),
    Column(
        "recorded_at",
        DateTime(timezone=True),
        nullable=False,
        server_default=text("clock_timestamp()"),
    ),
    within_tenant("process_id", "processes"),
)
