"""The complete ledger: limits, holds, years, rates, open items, budgets, imports, seals."""

from alembic import op

from migrations.files import SQL, run, run_down, run_up

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FIRST_POSTING = SQL / "0001" / "03_posting.sql"
ITS_GRANTS = """
    REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION ledger_post(jsonb, boolean),
        ledger_reverse(uuid, date, text, text, uuid) TO kontor_app;
"""


def upgrade() -> None:
    """Run the files, as the owner."""
    run_up(op.get_bind(), revision)


def downgrade() -> None:
    """Back to the first slice's ledger. What only the complete one can hold is gone."""
    run_down(op.get_bind(), revision)
    run(op.get_bind(), FIRST_POSTING)
    op.get_bind().exec_driver_sql(ITS_GRANTS)
