"""The process kit: stages that any definition names, processes without an amount."""

from alembic import op

from migrations.files import run_down, run_up

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the files, as the owner."""
    run_up(op.get_bind(), revision)


def downgrade() -> None:
    """Back to processes that all have an amount."""
    run_down(op.get_bind(), revision)
