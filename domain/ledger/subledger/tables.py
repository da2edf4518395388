"""The tables of receivables and payables. Only the database's own functions write them."""

from sqlalchemy import (
    CHAR,
    BigInteger,
    Column,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from domain.database import METADATA, tenant_column, within_tenant


def line_of(entry: str, line: str, table: str) -> ForeignKeyConstraint:
    """A reference to a posting or an item: its entry and its line."""
    columns = [f"{table}.{name}" for name in ("tenant_id", "entry_id", "line")]
    return ForeignKeyConstraint(["tenant_id", entry, line], columns)


def written_at(name: str) -> Column[object]:
    """When the row was written."""
    now = text("clock_timestamp()")
    return Column(name, DateTime(timezone=True), nullable=False, server_default=now)


open_items = Table(
    "open_items",
    METADATA,
    tenant_column(),
    Column("entry_id", Uuid, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("company_id", Uuid, nullable=False),
    Column("account_id", BigInteger, nullable=False),
    Column("party_id", Uuid, nullable=False),
    Column("entry_date", Date, nullable=False),
    Column("due_date", Date, nullable=False),
    Column("currency", CHAR(3), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("base_amount", BigInteger, nullable=False),
    Column("open_amount", BigInteger, nullable=False),
    Column("open_base_amount", BigInteger, nullable=False),
    line_of("entry_id", "line", "postings"),
    Index("open_items_open", "tenant_id", "company_id", "account_id", "party_id"),
    Index("open_items_party_id", "tenant_id", "party_id", "account_id", "entry_date"),
)

allocations = Table(
    "allocations",
    METADATA,
    tenant_column(),
    Column("id", Uuid, primary_key=True),
    Column("company_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("on_date", Date, nullable=False),
    Column("undoes", Uuid),
    Column("entry_id", Uuid),
    Column("exchange_entry_id", Uuid),
    Column("reason", Text),
    Column("effect_key", Text, nullable=False),
    Column("content_hash", LargeBinary, nullable=False),
    written_at("allocated_at"),
    UniqueConstraint("tenant_id", "effect_key"),
    within_tenant("company_id", "companies"),
    within_tenant("undoes", "allocations"),
    within_tenant("entry_id", "journal_entries"),
    within_tenant("exchange_entry_id", "journal_entries"),
    Index("allocations_undoes", "tenant_id", "undoes", unique=True),
)

allocation_lines = Table(
    "allocation_lines",
    METADATA,
    tenant_column(),
    Column("allocation_id", Uuid, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("on_date", Date, nullable=False),
    Column("debit_entry_id", Uuid, nullable=False),
    Column("debit_line", Integer, nullable=False),
    Column("credit_entry_id", Uuid, nullable=False),
    Column("credit_line", Integer, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("base_amount", BigInteger, nullable=False),
    within_tenant("allocation_id", "allocations"),
    line_of("debit_entry_id", "debit_line", "open_items"),
    line_of("credit_entry_id", "credit_line", "open_items"),
    Index("allocation_lines_debit", "tenant_id", "debit_entry_id", "debit_line"),
    Index("allocation_lines_credit", "tenant_id", "credit_entry_id", "credit_line"),
    Index("allocation_lines_on_date", "tenant_id", "on_date"),
)

reminders = Table(
    "reminders",
    METADATA,
    tenant_column(),
    Column("id", Uuid, primary_key=True),
    Column("company_id", Uuid, nullable=False),
    Column("party_id", Uuid, nullable=False),
    Column("currency", CHAR(3), nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("sent_on", Date, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("effect_key", Text, nullable=False),
    Column("content_hash", LargeBinary, nullable=False),
    written_at("recorded_at"),
    UniqueConstraint("tenant_id", "effect_key"),
    within_tenant("company_id", "companies"),
    within_tenant("party_id", "parties"),
    Index("reminders_party_id", "tenant_id", "party_id", "sent_on"),
)

reminder_items = Table(
    "reminder_items",
    METADATA,
    tenant_column(),
    Column("entry_id", Uuid, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("level", SmallInteger, primary_key=True),
    Column("reminder_id", Uuid, nullable=False),
    within_tenant("reminder_id", "reminders"),
    line_of("entry_id", "line", "open_items"),
)
