"""Every table in one place, for Alembic: importing this fills the MetaData."""

from domain.access import tables as access
from domain.approvals import tables as approvals
from domain.database import METADATA
from domain.documents import tables as documents
from domain.ledger import budgets_tables as budgets
from domain.ledger import holds_tables as holds
from domain.ledger import tables as ledger
from domain.ledger.transfer import tables as transfer
from domain.processes import tables as processes

__all__ = [
    "METADATA",
    "access",
    "approvals",
    "budgets",
    "documents",
    "holds",
    "ledger",
    "processes",
    "transfer",
]
