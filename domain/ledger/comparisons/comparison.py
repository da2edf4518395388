"""What one comparison is: a name, what it recomputes, and how."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Compared:
    """How many were compared, and the first difference in words; None when there is none."""

    compared: int
    difference: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison of one company's book. It is made where all tables that it `needs` exist."""

    name: str
    title: str
    make: Callable[[Connection, UUID], Compared]
    needs: tuple[str, ...] = ()


def query(name: str, title: str, sql: str, *, needs: tuple[str, ...] = ()) -> Comparison:
    """A comparison by one query of `:company`, which answers with one row: compared, difference."""
    statement = text(sql)

    def make(connection: Connection, company: UUID) -> Compared:
        row = connection.execute(statement, {"company": company}).one()
        return Compared(row.compared, row.difference)

    return Comparison(name, title, make, needs)
