"""Voucher numbers: drawn at posting, gapless, one series for each fiscal year."""

from dataclasses import replace
from datetime import date

import pytest

from domain.ledger.entry import Numbering
from tests.domain.ledger.race import at_once
from tests.domain.refused import refused

INVOICES = Numbering("purchase_invoice", "PI/{fiscal_year}/{sequence:05}")


def numbered(book, on, numbering=INVOICES):
    return replace(book.sale(1, on=on), numbering=numbering)


def test_a_new_fiscal_year_starts_on_the_first_of_april_with_one(book):
    last, first = date(2026, 3, 31), date(2026, 4, 1)
    numbers = [book.post(numbered(book, day)).number for day in (last, first, last, first)]
    assert numbers == [
        "PI/2025-26/00001", "PI/2026-27/00001", "PI/2025-26/00002", "PI/2026-27/00002",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "number"),
    [
        ("{sequence}", "1"),
        ("{sequence:03}/{fiscal_year}", "001/2026-27"),
        ("A\\1-{sequence:02}", "A\\1-01"),
    ],
)
def test_a_number_is_written_as_its_pattern_says(book, pattern, number):
    numbering = Numbering("s", pattern)
    assert book.post(numbered(book, date(2026, 7, 1), numbering)).number == number


def test_a_number_longer_than_its_pattern_is_written_in_full(book):
    numbering = Numbering("s", "{sequence:01}")
    batch = [(str(n), numbered(book, date(2026, 7, 1), numbering)) for n in range(11)]
    numbers = [outcome.number for outcome in book.post_batch(*batch)]
    assert numbers == [str(n) for n in range(1, 12)]


def test_a_series_without_a_year_in_its_numbers_counts_on(book):
    numbering = Numbering("receipt", "R{sequence}")
    days = date(2026, 3, 31), date(2026, 4, 1)
    assert [book.post(numbered(book, day, numbering)).number for day in days] == ["R1", "R2"]


def test_a_batch_draws_in_its_own_order(book):
    book.post(numbered(book, date(2026, 7, 1)))
    days = [date(2026, 7, 3), date(2026, 3, 1), date(2026, 7, 1)]
    batch = [(f"{9 - n}", numbered(book, day)) for n, day in enumerate(days)]
    plain = ("plain", book.sale())

    numbers = [outcome.number for outcome in book.post_batch(*batch, plain)]

    assert numbers == ["PI/2026-27/00002", "PI/2025-26/00001", "PI/2026-27/00003", None]


def test_a_refused_entry_draws_no_number(book):
    with refused("period_must_exist"):
        book.post(numbered(book, date(2031, 1, 1)))
    assert book.post(numbered(book, date(2026, 7, 1))).number == "PI/2026-27/00001"


def test_numbers_have_no_gap_though_some_of_those_who_draw_roll_back(book):
    class ChangeOfMind(Exception):
        pass

    def draw(number):
        entry = numbered(book, date(2026, 7, 1))
        try:
            with book.transaction() as connection:
                posted = book.post_in(connection, entry, key=str(number))
                if number % 3 == 0:
                    raise ChangeOfMind
        except ChangeOfMind:
            return None
        return posted.number

    drawn = at_once([lambda number=number: draw(number) for number in range(30)])

    assert drawn.count(None) == 10
    expected = [f"PI/2026-27/{sequence:05}" for sequence in range(1, 21)]
    assert sorted(number for number in drawn if number) == expected
    assert book.integrity().holds
