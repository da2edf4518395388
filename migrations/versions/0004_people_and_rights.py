"""People and rights: what the complete process kit keeps beside processes and tasks."""

from alembic import op

from migrations.files import run_down, run_up

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the files, as the owner."""
    run_up(op.get_bind(), revision)


def downgrade() -> None:
    """Back to processes and tasks alone."""
    run_down(op.get_bind(), revision)
