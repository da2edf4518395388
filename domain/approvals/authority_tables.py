"""Approval limits, delegations and their ends: rows that are superseded, never changed."""

from sqlalchemy import (
    CHAR,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from domain.database import METADATA, of_branch, tenant_column, within_tenant

RECORDED = text("clock_timestamp()")

approval_limits = Table(
    "approval_limits",
    METADATA,
    tenant_column(),
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("role", Text),
    Column("person_id", Uuid),
    Column("process_type", Text),
    Column("company_id", Uuid),
    Column("branch", Text),
    Column("currency", CHAR(3), nullable=False),
    Column("per_document", BigInteger),
    Column("per_day", BigInteger),
    Column("effective_from", Date, nullable=False),
    Column("effective_to", Date),
    Column("reason", Text, nullable=False),
    Column("process_id", Uuid, nullable=False),
    Column("asked_by", Uuid, nullable=False),
    Column("checked_by", Uuid, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=RECORDED),
    within_tenant("person_id", "persons"),
    within_tenant("company_id", "companies"),
    of_branch(),
    within_tenant("process_id", "processes"),
    within_tenant("asked_by", "persons"),
    within_tenant("checked_by", "persons"),
    Index(
        "approval_limits_person_id", "tenant_id", "person_id",
        postgresql_where=text("person_id IS NOT NULL"),
    ),
    Index("approval_limits_role", "tenant_id", "role", postgresql_where=text("role IS NOT NULL")),
)  # fmt: skip

delegations = Table(
    "delegations",
    METADATA,
    tenant_column(),
    Column("id", Uuid, primary_key=True),
    Column("from_person_id", Uuid, nullable=False),
    Column("to_person_id", Uuid, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("process_types", ARRAY(Text), nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("cap", BigInteger),
    Column("currency", CHAR(3)),
    Column("is_away", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("process_id", Uuid, nullable=False),
    Column("asked_by", Uuid, nullable=False),
    Column("checked_by", Uuid, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=RECORDED),
    UniqueConstraint("tenant_id", "process_id"),
    within_tenant("from_person_id", "persons"),
    within_tenant("to_person_id", "persons"),
    within_tenant("process_id", "processes"),
    within_tenant("asked_by", "persons"),
    within_tenant("checked_by", "persons"),
    Index("delegations_to_person_id", "tenant_id", "to_person_id", "last_day"),
    Index("delegations_from_person_id", "tenant_id", "from_person_id", "last_day"),
)

delegation_ends = Table(
    "delegation_ends",
    METADATA,
    tenant_column(),
    Column("delegation_id", Uuid, primary_key=True),
    Column("ended_at", DateTime(timezone=True), nullable=False),
    Column("ended_by", Uuid, nullable=False),
    Column("reason", Text),
    Column("process_id", Uuid, nullable=False),
    within_tenant("delegation_id", "delegations"),
    within_tenant("ended_by", "persons"),
    within_tenant("process_id", "processes"),
)
