"""The shipped catalogue, and a book that can be asked for its reports."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from domain.ledger import notation
from domain.reports import catalog
from domain.reports.report import Report, RowKind
from domain.reports.request import ReportRequest
from tests.book import Book

CONFIG = Path(__file__).parents[3] / "config"


@pytest.fixture(scope="session")
def shipped() -> catalog.Catalog:
    """Every report with the shipped words and layouts."""
    return catalog.load(CONFIG / "statements")


@pytest.fixture
def ask(book, shipped):
    """A report of the book, in a transaction of its own."""
    return asking(book, shipped)


def asking(book: Book, shipped: catalog.Catalog) -> Callable[..., Report]:
    """Reports of a book."""

    def asked(name: str, **parameters: Any) -> Report:
        with book.transaction() as connection:
            return shipped.make(connection, name, book.company, ReportRequest(**parameters))

    return asked


def figures(report: Report) -> dict[str, tuple]:
    """The amounts of every row that has some, by its first words."""
    width = sum(column.holds == "amount" for column in report.columns)
    return {
        next(cell for cell in row.cells if isinstance(cell, str)): row.cells[-width:]
        for row in report.rows
        if row.kind is not RowKind.HEADING
    }


def in_rupees(report: Report) -> dict[str, int]:
    """The figures of a report of one column, which must be whole rupees."""
    found = {}
    for name, (amount,) in figures(report).items():
        assert amount % 100 == 0, f"{name}: {amount} paise"
        found[name] = amount // 100
    return found


def post_all(book: Book, written: str, **changes) -> None:
    """Every entry of a text, in its order."""
    for entry in notation.parse(written):
        book.post(replace(entry.in_book_of(book.company), **changes))
