"""A report with everything that a renderer must show, in English and Hindi."""

from datetime import date
from uuid import UUID

from domain.reports.rendering.cover import Cover
from domain.reports.report import Column, Report, Row, RowKind
from domain.reports.wording import Scale

COMPANY = UUID("0190a000-0000-7000-8000-000000000001")
COVER = Cover("Chand Mistry", "tnt_demo", date(2026, 7, 16))
IN_LAKHS = Cover("Chand Mistry", "tnt_demo", date(2026, 7, 16), Scale.LAKHS)

COLUMNS = (
    Column("title", "Title", "text"),
    Column("on", "On", "date"),
    Column("amount", "Amount", "amount"),
    Column("change", "Change", "percent"),
    Column("entries", "Entries", "number"),
)
ROWS = (
    Row(RowKind.HEADING, ("Current assets", None, None, None, None)),
    Row(RowKind.LINE, ("Bank", date(2026, 7, 16), 123_456_789, 1250, 12), 1),
    Row(RowKind.LINE, ("Bank in dollars", date(2026, 7, 1), -123_456_789, -50, 3), 1, "USD"),
    Row(RowKind.LINE, ('=HYPERLINK("x") <b>#strong[x]</b>', None, 0, None, 0), 2),
    Row(RowKind.SUBTOTAL, ("Total current assets", None, -5_000, None, None)),
    Row(RowKind.TOTAL, ("Total", None, 123_456_789_012, 100_000, 15)),
)
REPORT = Report(
    "example", "Example", COMPANY, "Kontor Demo", "INR", "en",
    (("As of", "31 March 2027"),), COLUMNS, ROWS, ("The year is not closed.",),
)  # fmt: skip

HINDI = Report(
    "example", "तुलन-पत्र", COMPANY, "भारत ट्रेडिंग प्राइवेट लिमिटेड", "INR", "hi",
    (("दिनांक", "31 मार्च 2027"),),
    (Column("title", "विवरण", "text"), Column("amount", "राशि")),
    (
        Row(RowKind.HEADING, ("चालू परिसंपत्तियाँ", None)),
        Row(RowKind.LINE, ("व्यापार प्राप्य", 987_654_321), 1),
        Row(RowKind.TOTAL, ("कुल योग", 987_654_321)),
    ),
)  # fmt: skip

# A foreign amount beside what it is worth in the base currency, at an exact rate.
FOREIGN = Report(
    "revaluation", "Revaluation preview", COMPANY, "Kontor Demo", "INR", "en",
    (("As of", "2026-03-31"),),
    (
        Column("title", "Account", "text"),
        Column("amount", "Amount in currency"),
        Column("rate", "Rate", "decimal"),
        Column("carrying", "Carrying amount", currency="INR"),
        Column("difference", "Exchange difference", currency="INR"),
    ),
    (
        Row(RowKind.LINE, ("Creditors", -500_000, "65.4025", -300_000_00, -27_012_50), 0, "USD"),
        Row(RowKind.LINE, ("Sales in yen", 10_000, "54.5", 5_500_00, -50_00), 0, "JPY"),
        Row(RowKind.LINE, ("Residue", 0, None, 1_00, -1_00), 0, "USD"),
        Row(RowKind.TOTAL, ("Total", None, None, -294_499_00, -27_063_50)),
    ),
)  # fmt: skip


def long(report: Report, times: int) -> Report:
    """The report with its rows so many times over."""
    from dataclasses import replace

    return replace(report, rows=report.rows * times)
