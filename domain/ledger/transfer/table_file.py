"""CSV files and workbooks as rows of cells, one after another, however long they are."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import BadZipFile

from openpyxl import load_workbook

from domain.ledger.transfer.mapping import Columns
from domain.refusal import Refusal

Cell = str | date | None
Row = tuple[int, Sequence[Cell]]


def rows(path: Path, columns: Columns) -> Iterator[Row]:
    """Every row that says something, with its number as the spreadsheet program shows it.

    The first is the header. Raises Refusal `file_must_be_readable`.
    """
    read = workbook if path.suffix.lower() == ".xlsx" else separated
    for number, cells in read(path, columns):
        if any(cells):
            yield number, cells


def separated(path: Path, columns: Columns) -> Iterator[Row]:
    """The rows of a CSV file in UTF-8."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(without_nul(file, path), delimiter=columns.delimiter, strict=True)
            number = 1
            for cells in reader:
                yield number, cells
                number = reader.line_num + 1
    except (UnicodeDecodeError, csv.Error) as fault:
        raise unreadable(path, f"{fault}. Save it as CSV in UTF-8") from fault


def without_nul(lines: Iterable[str], path: Path) -> Iterator[str]:
    """The lines, unless one has the character that no text of the database may have."""
    for line in lines:
        if "\0" in line:
            raise unreadable(path, "It has NUL characters. Save it anew as CSV in UTF-8")
        yield line


def workbook(path: Path, columns: Columns) -> Iterator[Row]:
    """The rows of a sheet of a workbook. A formula is the value that its program saved."""
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, KeyError, OSError, ValueError) as fault:
        raise unreadable(path, "It is no workbook. Save it as XLSX") from fault
    try:
        if columns.sheet is not None and columns.sheet not in book.sheetnames:
            raise unreadable(path, f"It has no sheet {columns.sheet!r}, only {book.sheetnames}")
        sheet = book[columns.sheet or book.sheetnames[0]]
        for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
            yield number, [cell(value) for value in cells]
    finally:
        book.close()


def cell(value: Any) -> Cell:
    """A cell as text or date. A number is its shortest text, so that nothing is rounded."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def unreadable(path: Path, what: str) -> Refusal:
    """The refusal of a file that is not what its name says."""
    return Refusal("file_must_be_readable", f"{path.name} cannot be read: {what}.")


def digest(path: Path, company: UUID) -> str:
    """SHA-256 of the file for one company: what an import is known by."""
    found = sha256(company.bytes)
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            found.update(part)
    return found.hexdigest()
