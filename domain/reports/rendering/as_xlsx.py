"""A report as a workbook: real numbers in the reader's grouping, no formula, no macro, no link.

Amounts are exact; a scale divides them by a power of ten. Excel keeps 15 digits, so an amount with
more stands as text. Lakh and crore grouping is a format of each cell, by the size of its amount:
a spreadsheet's own conditions are too few for it. The bytes are one for a report and cover.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from domain.money import exponent
from domain.reports import wording
from domain.reports.rendering.cover import Cover
from domain.reports.rendering.page import Page, indented, laid_out
from domain.reports.report import Report, Row, RowKind
from domain.reports.wording import Scale

A4: Final = 9
DIGITS_OF_EXCEL: Final = 15
NOT_IN_A_TITLE = re.compile(r"[\[\]:*?/\\']")
MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
DAY = "dd-mm-yyyy"
PERCENT = '0.00" %"_);(0.00" %")'
BOLD = Font(bold=True)
SOFT = Font(color="FF5C5C5C")
FILL = PatternFill("solid", fgColor="FFF2F2F0")
THIN, STRONG = Side("thin", "FF9A9A9A"), Side("medium", "FF1A1A1A")
RULES = {
    RowKind.SUBTOTAL: Border(top=THIN),
    RowKind.TOTAL: Border(top=STRONG, bottom=Side("double", "FF1A1A1A")),
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet being written, and what all its cells share."""

    sheet: Any
    report: Report
    scale: Scale

    def cell(self, value: Any) -> Cell:
        """A cell that is not yet in the sheet."""
        return WriteOnlyCell(self.sheet, value)

    def text(self, value: str, **style: Any) -> Cell:
        """A text that stays one, whatever it begins with."""
        cell = self.cell(ILLEGAL_CHARACTERS_RE.sub("\ufffd", value))
        cell.data_type = "s"
        for name, given in style.items():
            setattr(cell, name, given)
        return cell


def render(report: Report, cover: Cover) -> bytes:
    """The file."""
    page = laid_out(report, cover)
    book = Workbook(write_only=True)
    book.properties.creator = report.company_name
    book.properties.title = report.title
    book.properties.created = cover.made_at.replace(tzinfo=None)
    made = book.create_sheet(NOT_IN_A_TITLE.sub(" ", report.title)[:31] or report.name)
    sheet = Sheet(made, report, cover.scale)
    above = list(cover_rows(sheet, page))
    set_up(made, page, header_row=len(above) + 1)
    for cells in (*above, header(sheet, page), *body(sheet), *notes(sheet, page)):
        made.append(cells)
    file = io.BytesIO()
    book.save(file)
    return settled(file.getvalue(), cover)


def set_up(sheet: Any, page: Page, *, header_row: int) -> None:
    """Widths, the header that stays while one scrolls and on every printed page, A4."""
    sheet.freeze_panes = f"A{header_row + 1}"
    for at, head in enumerate(page.heads, 1):
        sheet.column_dimensions[get_column_letter(at)].width = max(head.letters + 3, 10)
    sheet.print_title_rows = f"{header_row}:{header_row}"
    sheet.page_setup.paperSize = A4
    sheet.page_setup.orientation = "landscape" if page.landscape else "portrait"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.oddFooter.left.text = page.footer.replace("&", "&&")
    sheet.oddFooter.right.text = page.page_of_pages.format(page="&P", pages="&N")


def cover_rows(sheet: Sheet, page: Page) -> Iterator[list[Any]]:
    """What stands above the table."""
    yield [sheet.text(page.company, font=SOFT)]
    yield [sheet.text(page.title, font=Font(bold=True, size=14))]
    for name, value in page.parameters:
        yield [sheet.text(f"{name}: {value}", font=SOFT)]
    yield [sheet.text(page.unit)]
    yield []


def header(sheet: Sheet, page: Page) -> list[Any]:
    """The titles of the columns."""
    border = Border(top=STRONG, bottom=THIN)
    return [
        sheet.text(
            head.title, font=BOLD, fill=FILL, border=border,
            alignment=Alignment(horizontal=head.align, vertical="bottom", wrap_text=True),
        )
        for head in page.heads
    ]  # fmt: skip


def body(sheet: Sheet) -> Iterator[list[Any]]:
    """The rows of the report."""
    for row in sheet.report.rows:
        yield [cell(sheet, row, at) for at in range(len(row.cells))]


def notes(sheet: Sheet, page: Page) -> Iterator[list[Any]]:
    """What stands below the table."""
    yield []
    for number, note in enumerate(page.notes, 1):
        yield [sheet.text(f"{number}. {note}", font=SOFT)]
    yield [sheet.text(page.footer, font=SOFT)]


def cell(sheet: Sheet, row: Row, at: int) -> Cell:
    """One cell, with the look of its row."""
    value, column = row.cells[at], sheet.report.columns[at]
    holds = column.holds
    match value:
        case str() if holds == "decimal":
            made = sheet.cell(Decimal(value))
            made.number_format = "0.0000######"
        case str():
            made = sheet.text(value)
        case int() if holds == "amount":
            made = amount(sheet, value, column.currency_of(row))
        case int() if holds == "percent":
            made = sheet.cell(Decimal(value) / 100)
            made.number_format = PERCENT
        case _:
            made = sheet.cell(value)
            made.number_format = DAY if isinstance(value, date) else "0"
    if row.level and at == indented(row, sheet.report.columns):
        made.alignment = Alignment(indent=row.level)
    if row.kind is not RowKind.LINE:
        made.font = BOLD
    if row.kind in RULES and holds not in ("text", "date"):
        made.border = RULES[row.kind]
    return made


def amount(sheet: Sheet, minor: int, currency: str) -> Cell:
    """A number in major units, or text where Excel would lose digits."""
    scale = sheet.scale if currency == sheet.report.currency else Scale.UNITS
    if len(str(abs(minor))) > DIGITS_OF_EXCEL:
        return sheet.text(
            wording.figure(minor, currency, scale), alignment=Alignment(horizontal="right")
        )
    made = sheet.cell(Decimal(minor).scaleb(-exponent(currency) - scale.digits))
    decimals = exponent(currency) if scale is Scale.UNITS else 2
    code = "" if currency == sheet.report.currency else f'"{currency} "'
    whole = abs(minor) // 10 ** (exponent(currency) + scale.digits)
    made.number_format = number_format(
        len(str(whole)), decimals, indian=currency == "INR", code=code
    )
    return made


def number_format(digits: int, decimals: int, *, indian: bool, code: str) -> str:
    """`#\\,##\\,##0.00_);(#\\,##\\,##0.00);"–"_)` for a rupee amount of so many whole digits."""
    point = "." + "0" * decimals if decimals else ""
    grouped = "#,##0"
    if indian and digits > 5:
        pairs, odd = divmod(digits - 3, 2)
        grouped = "\\,".join(["#"] * odd + ["##"] * pairs + ["##0"])
    figure = f"{code}{grouped}{point}"
    return f'{figure}_);({figure});"{wording.NOTHING}"_)'


def settled(file: bytes, cover: Cover) -> bytes:
    """The same file with the cover's time in place of this machine's clock."""
    at, settled = cover.made_at, io.BytesIO()
    stated = at.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with ZipFile(io.BytesIO(file)) as old, ZipFile(settled, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = MODIFIED.sub(rb"\g<1>" + stated, content)
            info = ZipInfo(name, (max(at.year, 1980), at.month, at.day, 0, 0, 0))
            info.compress_type = ZIP_DEFLATED
            new.writestr(info, content)
    return settled.getvalue()
