"""The tables of the book. Only the database's own functions write them."""

from sqlalchemy import (
    ARRAY,
    CHAR,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Identity,
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
from sqlalchemy.dialects.postgresql import DOMAIN, JSONB
from sqlalchemy.sql.operators import OperatorClass
from sqlalchemy.types import UserDefinedType

from domain.database import METADATA, tenant_column, within_tenant


class TransactionId(UserDefinedType[str]):
    """PostgreSQL's 64-bit transaction id, by which everything that follows commits is ordered."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """The type's name in SQL."""
        return "xid8"


def transaction_column() -> Column[str]:
    """`transaction_id`, filled by the database."""
    now = text("pg_current_xact_id()")
    return Column("transaction_id", TransactionId, nullable=False, server_default=now)


class Vocabulary(DOMAIN):
    """Text of which the database takes only certain words; compared as text is."""

    operator_classes = OperatorClass.STRING


def vocabulary(name: str) -> Vocabulary:
    """The domain of this name, which a revision makes."""
    return Vocabulary(name, Text(), create_type=False)


accounts = Table(
    "accounts",
    METADATA,
    tenant_column(),
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("company_id", Uuid, nullable=False),
    Column("code", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("currency", CHAR(3)),
    Column("slots", SmallInteger, nullable=False, server_default="1"),
    Column("opened_on", Date, nullable=False),
    Column("closed_on", Date),
    Column("parent_id", BigInteger),
    Column("is_heading", Boolean, nullable=False, server_default="false"),
    Column("normal_side", Text, nullable=False),
    Column("statement_line", Text),
    Column("cash_flow", Text),
    Column("control", Text),
    Column("is_monetary", Boolean, nullable=False, server_default="false"),
    Column("is_limited", Boolean, nullable=False, server_default="false"),
    Column("is_budgeted", Boolean, nullable=False, server_default="false"),
    Column("required_dimensions", ARRAY(Text), nullable=False, server_default="{}"),
    Column("forbidden_dimensions", ARRAY(Text), nullable=False, server_default="{}"),
    Column("translations", JSONB, nullable=False, server_default="{}"),
    UniqueConstraint("tenant_id", "company_id", "code"),
    within_tenant("company_id", "companies"),
    within_tenant("parent_id", "accounts"),
)

dimension_sets = Table(
    "dimension_sets",
    METADATA,
    tenant_column(),
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("dimensions", JSONB, nullable=False),
    UniqueConstraint("tenant_id", "dimensions"),
    Index("dimension_sets_dimensions", "dimensions", postgresql_using="gin"),
)

periods = Table(
    "periods",
    METADATA,
    tenant_column(),
    Column("id", Uuid, primary_key=True),
    Column("company_id", Uuid, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("fiscal_year", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="open"),
    Column("changed_at", DateTime(timezone=True)),
    Column("changed_by", Uuid),
    Column("reason", Text),
    Column("is_adjustment", Boolean, nullable=False, server_default="false"),
    Column("roles", ARRAY(Text), nullable=False, server_default="{}"),
    Column("module_states", JSONB, nullable=False, server_default="{}"),
    UniqueConstraint("tenant_id", "company_id", "starts_on"),
    within_tenant("company_id", "companies"),
)

journal_entries = Table(
    "journal_entries",
    METADATA,
    Column("tenant_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("company_id", Uuid, nullable=False),
    Column("entry_date", Date, nullable=False),
    Column(
        "recorded_at",
        DateTime(timezone=True),
        nullable=False,
        server_default=text("clock_timestamp()"),
    ),
    Column("kind", vocabulary("entry_kind"), nullable=False),
    Column("narration", Text, nullable=False),
    Column("reverses", Uuid),
    Column("party_id", Uuid),
    Column("due_date", Date),
    Column("process_id", Uuid),
    Column("document_id", Uuid),
    Column("effect_key", Text, nullable=False),
    Column("content_hash", LargeBinary, nullable=False),
    transaction_column(),
    Column("voucher", vocabulary("voucher_kind"), nullable=False, server_default="journal"),
    Column("module", vocabulary("module_name"), nullable=False, server_default="general"),
    UniqueConstraint("tenant_id", "effect_key"),
    within_tenant("company_id", "companies"),
    within_tenant("reverses", "journal_entries"),
    within_tenant("party_id", "parties"),
    Index("journal_entries_process_id", "tenant_id", "process_id"),
    Index("journal_entries_reverses", "tenant_id", "reverses", unique=True),
    Index("journal_entries_transaction_id", "tenant_id", "transaction_id"),
    Index("journal_entries_entry_date", "tenant_id", "company_id", "entry_date", "id"),
    Index("journal_entries_kind", "tenant_id", "company_id", "kind", "entry_date"),
)

postings = Table(
    "postings",
    METADATA,
    Column("tenant_id", Uuid, primary_key=True),
    Column("entry_id", Uuid, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("entry_date", Date, nullable=False),
    Column("currency", CHAR(3), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("base_amount", BigInteger, nullable=False),
    Column("dimension_set_id", BigInteger, nullable=False),
    within_tenant("entry_id", "journal_entries"),
    within_tenant("account_id", "accounts"),
    within_tenant("dimension_set_id", "dimension_sets"),
    Index("postings_account_id", "tenant_id", "account_id", "entry_date", "entry_id"),
)


def sums(name: str, *key: Column[object]) -> Table:
    """Debits and credits of an account × currency × company × dimension set × slot."""
    return Table(
        name,
        METADATA,
        Column("tenant_id", Uuid, primary_key=True),
        Column("company_id", Uuid, primary_key=True),
        Column("account_id", BigInteger, primary_key=True),
        *key,
        Column("currency", CHAR(3), primary_key=True),
        Column("dimension_set_id", BigInteger, primary_key=True),
        Column("slot", SmallInteger, primary_key=True),
        Column("debit", BigInteger, nullable=False),
        Column("credit", BigInteger, nullable=False),
        Column("base_debit", BigInteger, nullable=False),
        Column("base_credit", BigInteger, nullable=False),
        within_tenant("company_id", "companies"),
        within_tenant("account_id", "accounts"),
        within_tenant("dimension_set_id", "dimension_sets"),
    )


balances = sums("balances")
day_movements = sums("day_movements", Column("entry_date", Date, primary_key=True))

number_series = Table(
    "number_series",
    METADATA,
    Column("tenant_id", Uuid, primary_key=True),
    Column("company_id", Uuid, primary_key=True),
    Column("series", Text, primary_key=True),
    Column("fiscal_year", Text, primary_key=True),
    Column("last_sequence", BigInteger, nullable=False),
    within_tenant("company_id", "companies"),
)

voucher_numbers = Table(
    "voucher_numbers",
    METADATA,
    Column("tenant_id", Uuid, primary_key=True),
    Column("entry_id", Uuid, primary_key=True),
    Column("company_id", Uuid, nullable=False),
    Column("series", Text, nullable=False),
    Column("fiscal_year", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("number", Text, nullable=False),
    UniqueConstraint("tenant_id", "company_id", "series", "fiscal_year", "sequence"),
    UniqueConstraint("tenant_id", "company_id", "number"),
    within_tenant("entry_id", "journal_entries"),
)

entry_warnings = Table(
    "entry_warnings",
    METADATA,
    tenant_column(),
    Column("entry_id", Uuid, primary_key=True),
    Column("warnings", JSONB, nullable=False),
    within_tenant("entry_id", "journal_entries"),
)

refused_items = Table(
    "refused_items",
    METADATA,
    tenant_column(),
    Column("effect_key", Text, primary_key=True),
    Column("content_hash", LargeBinary, nullable=False),
    Column("code", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("refused_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
)
