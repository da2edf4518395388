"""A report as comma-separated values: exact figures, a row per row, and whose copy it is.

Text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, CSV
injection). Figures are never text, so a negative amount stays a number. UTF-8 without a byte order
mark; Excel reads XLSX better.
"""

import csv
import io
from datetime import date

from domain import money
from domain.reports.rendering.cover import Cover
from domain.reports.report import Column, Report, Row

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def render(report: Report, cover: Cover) -> bytes:
    """The sheet: names of the columns, every row with its kind, level and currency, watermark."""
    sheet = io.StringIO()
    rows = csv.writer(sheet)
    rows.writerow(["row", "level", *(column.name for column in report.columns), "currency"])
    for row in report.rows:
        cells = zip(row.cells, report.columns, strict=True)
        written = [cell(value, column, row) for value, column in cells]
        rows.writerow([row.kind.value, row.level, *written, row.currency])
    asked = ", ".join(f"{name}: {value}" for name, value in report.parameters)
    told = (report.title, report.company_name, asked, cover.watermark)
    rows.writerow([guarded("; ".join(part for part in told if part))])
    return sheet.getvalue().encode()


def cell(value: str | int | date | None, column: Column, row: Row) -> str:
    """A cell; nothing for None."""
    match value:
        case None:
            return ""
        case str():
            return value if column.holds == "decimal" else guarded(value)
        case date():
            return value.isoformat()
    match column.holds:
        case "amount":
            return money.plain(value, column.currency_of(row))
        case "percent":
            return f"{'-' if value < 0 else ''}{abs(value) // 100}.{abs(value) % 100:02}"
    return str(value)


def guarded(text: str) -> str:
    """Text that no spreadsheet computes."""
    return f"'{text}" if text.startswith(FORMULA) else text
