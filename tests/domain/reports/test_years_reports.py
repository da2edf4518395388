"""The periods of the book and the checklist before a year is closed, as reports."""

from datetime import date

from domain.ledger import periods
from domain.ledger.entry import Module
from domain.reports.report import RowKind
from tests.domain.refused import refused


def months(report):
    return [row.cells for row in report.rows if row.kind is RowKind.LINE]


def test_every_period_says_who_may_post_in_it_and_why(book, ask):
    book.lock(date(2026, 4, 10))
    with book.as_owner() as connection:
        may = periods.holding(connection, book.company, date(2026, 5, 1)).id
        june = periods.holding(connection, book.company, date(2026, 6, 1)).id
        told = {"person": book.tenant.person("deepa"), "reason": "Month end"}
        periods.soft_lock(connection, may, roles=["controller"], **told)
        periods.lock(connection, june, module=Module.PURCHASE, **told)

    report = ask("periods", fiscal_year="2026-27")
    assert [row.kind.value for row in report.rows] == ["line"] * 13
    april, may_row, june_row, *_, adjustments = months(report)
    assert april[:7] == (
        "2026-27", date(2026, 4, 1), date(2026, 4, 30), "Month", "Locked", None, None,
    )  # fmt: skip
    assert april[8] == "Month end"
    assert may_row[4:6] == ("Soft-locked", "controller")
    assert june_row[4:7] == ("Open", None, "purchase: Locked")
    assert adjustments[1:4] == (date(2027, 3, 31), date(2027, 3, 31), "Adjustments")


def test_the_checklist_says_what_is_still_to_be_done(book, ask):
    book.post(book.sale(100))
    report = ask("closing-checklist")

    found = {cells[0]: cells[1:] for cells in months(report)}
    assert found["trial_balance_is_zero"] == ("Debits equal credits.", "Yes", None)
    title, holds, what_to_do = found["months_are_locked"]
    assert (title, holds) == ("Every month of the year is locked.", "No")
    assert what_to_do.startswith("Lock April 2026")
    assert ("Fiscal year", "2026-27") in report.parameters


def test_every_check_has_its_words_in_both_languages(ask, shipped):
    for cells in months(ask("closing-checklist")):
        assert f"check_{cells[0]}" in shipped.words.words


def test_a_year_that_there_is_not_is_refused(ask):
    for name in ("periods", "closing-checklist"):
        with refused("year_must_exist"):
            ask(name, fiscal_year="1999-00")
