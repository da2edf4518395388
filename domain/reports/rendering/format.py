"""The formats of a report, and the one way into each renderer. A renderer computes no figure."""

from collections.abc import Callable
from enum import StrEnum

from domain.refusal import Refusal
from domain.reports.rendering.cover import Cover
from domain.reports.report import Report
from domain.reports.wording import Scale

# About a hundred sheets, typeset within five seconds; nobody reads more.
MOST_ROWS_ON_PAPER = 5_000


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
    if format in (Format.PDF, Format.HTML) and len(report.rows) > MOST_ROWS_ON_PAPER:
        raise Refusal(
            "report_must_fit_format",
            f"The report has {len(report.rows):,} rows; {format.upper()} shows at most "
            f"{MOST_ROWS_ON_PAPER:,}. Narrow it by date or account, or ask for CSV or XLSX.",
        )
    return renderer(format)(report, cover)


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
