"""The table of a day's exchange rates, and what a revaluation would find, as reports."""

from datetime import date

import pytest

from tests.domain.ledger.foreign import PURCHASE, YEAR_END, open_accounts, set_rate
from tests.domain.refused import refused
from tests.domain.reports.conftest import asking


@pytest.fixture
def ask(book, shipped):
    """A book with a machine of $ 5,000 at 60, not yet paid, when the dollar closes at 65.

    Ind AS 21 examination question (CA Final): the loss is 5,000 x (65 - 60) = 25,000.
    """
    open_accounts(book).post(PURCHASE)
    set_rate(book, "2026-03-31", "65")
    set_rate(book, "2026-03-30", "64.1025")
    set_rate(book, "2026-03-31", "64.90", kind="buying")
    set_rate(book, "2026-03-31", "54.50", pair="JPY/INR", units=100)
    return asking(book, shipped)


def pairs(report):
    return [row.cells[:6] for row in report.rows]


def test_a_day_has_one_rate_of_each_pair_and_kind(ask):
    assert pairs(ask("exchange-rates", as_of=YEAR_END)) == [
        (100, "JPY", "54.5", "INR", "closing", YEAR_END),
        (1, "USD", "64.9", "INR", "buying", YEAR_END),
        (1, "USD", "65", "INR", "closing", YEAR_END),
    ]


def test_a_rate_of_the_week_before_serves_and_an_older_one_does_not(ask):
    friday = date(2026, 3, 30)
    assert pairs(ask("exchange-rates", as_of=friday, kind="closing")) == [
        (1, "USD", "64.1025", "INR", "closing", friday)
    ]
    assert len(ask("exchange-rates", as_of=date(2026, 4, 7)).rows) == 3
    assert ask("exchange-rates", as_of=date(2026, 4, 8)).rows == ()


def test_a_correction_takes_the_place_of_what_it_corrects(ask, book):
    person = book.tenant.person("asha")
    set_rate(book, "2026-03-31", "66", person=person, reason="Misread", key="again")
    (found,) = [
        row.cells
        for row in ask("exchange-rates", as_of=YEAR_END, kind="closing").rows
        if row.cells[1] == "USD"
    ]
    assert (found[2], found[7]) == ("66", 2)


def test_a_preview_says_what_is_carried_and_what_the_rates_say(ask):
    report = ask("revaluation", as_of=YEAR_END)

    line, total = report.rows
    assert (line.currency, report.columns[4].currency) == ("USD", "INR")
    assert line.cells == (
        "creditors", "creditors", -500_000, "1 USD = 65 INR",
        -300_000_00, -325_000_00, -25_000_00,
    )  # fmt: skip
    assert total.cells == ("Total", None, None, None, -300_000_00, -325_000_00, -25_000_00)
    assert ("Kind of rate", "closing") in report.parameters


def test_a_preview_without_a_rate_says_which_one_is_missing(ask):
    with refused("rate_must_exist", "average", "USD"):
        ask("revaluation", as_of=YEAR_END, kind="average")
    with refused("account_must_be_monetary"):
        ask("revaluation", as_of=YEAR_END, account="machinery")
