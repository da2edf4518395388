"""A report as a table: columns, and rows that know their level and where their figures come from.

Statements make one, renderers show one; neither knows the other. Texts are in the reader's
language already; amounts stay integers in minor units until they are shown.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal
from uuid import UUID


class RowKind(StrEnum):
    """How a row reads: a heading without figures, a line, a subtotal, the total of all."""

    HEADING = "heading"
    LINE = "line"
    SUBTOTAL = "subtotal"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in JSON and CSV, what a reader sees above it, what its cells hold.

    `currency` is that of its amounts where it is not the row's, such as the base currency beside a
    foreign one. A decimal is an exact figure in plain digits, as text: `83.1025`.
    """

    name: str
    title: str
    holds: Literal["text", "amount", "date", "number", "percent", "decimal"] = "amount"
    currency: str | None = None

    def currency_of(self, row: "Row") -> str:
        """The currency of an amount where the row and this column meet."""
        return self.currency or row.currency


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a cell for each column, None where it has nothing to say.

    Amounts are integers in minor units of `currency`. `link` is the API path that the figures come
    from (an account's postings, an entry, a process), for drilling down.
    """

    kind: RowKind
    cells: tuple[str | int | date | None, ...]
    level: int = 0
    currency: str = "INR"
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report and what it was asked for. `parameters` are shown above the table.

    `next` is the cursor of the page that follows, None when this is the last.
    """

    name: str
    title: str
    company: UUID
    company_name: str
    currency: str
    language: str
    parameters: tuple[tuple[str, str], ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    next: str | None = None
