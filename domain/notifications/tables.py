"""How persons want to be told, what was told to whom, and what they have read of it."""

from sqlalchemy import (
    Boolean,
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
from sqlalchemy.dialects.postgresql import ARRAY

from domain.database import METADATA, tenant_column, within_tenant
from domain.ledger.tables import TransactionId

TIME = DateTime(timezone=True)
CLOCK = text("clock_timestamp()")

contacts = Table(
    "contacts",
    METADATA,
    tenant_column(),
    Column("person_id", Uuid, primary_key=True),
    Column("email", Text),
    Column("phone", Text),
    Column("language", Text, nullable=False),
    Column("channels", ARRAY(Text), nullable=False),
    Column("changed_in", Uuid, nullable=False),
    Column("changed_at", TIME, nullable=False, server_default=CLOCK),
    within_tenant("person_id", "persons"),
    within_tenant("changed_in", "processes"),
)

notification_places = Table(
    "notification_places",
    METADATA,
    tenant_column(),
    Column("transaction_id", TransactionId, nullable=False),
    Column("event_id", Uuid, nullable=False),
    within_tenant("event_id", "events"),
)

notifications = Table(
    "notifications",
    METADATA,
    tenant_column(),
    Column("id", Uuid, primary_key=True),
    Column("event_id", Uuid, nullable=False),
    Column("process_id", Uuid, nullable=False),
    Column("task_id", Uuid),
    Column("name", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("person_id", Uuid),
    Column("address", Text),
    Column("language", Text, nullable=False),
    Column("subject", Text),
    Column("body", Text, nullable=False),
    Column("is_html", Boolean, nullable=False),
    Column("dlt", Text),
    Column("segments", Integer),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("problem", Text),
    Column("receipt", Text),
    Column("created_at", TIME, nullable=False, server_default=CLOCK),
    Column("next_at", TIME),
    Column("give_up_at", TIME),
    Column("settled_at", TIME),
    UniqueConstraint("tenant_id", "event_id", "name", "channel", "recipient"),
    within_tenant("event_id", "events"),
    within_tenant("process_id", "processes"),
    within_tenant("task_id", "tasks"),
    within_tenant("person_id", "persons"),
    Index(
        "notifications_person_id", "tenant_id", "person_id", "created_at", "id",
        postgresql_where=text("channel = 'inbox'"),
    ),
    Index(
        "notifications_waiting", "tenant_id", "next_at",
        postgresql_where=text("state = 'waiting'"),
    ),
    Index(
        "notifications_created_at", "tenant_id", "created_at", "id",
        postgresql_where=text("channel <> 'inbox'"),
    ),
    Index("notifications_process_id", "tenant_id", "process_id"),
)  # fmt: skip

notification_reads = Table(
    "notification_reads",
    METADATA,
    tenant_column(),
    Column("notification_id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("read_at", TIME, nullable=False, server_default=CLOCK),
    within_tenant("notification_id", "notifications"),
    within_tenant("person_id", "persons"),
)
