"""PDF and HTML: what stands on the page, as golden files; texts are data and never markup.

`python -m tests.domain.reports.rendering.test_pages` writes the golden files anew; look at them.
"""

import json
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import pytest
import typst

from domain.refusal import Refusal
from domain.reports.rendering import as_html, as_pdf, typeface
from domain.reports.rendering.cover import Cover
from domain.reports.rendering.format import MOST_ROWS_ON_PAPER, Format, rendered
from domain.reports.rendering.page import laid_out
from domain.reports.report import Column, Row, RowKind
from domain.reports.wording import MONTHS, SCALES, WORDS
from tests.domain.reports.rendering.example import COVER, FOREIGN, HINDI, IN_LAKHS, REPORT, long

GOLDEN = Path(__file__).parent / "golden"
PAGES = {
    "english": (REPORT, COVER),
    "english_in_lakhs": (REPORT, IN_LAKHS),
    "hindi_in_lakhs": (HINDI, IN_LAKHS),
    "foreign_in_lakhs": (FOREIGN, IN_LAKHS),
    "empty": (replace(REPORT, rows=()), COVER),
}
LATER = Cover("Chand Mistry", "tnt_demo", date(2026, 7, 17))


def page_in_json(name):
    report, cover = PAGES[name]
    return json.dumps(asdict(laid_out(report, cover)), indent=1, ensure_ascii=False) + "\n"


def pictures(report, cover=COVER):
    """The pages of the PDF as pictures; typst must have nothing to warn of."""
    page = json.dumps(asdict(laid_out(report, cover)))
    made, warnings = typst.compile_with_warnings(
        as_pdf.TEMPLATES / "report.typ", root=as_pdf.TEMPLATES, font_paths=as_pdf.typefaces(),
        ignore_system_fonts=True, sys_inputs={"page": page, "made_on": "2026-07-16"},
        format="png", ppi=30,
    )  # fmt: skip
    assert warnings == []
    return made if isinstance(made, list) else [made]


@pytest.mark.parametrize("name", PAGES)
def test_the_page_says_what_it_said(name):
    assert page_in_json(name) == (GOLDEN / f"{name}.json").read_text()


@pytest.mark.parametrize("name", PAGES)
def test_the_page_in_html_is_what_it_was(name):
    assert as_html.render(*PAGES[name]).decode() == (GOLDEN / f"{name}.html").read_text()


@pytest.mark.parametrize("name", PAGES)
def test_a_pdf_has_the_same_bytes_for_the_same_report_and_day(name):
    report, cover = PAGES[name]
    first = as_pdf.render(report, cover)

    assert first.startswith(b"%PDF-1.")
    assert as_pdf.render(report, cover) == first
    assert as_pdf.render(report, LATER) != first


def test_a_page_without_amounts_names_no_unit():
    rows = tuple(Row(row.kind, row.cells[:1]) for row in REPORT.rows)
    page = laid_out(replace(REPORT, columns=REPORT.columns[:1], rows=rows), COVER)
    assert page.unit == ""


def test_a_long_table_goes_over_pages_under_its_header():
    assert len(pictures(REPORT)) == 1
    assert len(pictures(long(REPORT, 25))) == 3
    assert len(pictures(long(HINDI, 50), IN_LAKHS)) == 3


def test_many_columns_are_turned_on_their_side():
    wide = tuple(Column(f"c{at}", f"Branch {at}") for at in range(12))
    row = Row(RowKind.LINE, (*REPORT.rows[1].cells, *[123_456_789] * 12))
    page = laid_out(replace(REPORT, columns=(*REPORT.columns, *wide), rows=(row,)), COVER)

    assert page.landscape
    assert not laid_out(REPORT, COVER).landscape


def test_no_text_is_markup():
    report = replace(REPORT, title="#panic() <script>alert(1)</script> $x$ _a_ *b* @c {{ d }}")

    assert as_pdf.render(report, COVER).startswith(b"%PDF")
    page = as_html.render(report, COVER).decode()
    assert "<script" not in page
    assert "{{ d }}" in page


def test_a_long_report_is_refused_on_paper_and_not_in_sheets():
    report = long(REPORT, MOST_ROWS_ON_PAPER // len(REPORT.rows) + 1)

    for format in (Format.PDF, Format.HTML):
        with pytest.raises(Refusal, match="more than the 5,000 rows") as refusal:
            rendered(report, format, COVER)
        assert refusal.value.code == "report_must_fit_format"
    assert rendered(report, Format.CSV, COVER)


@pytest.mark.parametrize("text", ["தமிழ்", "ಕನ್ನಡ", "中文", "\x00", "\ufeff", "\ue000", "😀"])
def test_letters_that_would_print_as_boxes_are_refused(text):
    report = replace(REPORT, company_name=text)

    with pytest.raises(Refusal, match="Ask for HTML or XLSX") as refusal:
        as_pdf.render(report, COVER)
    assert refusal.value.code == "letters_must_be_printable"
    if text.isprintable():
        assert text in as_html.render(report, COVER).decode()


def test_the_typeface_has_every_letter_of_our_own_words():
    typeface.check_letters(str(words) for words in WORDS.values())
    typeface.check_letters(name for names in SCALES.values() for name in names.values())
    typeface.check_letters(name for names in MONTHS.values() for name in names)
    typeface.check_letters(["₹ 1,234.56 (–) · ‘’ “” € £ ¥ $ क्ष त्र ज्ञ श्री ड़ ढ़ ॐ ०१२"])


if __name__ == "__main__":
    for name in PAGES:
        GOLDEN.mkdir(exist_ok=True)
        (GOLDEN / f"{name}.json").write_text(page_in_json(name))
        (GOLDEN / f"{name}.html").write_text(as_html.render(*PAGES[name]).decode())
