"""CSV and XLSX: exact figures, nothing that a spreadsheet computes, the same bytes every time."""

import csv
import io
import zipfile
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from domain.refusal import Refusal
from domain.reports.rendering import as_csv, as_xlsx
from domain.reports.rendering.format import Format, rendered
from domain.reports.report import Row, RowKind
from tests.domain.reports.rendering.example import COVER, FOREIGN, HINDI, IN_LAKHS, REPORT

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"]


def sheet(content):
    return load_workbook(io.BytesIO(content)).active


def cells(content):
    return {cell.value: cell for row in sheet(content).iter_rows() for cell in row}


def test_a_sheet_holds_every_row_exactly():
    rows = list(csv.reader(io.StringIO(as_csv.render(REPORT, COVER).decode())))

    assert rows == [
        ["row", "level", "title", "on", "amount", "change", "entries", "currency"],
        ["heading", "0", "Current assets", "", "", "", "", "INR"],
        ["line", "1", "Bank", "2026-07-16", "1234567.89", "12.50", "12", "INR"],
        ["line", "1", "Bank in dollars", "2026-07-01", "-1234567.89", "-0.50", "3", "USD"],
        ["line", "2", "'=HYPERLINK(\"x\") <b>#strong[x]</b>", "", "0.00", "", "0", "INR"],
        ["subtotal", "0", "Total current assets", "", "-50.00", "", "", "INR"],
        ["total", "0", "Total", "", "1234567890.12", "1000.00", "15", "INR"],
        ["Example; Kontor Demo; As of: 31 March 2027; Chand Mistry, tnt_demo, 2026-07-16"],
    ]  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_looks_like_a_formula_is_text(text):
    report = replace(REPORT, title=text, rows=(Row(RowKind.LINE, (text, None, 1, None, None)),))

    rows = list(csv.reader(io.StringIO(as_csv.render(report, COVER).decode(), newline="")))
    assert rows[1][2] == f"'{text}"
    for row in sheet(as_xlsx.render(report, COVER)).iter_rows():
        assert "f" not in [cell.data_type for cell in row]


def test_csv_has_no_scale():
    with pytest.raises(Refusal, match="exact amounts") as refusal:
        rendered(REPORT, Format.CSV, IN_LAKHS)
    assert refusal.value.code == "scale_must_fit_format"


def test_a_workbook_holds_numbers_that_read_like_rupees():
    found = cells(as_xlsx.render(REPORT, COVER))

    assert found[1234567.89].number_format.startswith("##\\,##\\,##0.00_);(")
    assert found[1234567890.12].number_format.startswith("#\\,##\\,##\\,##\\,##0.00_);(")
    assert found[-50].number_format.startswith("#,##0.00_);(#,##0.00)")
    assert found[-1234567.89].number_format.startswith('"USD "#,##0.00')
    assert found[12.5].number_format.startswith('0.00" %"')


@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_a_number_format_has_a_place_for_every_digit(paise):
    whole = str(abs(paise) // 100)

    positive = as_xlsx.number_format(len(whole), 2, indian=True, code="").partition("_")[0]
    groups = positive.partition(".")[0].split("\\,")
    if len(groups) > 1:
        assert sum(len(group) for group in groups) == len(whole)
        assert {len(group) for group in groups[1:-1]} <= {2}


def test_a_workbook_in_lakhs_divides_and_rounds_nothing():
    found = cells(as_xlsx.render(REPORT, IN_LAKHS))

    assert float(Decimal("12.3456789")) in found
    assert -1234567.89 in found, "dollars stay in full"


def test_an_amount_beyond_fifteen_digits_is_text_rather_than_wrong():
    amount = 9_007_199_254_740_991
    report = replace(REPORT, rows=(Row(RowKind.LINE, ("Much", None, amount, None, None)),))

    assert "90,07,19,92,54,74,09.91" not in cells(as_xlsx.render(report, COVER))
    assert cells(as_xlsx.render(report, COVER))["9,00,71,99,25,47,409.91"].data_type == "s"


def test_the_header_of_a_workbook_stays_and_repeats():
    made = sheet(as_xlsx.render(HINDI, COVER))

    assert made.title == "तुलन-पत्र"
    assert made.freeze_panes == "A7"
    assert made.print_title_rows == "$6:$6"
    assert made.cell(8, 1).alignment.indent == 1
    assert made.cell(9, 2).font.bold


@pytest.mark.parametrize("render", [as_csv.render, as_xlsx.render])
def test_the_same_report_and_day_give_the_same_bytes(render, monkeypatch):
    first = render(REPORT, COVER)
    monkeypatch.setattr("time.time", lambda: 4e9)

    assert render(REPORT, COVER) == first


def test_a_workbook_has_no_macro_no_link_and_the_time_of_its_cover():
    with zipfile.ZipFile(io.BytesIO(as_xlsx.render(REPORT, COVER))) as file:
        names = file.namelist()
        core = file.read("docProps/core.xml").decode()
        sheets = file.read("xl/worksheets/sheet1.xml").decode()

    assert not [name for name in names if "vba" in name or "external" in name.lower()]
    assert core.count("2026-07-16T00:00:00Z") == 2
    assert "<f>" not in sheets


def test_letters_that_xml_cannot_hold_are_replaced():
    report = replace(REPORT, rows=(Row(RowKind.LINE, ("a\x00b", None, 1, None, None)),))

    assert "a\ufffdb" in cells(as_xlsx.render(report, COVER))


def test_a_column_has_its_own_currency_and_a_rate_is_exact():
    """$ -5,000.00 at 65.4025 beside rupees; yen have no decimals."""
    rows = list(csv.reader(io.StringIO(as_csv.render(FOREIGN, COVER).decode())))
    assert rows[1][2:] == ["Creditors", "-5000.00", "65.4025", "-300000.00", "-27012.50", "USD"]
    assert rows[2][2:] == ["Sales in yen", "10000", "54.5", "5500.00", "-50.00", "JPY"]

    found = cells(as_xlsx.render(FOREIGN, COVER))
    assert found[65.4025].number_format == "0.0000######"
    assert found[-5000].number_format.startswith('"USD ')
    assert found[-300_000].number_format.startswith("#")
