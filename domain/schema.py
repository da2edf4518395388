"""Every table in one place, for Alembic: importing this fills the MetaData."""

from domain.access import edge_tables as edge
from domain.access import tables as access
from domain.approvals import authority_tables as authority
from domain.approvals import tables as approvals
from domain.database import METADATA
from domain.deadlines import tables as deadlines
from domain.documents import tables as documents
from domain.ledger import budgets_tables, holds_tables, rates_tables, years_tables
from domain.ledger import tables as book_tables
from domain.ledger.sealing import tables as seals_tables
from domain.ledger.subledger import tables as subledger_tables
from domain.ledger.transfer import tables as transfer_tables
from domain.masters import tables as masters
from domain.notifications import tables as notifications
from domain.processes import tables as processes
from domain.selections import tables as selections
from domain.versions import tables as versions

# Only the database's own functions write these.
LEDGER = (
    book_tables, budgets_tables, holds_tables, rates_tables, seals_tables, subledger_tables,
    transfer_tables, years_tables,
)  # fmt: skip

__all__ = [
    "LEDGER", "METADATA", "access", "approvals", "authority", "deadlines", "documents", "edge",
    "masters", "notifications", "processes", "selections", "versions",
]  # fmt: skip
