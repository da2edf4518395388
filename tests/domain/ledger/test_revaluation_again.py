"""Revaluation refused, repeated, corrected and raced."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from domain.ledger import revaluation
from domain.ledger.exchange import ExchangeAccounts
from domain.ledger.monetary import Scope
from sandbox.tenant import Tenant, open_tenant
from tests.book import Book
from tests.domain.ledger.foreign import (
    PURCHASE,
    THROUGH,
    YEAR_END,
    base,
    open_accounts,
    preview,
    profit,
    revalue,
    set_rate,
)
from tests.domain.ledger.race import at_once
from tests.domain.refused import refused


@pytest.fixture
def book(book):
    return open_accounts(book)


BAD = {
    "unknown account": ({"accounts": ("nowhere",)}, "account_must_exist"),
    "no monetary account": ({"accounts": ("machinery",)}, "account_must_be_monetary"),
    "no rate of the kind": ({"kind": "average"}, "rate_must_exist"),
    "rate too old": ({"on": date(2026, 4, 8)}, "rate_must_exist"),
    "unknown company": ({"company": uuid4()}, "company_must_exist"),
    "monetary clearing": (
        {"through": replace(THROUGH, clearing="bank_usd")}, "clearing_account_must_not_be_monetary",
    ),
    "unknown clearing": ({"through": replace(THROUGH, clearing="nowhere")}, "account_must_exist"),
    "unknown loss account": (
        {"through": ExchangeAccounts("sales", "nowhere", "exchange_clearing")},
        "account_must_exist",
    ),
    "unknown pivot": ({"pivot": "XXX"}, "currency_must_be_known"),
    "no period": ({"on": date(2027, 3, 31), "max_age_days": 400}, "period_must_exist"),
}  # fmt: skip


@pytest.mark.parametrize(("changed", "code"), BAD.values(), ids=BAD)
def test_a_bad_revaluation_is_refused_by_name_and_nothing_changes(book, changed, code):
    book.post(PURCHASE)
    set_rate(book, "2026-03-31", "65")
    before = book.state()
    with refused(code):
        revalue(book, **changed)
    assert book.state() == before


def test_a_revaluation_whose_reversal_has_no_open_period_is_refused(book):
    book.post(PURCHASE)
    set_rate(book, "2026-03-31", "65")
    book.lock(date(2026, 4, 1))
    before = book.state()
    with refused("next_period_must_be_open", "2026-03-31", "2026-04-01", "April 2026", "locked"):
        revalue(book)
    assert book.state() == before
    book.reopen(date(2026, 4, 1))
    assert revalue(book).has_posted


def test_a_revaluation_in_a_locked_period_is_refused(book):
    book.post(PURCHASE)
    set_rate(book, "2026-03-31", "65")
    book.lock(YEAR_END)
    before = book.state()
    with refused("period_locked", "March 2026"):
        revalue(book)
    assert book.state() == before


def test_again_under_the_same_key_returns_the_first_whatever_happened_since(book):
    book.post(PURCHASE)
    set_rate(book, "2026-03-31", "65")
    first = revalue(book)
    book.post(PURCHASE)
    book.lock(YEAR_END)
    book.lock(date(2026, 4, 1))
    before = book.state()

    assert revalue(book) == first
    assert book.state() == before


@pytest.mark.parametrize("changed", [{"on": date(2026, 3, 30)}, {"kind": "spot"},
                                     {"through": replace(THROUGH, gain="sales")},
                                     {"accounts": ("creditors",)}])  # fmt: skip
def test_another_revaluation_under_the_same_key_is_refused(book, changed):
    book.post(PURCHASE)
    set_rate(book, "2026-03-31", "65")
    revalue(book)
    before = book.state()
    with refused("effect_key_must_have_one_content"):
        revalue(book, **changed)
    assert book.state() == before


def test_again_under_another_key_posts_only_what_has_come_to_differ(book):
    book.post(PURCHASE)
    set_rate(book, "2026-03-31", "65")
    revalue(book)
    assert preview(book).is_current
    assert not revalue(book, key="again").has_posted

    asha = book.tenant.person("asha")
    set_rate(book, "2026-03-31", "66", person=asha, reason="Published anew")
    revalue(book, key="once more")

    assert profit(book, YEAR_END) == -30_000_00
    assert base(book, "creditors", YEAR_END) == -330_000_00
    assert base(book, "creditors") == -300_000_00


def test_month_after_month_only_the_rate_of_the_month_counts(book):
    book.post(PURCHASE)
    days = {date(2026, 2, 28): "62", date(2026, 3, 31): "65", date(2026, 4, 30): "61"}
    for day, rate in days.items():
        set_rate(book, day.isoformat(), rate)
        revalue(book, day, key=f"{day}")
    assert [profit(book, day) for day in days] == [-10_000_00, -25_000_00, -5_000_00]


def test_what_is_settled_on_a_day_already_revalued_leaves_nothing_on_the_next(book):
    """The loss of the first revaluation is taken back on the day and again, mirrored, after it."""
    book.post(PURCHASE)
    set_rate(book, "2026-03-31", "65")
    revalue(book)
    book.post("""
        2026-03-31  Paid at the rate of the purchase, but for one rupee
          Dr  creditors  5000.00 USD = 300001.00 INR
          Cr  sales      5000.00 USD = 300001.00 INR
    """)

    made = revalue(book, key="once more")

    assert None not in (made.entry, made.reversal, made.clean_up)
    assert base(book, "creditors", YEAR_END) == base(book, "creditors") == 0
    assert profit(book, YEAR_END) == profit(book, date(2026, 4, 1)) == -1_00


def test_two_that_revalue_at_once_revalue_once(book):
    book.post(PURCHASE)
    set_rate(book, "2026-03-31", "65")
    made = at_once((lambda key=key: revalue(book, key=key)) for key in ("one", "two", "three"))
    assert [one.has_posted for one in made].count(True) == 1
    assert profit(book, YEAR_END) == -25_000_00


def test_two_that_revalue_at_once_under_one_key_get_one_result(book):
    book.post(PURCHASE)
    set_rate(book, "2026-03-31", "65")
    made = at_once([lambda: revalue(book)] * 4)
    assert len(set(made)) == 1
    assert book.integrity().entries == 3


def test_another_tenant_revalues_its_own_balances(book, database):
    other = Book(database, open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY))
    book.post(PURCHASE)
    set_rate(book, "2026-03-31", "65")
    before = book.state()
    with refused("company_must_exist"), other.transaction() as connection:
        revaluation.preview(connection, Scope(book.company, YEAR_END))
    assert not revalue(open_accounts(other), company=other.company).has_posted
    assert book.state() == before
