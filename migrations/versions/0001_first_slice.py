"""Tenancy, the ledger, processes, and who may do what."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"
UP = (
    "0001_tenancy",
    "0002_ledger",
    "0003_posting",
    "0004_processes",
    "0005_guard",
    "0006_statistics",
)


def upgrade() -> None:
    """Run the files in order, as the owner."""
    for name in UP:
        op.get_bind().exec_driver_sql((SQL / f"{name}.sql").read_text().replace("%", "%%"))


def downgrade() -> None:
    """Leave an empty schema behind."""
    op.get_bind().exec_driver_sql((SQL / "0001_down.sql").read_text())
