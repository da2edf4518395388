"""Brings a database to a revision: logins first, then Alembic as the owner."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine

from migrations import logins

HEAD = "head"


def configuration(connection: Connection) -> Config:
    """Alembic's configuration, without a file: the connection is handed in."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def upgrade(url: str, password: str, revision: str = HEAD) -> None:
    """Upgrade the database at `url`, a login that may create roles. Again changes nothing."""
    engine = create_engine(url)
    with engine.begin() as connection:
        logins.ensure(connection, password)
        connection.exec_driver_sql("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        connection.exec_driver_sql(f"GRANT ALL ON SCHEMA public TO {logins.OWNER}")
        connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA public TO {', '.join(logins.LOGINS)}")
    with engine.begin() as connection:
        connection.exec_driver_sql(f"SET ROLE {logins.OWNER}")
        command.upgrade(configuration(connection), revision)
    engine.dispose()


def downgrade(url: str, revision: str) -> None:
    """Take revisions away again. Data in what they made is gone."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"SET ROLE {logins.OWNER}")
        command.downgrade(configuration(connection), revision)
    engine.dispose()
