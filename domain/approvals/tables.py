"""Tasks in an inbox and the one decision each may get."""

from sqlalchemy import (
    CHAR,
    BigInteger,
    Column,
    DateTime,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from domain.database import METADATA, tenant_column, within_tenant

tasks = Table(
    "tasks",
    METADATA,
    tenant_column(),
    Column("id", Uuid, primary_key=True),
    Column("process_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("level", Integer, nullable=False),
    Column("levels", Integer, nullable=False),
    Column("seat", Integer, nullable=False),
    Column("role", Text, nullable=False),
    Column("escalated_to", Text),
    Column("title", Text, nullable=False),
    Column("amount", BigInteger),
    Column("currency", CHAR(3)),
    Column("subject_hash", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="open"),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True)),
    Column("reminders", Integer, nullable=False, server_default="0"),
    Column("closed_at", DateTime(timezone=True)),
    Column("sequence", BigInteger, nullable=False),
    UniqueConstraint("tenant_id", "process_id", "stage", "round", "level", "seat"),
    within_tenant("process_id", "processes"),
    Index("tasks_open", "tenant_id", "opened_at", "id", postgresql_where=text("state = 'open'")),
)

decisions = Table(
    "decisions",
    METADATA,
    tenant_column(),
    Column("task_id", Uuid, primary_key=True),
    Column("process_id", Uuid, nullable=False),
    Column("action", Text, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("user_id", Uuid, nullable=False),
    Column("reason", Text),
    Column("subject_hash", Text, nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=False),
    within_tenant("task_id", "tasks"),
    within_tenant("person_id", "persons"),
    within_tenant("user_id", "users"),
    Index("decisions_process_id", "tenant_id", "process_id"),
)
