"""Alembic's entry: runs the revisions as the owner over the connection it is handed."""

from alembic import context
from sqlalchemy import Connection

from domain.schema import METADATA

connection: Connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
