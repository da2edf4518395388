"""A report as PDF on A4, typeset by typst. The texts go in as data: nothing of them is markup.

The same report and cover give the same bytes: the creation date is the cover's, and the typefaces
are the ones that are shipped, never the machine's.
"""

import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore
from typing import Final

import typst

from domain.reports.rendering.cover import Cover
from domain.reports.rendering.page import Page, laid_out
from domain.reports.rendering.typeface import FOLDER, check_letters
from domain.reports.report import Report

# The compiler keeps what its last ten compilations used, some 90 KB for each row of a table.
KEPT_COMPILATIONS: Final = 10
ROWS_TO_KEEP: Final = 200
# What two long reports take at once is what the API may spend on paper.
AT_ONCE = BoundedSemaphore(2)
TEMPLATES = Path(__file__).parent / "templates"


def render(report: Report, cover: Cover) -> bytes:
    """The file: PDF 1.7, tagged for screen readers (PDF/UA-1).

    Raises Refusal `letters_must_be_printable`.
    """
    page = laid_out(report, cover)
    check_letters(page.texts)
    with AT_ONCE:
        made = typeset(page, cover)
        if len(page.rows) > ROWS_TO_KEEP:
            forget()
    return made


def typeset(page: Page, cover: Cover) -> bytes:
    """The page as a file."""
    made = typst.compile(
        TEMPLATES / "report.typ",
        root=TEMPLATES,
        font_paths=typefaces(),
        ignore_system_fonts=True,
        sys_inputs={"page": json.dumps(asdict(page)), "made_on": cover.taken_on.isoformat()},
        timestamp=cover.made_at,
        format="pdf",
        pdf_standards="ua-1",
    )
    assert isinstance(made, bytes)
    return made


def forget() -> None:
    """Have the compiler give back the memory of a long table: ten empty pages push it out."""
    for _ in range(KEPT_COMPILATIONS + 1):
        typst.compile(b"", font_paths=typefaces(), ignore_system_fonts=True, format="svg")


@cache
def typefaces() -> typst.Fonts:
    """Mukta alone: Latin, the rupee sign and Devanagari in one design."""
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[FOLDER]
    )
