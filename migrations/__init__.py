"""Alembic: the only way the schema changes."""
