"""Every table in one place, for Alembic: importing this fills the MetaData."""

from domain.access import tables as access
from domain.approvals import tables as approvals
from domain.database import METADATA
from domain.documents import tables as documents
from domain.ledger import tables as ledger
from domain.ledger.sealing import tables as seals
from domain.processes import tables as processes

__all__ = ["METADATA", "access", "approvals", "documents", "ledger", "processes", "seals"]
