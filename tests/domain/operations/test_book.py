"""Budgets, limits, holds and revaluations by hand: what each refuses early, and what it does."""

from datetime import date

import pytest
from sqlalchemy import text

from domain.definitions.faults_of_input import RowErrors
from domain.ledger import budgets
from tests.book import Book
from tests.domain.refused import refused
from tests.scenarios.prepared import day_with

MONTHS = {f"month_{number:02}": "1000.00 INR" for number in range(1, 13)}


def line(account, beyond_it="warn", **more):
    return {"account": account, "beyond_it": beyond_it, "held_by": "month", **MONTHS, **more}


def test_every_line_of_a_budget_that_cannot_be_one_is_named(check):
    lines = (
        line("sales", "stop"), line("sales", "report"), line("travel"),
        line("travel", branch="MYS"), line("travel"), line("other_expenses"),
    )  # fmt: skip
    with pytest.raises(RowErrors) as caught:
        check("budget", lines=lines)
    assert [(each.pointer, each.code) for each in caught.value.errors] == [
        ("/lines/0", "income_must_only_be_reported"),
        ("/lines/4", "budget_line_must_be_unique"),
        ("/lines/5", "account_must_take_postings"),
    ]


def test_a_budget_is_active_once_it_is_agreed_to(perform, book: Book):
    perform("budget", lines=[line("travel")])
    perform("budget", lines=[line("travel", month_01="2000.00 INR")])
    with book.transaction() as connection:
        months = budgets.variance(connection, book.company, "2026-27", name="Operating")
    assert [each.in_month.budget for each in months] == [200_000] + [100_000] * 11


def test_an_account_keeps_the_ceiling_it_was_given(perform, book: Book):
    perform("account_limit", account="petty_cash", floor="", ceiling="100.00 INR")
    with refused("balance_must_stay_below_ceiling"):
        book.post("""
            2026-07-16  Too much for the till
              Dr  petty_cash  100.01 INR
              Cr  bank        100.01 INR
        """)
    perform("account_limit", account="petty_cash", floor="", ceiling="")
    book.post("""
        2026-07-16  Not any more
          Dr  petty_cash  100.01 INR
          Cr  bank        100.01 INR
    """)


def test_an_account_that_many_post_to_at_once_takes_no_limit(check, book: Book):
    with book.as_owner() as connection:
        connection.execute(text("UPDATE accounts SET slots = 8 WHERE code = 'petty_cash'"))
    with refused("limited_account_must_have_one_slot"):
        check("account_limit", account="petty_cash")


def test_a_revaluation_is_refused_while_its_reversal_has_no_open_period(check, book: Book):
    day = day_with(book, "EUR", date(2026, 7, 31))
    book.lock(date(2026, 8, 1))
    with refused("next_period_must_be_open"):
        check("revaluation", day=day)
    book.reopen(date(2026, 8, 1))
    check("revaluation", day=day)
