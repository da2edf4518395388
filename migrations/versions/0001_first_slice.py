"""Tenancy, the ledger, processes, and who may do what."""

from alembic import op

from migrations.files import run_down, run_up

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the files, as the owner."""
    run_up(op.get_bind(), revision)


def downgrade() -> None:
    """Leave an empty schema behind."""
    run_down(op.get_bind(), revision)
