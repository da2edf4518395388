"""Rows of a document are imported by the rules of posting, whole and once."""

from datetime import date

import pytest

from domain.definitions.faults_of_input import RowErrors
from tests.book import Book
from tests.domain.refused import refused

ROWS = (
    {"reference": "OB-1", "day": "2026-07-01", "narration": "Opening", "account": "bank",
     "debit": "500.00 INR"},
    {"reference": "OB-1", "day": "2026-07-01", "account": "share_capital",
     "credit": "500.00 INR"},
)  # fmt: skip


def test_what_was_sound_and_is_not_when_it_is_posted_posts_nothing(check, perform, book: Book):
    check("journal_import", rows=ROWS)
    book.lock(date(2026, 7, 1))
    before = book.state()

    with refused("period_locked"):
        perform("journal_import", rows=ROWS)

    assert book.state() == before
    book.reopen(date(2026, 7, 1))
    perform("journal_import", rows=ROWS)
    book.assert_is("""
        2026-07-01  Opening
          Dr  bank           500.00 INR
          Cr  share_capital  500.00 INR
    """)


def test_of_two_who_import_the_same_rows_one_does(check, perform, book: Book):
    perform("journal_import", rows=ROWS)
    for again in (check, perform):
        with refused("import_must_be_new"):
            again("journal_import", rows=ROWS)
        with refused("import_must_be_new"):
            again("journal_import", rows=ROWS, kind="import", title="Another name")
    assert book.balance("bank") == 50_000


def test_a_row_more_is_another_import(perform, book: Book):
    perform("journal_import", rows=ROWS)
    more = tuple(row | {"reference": "OB-2"} for row in ROWS)
    perform("journal_import", rows=more)
    assert book.balance("bank") == 100_000


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"account": "bnak"}, "account_must_exist"),
        ({"account": "assets"}, "account_must_take_postings"),
        ({"party": "V-777"}, "party_must_exist"),
        ({"day": "2019-04-01"}, "period_must_exist"),
        ({"debit": "499.00 INR"}, "entry_must_balance"),
    ],
)
def test_each_row_is_held_to_the_rules_of_posting(check, wrong, code):
    rows = (ROWS[0] | wrong, ROWS[1] | ({"day": wrong["day"]} if "day" in wrong else {}))
    with pytest.raises(RowErrors) as caught:
        check("journal_import", rows=rows)
    assert caught.value.code == "import_must_be_clean"
    assert code in {each.code for each in caught.value.errors}
