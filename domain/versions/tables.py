"""Drafts of definitions, which are the edge's, and the versions that came into force."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from domain.database import METADATA, tenant_column, within_tenant

TIME = DateTime(timezone=True)
CLOCK = text("clock_timestamp()")

definition_drafts = Table(
    "definition_drafts",
    METADATA,
    tenant_column(),
    Column("id", Uuid, primary_key=True),
    Column("type", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("hash", Text),
    Column("follows", Uuid),
    Column("revision", Integer, nullable=False, server_default="1"),
    Column("made_by", Uuid, nullable=False),
    Column("created_at", TIME, nullable=False, server_default=CLOCK),
    Column("updated_at", TIME, nullable=False, server_default=CLOCK),
    within_tenant("made_by", "persons"),
    Index("definition_drafts_created_at", "tenant_id", "created_at", "id"),
)

definition_versions = Table(
    "definition_versions",
    METADATA,
    tenant_column(),
    Column("id", Uuid, primary_key=True),
    Column("type", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("hash", Text, ForeignKey("definitions.hash"), nullable=False),
    Column("source", Text, nullable=False),
    Column("draft_id", Uuid, nullable=False),
    Column("active_from", Date, nullable=False),
    Column("made_by", Uuid, nullable=False),
    Column("approved_by", Uuid, nullable=False),
    Column("process_id", Uuid, nullable=False),
    Column("activated_at", TIME, nullable=False),
    Column("rolled_back_at", TIME),
    Column("rolled_back_by", Uuid),
    UniqueConstraint("tenant_id", "type", "number"),
    UniqueConstraint("tenant_id", "process_id"),
    within_tenant("draft_id", "definition_drafts"),
    within_tenant("made_by", "persons"),
    within_tenant("approved_by", "persons"),
    within_tenant("process_id", "processes"),
    within_tenant("rolled_back_by", "processes"),
    CheckConstraint("made_by <> approved_by", name="maker_is_not_the_approver"),
)
