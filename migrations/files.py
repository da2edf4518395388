"""Runs the SQL files of a revision: each has a number, and a twin that takes it away again."""

from pathlib import Path

from sqlalchemy import Connection

SQL = Path(__file__).parent / "sql"
DOWN = "_down"


def run_up(connection: Connection, revision: str) -> None:
    """Run the files of a revision in the order of their numbers."""
    for path in files(revision):
        if not path.stem.endswith(DOWN):
            run(connection, path)


def run_down(connection: Connection, revision: str) -> None:
    """Run the twins, the last first."""
    for path in reversed(files(revision)):
        if path.stem.endswith(DOWN):
            run(connection, path)


def files(revision: str) -> list[Path]:
    """The SQL files of a revision, by number."""
    return sorted((SQL / revision).glob("*.sql"))


def run(connection: Connection, path: Path) -> None:
    """Run one file as it stands: a percent sign in it is no parameter."""
    connection.exec_driver_sql(path.read_text().replace("%", "%%"))
