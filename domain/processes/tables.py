"""The record of a process: its projection, effects, evidence, events, exceptions, partner calls."""

from sqlalchemy import (
    CHAR,
    BigInteger,
    Column,
    Date,
    DateTime,
    ForeignKey,
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
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from domain.database import METADATA, tenant_column, within_tenant
from domain.ledger.tables import transaction_column

TIME = DateTime(timezone=True)
NOW = text("now()")
CLOCK = text("clock_timestamp()")

definitions = Table(
    "definitions",
    METADATA,
    Column("hash", Text, primary_key=True),
    Column("type", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("released_at", TIME, nullable=False, server_default=NOW),
)

processes = Table(
    "processes",
    METADATA,
    tenant_column(),
    Column("id", Uuid, primary_key=True),
    Column("type", Text, nullable=False),
    Column("definition_hash", Text, ForeignKey("definitions.hash"), nullable=False),
    Column("workflow_id", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("company_id", Uuid, nullable=False),
    Column("document_id", Uuid, nullable=False),
    Column("status", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("stage_since", TIME, nullable=False),
    Column("due_at", TIME),
    Column("waiting_for", Text),
    Column("amount", BigInteger),
    Column("currency", CHAR(3)),
    Column("business_date", Date, nullable=False),
    Column("external_ref", Text),
    Column("request_hash", Text, nullable=False),
    Column("created_by", Uuid, nullable=False),
    Column("created_by_user", Uuid, nullable=False),
    Column("makers", ARRAY(Uuid), nullable=False),
    Column("concerns", ARRAY(Uuid), nullable=False, server_default=text("'{}'")),
    Column("reason", Text),
    Column("sequence", BigInteger, nullable=False),
    Column("created_at", TIME, nullable=False),
    Column("updated_at", TIME, nullable=False),
    Column("closed_at", TIME),
    UniqueConstraint("tenant_id", "workflow_id"),
    UniqueConstraint("tenant_id", "type", "external_ref"),
    within_tenant("company_id", "companies"),
    within_tenant("created_by", "persons"),
    within_tenant("created_by_user", "users"),
    Index("processes_created_at", "tenant_id", "created_at", "id"),
)

exceptions = Table(
    "exceptions",
    METADATA,
    tenant_column(),
    Column("id", Uuid, primary_key=True),
    Column("process_id", Uuid, nullable=False),
    Column("step", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("cause", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="open"),
    Column("opened_at", TIME, nullable=False),
    Column("resolution", Text),
    Column("reason", Text),
    Column("resolved_by", Uuid),
    Column("resolved_at", TIME),
    Column("sequence", BigInteger, nullable=False),
    within_tenant("process_id", "processes"),
    within_tenant("resolved_by", "persons"),
    Index("exceptions_process_id", "tenant_id", "process_id"),
    Index(
        "exceptions_open", "tenant_id", "opened_at", "id", postgresql_where=text("state = 'open'")
    ),
)

effects = Table(
    "effects",
    METADATA,
    tenant_column(),
    Column("effect_key", Text, primary_key=True),
    Column("content_hash", Text, nullable=False),
    Column("result", JSONB, nullable=False),
    Column("recorded_at", TIME, nullable=False, server_default=CLOCK),
)

evidence = Table(
    "evidence",
    METADATA,
    tenant_column(),
    Column("id", Uuid, primary_key=True),
    Column("process_id", Uuid, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("step", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("effect_key", Text, nullable=False),
    Column("person_id", Uuid),
    Column("user_id", Uuid),
    Column("inputs", JSONB, nullable=False),
    Column("outputs", JSONB, nullable=False),
    Column("digest", Text, nullable=False),
    Column("business_at", TIME, nullable=False),
    Column("recorded_at", TIME, nullable=False, server_default=CLOCK),
    transaction_column(),
    UniqueConstraint("tenant_id", "effect_key"),
    within_tenant("process_id", "processes"),
    within_tenant("person_id", "persons"),
    within_tenant("user_id", "users"),
    Index("evidence_process_id", "tenant_id", "process_id", "sequence"),
)

events = Table(
    "events",
    METADATA,
    tenant_column(),
    Column("id", Uuid, primary_key=True),
    Column("process_id", Uuid, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("recorded_at", TIME, nullable=False, server_default=CLOCK),
    transaction_column(),
    within_tenant("process_id", "processes"),
    Index("events_transaction_id", "tenant_id", "transaction_id", "id"),
    Index("events_process_id", "tenant_id", "process_id", "sequence"),
)

partner_calls = Table(
    "partner_calls",
    METADATA,
    tenant_column(),
    Column("effect_key", Text, primary_key=True),
    Column("process_id", Uuid, nullable=False),
    Column("partner", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("request", JSONB, nullable=False),
    Column("answer", JSONB),
    Column("intended_at", TIME, nullable=False),
    Column("answered_at", TIME),
    within_tenant("process_id", "processes"),
    Index("partner_calls_process_id", "tenant_id", "process_id"),
)

archived_histories = Table(
    "archived_histories",
    METADATA,
    tenant_column(),
    Column("process_id", Uuid, primary_key=True),
    Column("run_id", Text, primary_key=True),
    Column("event_count", Integer, nullable=False),
    Column("history", LargeBinary, nullable=False),
    Column("archived_at", TIME, nullable=False, server_default=NOW),
    ForeignKeyConstraint(["tenant_id", "process_id"], ["processes.tenant_id", "processes.id"]),
)
