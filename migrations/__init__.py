"""The schema and its logins. Alembic is the only way either changes."""
