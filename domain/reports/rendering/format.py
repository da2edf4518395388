"""The formats of a report, and the one way into each renderer. A renderer computes no figure."""

from collections.abc import Callable
from enum import StrEnum

from domain.refusal import Refusal
from domain.reports.rendering.cover import Cover
from domain.reports.report import Report
from domain.reports.wording import Scale

# About a hundred sheets, typeset within five seconds; nobody reads more.
MOST_ROWS_ON_PAPER = 5_000
# Written within the time that an answer may take.
MOST_ROWS = 50_000


class Format(StrEnum):
    """What one address of a report can answer with."""

    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"
    HTML = "html"

    @property
    def media_type(self) -> str:
        """Its name in Accept and Content-Type."""
        return MEDIA_TYPES[self]


MEDIA_TYPES = {
    Format.JSON: "application/json",
    Format.CSV: "text/csv",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.PDF: "application/pdf",
    Format.HTML: "text/html",
}


def rendered(report: Report, format: Format, cover: Cover) -> bytes:
    """The report in a format other than JSON; the same report and cover give the same bytes.

    Raises Refusal `scale_must_fit_format` and `report_must_fit_format`.
    """
    if format is Format.CSV and cover.scale is not Scale.UNITS:
        raise Refusal(
            "scale_must_fit_format",
            f"CSV holds exact amounts, not {cover.scale}. "
            "Leave the scale out, or ask for XLSX, PDF or HTML.",
        )
    check_rows(report, format)
    return renderer(format)(report, cover)


def check_rows(report: Report, format: Format) -> None:
    """A format takes so many rows. Raises Refusal `report_must_fit_format`."""
    on_paper = format in (Format.PDF, Format.HTML)
    most = MOST_ROWS_ON_PAPER if on_paper else MOST_ROWS
    if len(report.rows) > most:
        sheets = " Or ask for CSV or XLSX, which take more." if on_paper else ""
        raise Refusal(
            "report_must_fit_format",
            f"The report has more than the {most:,} rows that {format.upper()} takes. "
            f"Narrow it by date, account or dimension.{sheets}",
        )


def renderer(format: Format) -> Callable[[Report, Cover], bytes]:
    """The renderer of a format. Loaded when it is used: the compiler alone is 80 MB."""
    match format:
        case Format.CSV:
            from domain.reports.rendering import as_csv

            return as_csv.render
        case Format.XLSX:
            from domain.reports.rendering import as_xlsx

            return as_xlsx.render
        case Format.PDF:
            from domain.reports.rendering import as_pdf

            return as_pdf.render
        case Format.HTML:
            from domain.reports.rendering import as_html

            return as_html.render
        case Format.JSON:
            raise AssertionError("JSON is the shape of the API, not a rendering.")
