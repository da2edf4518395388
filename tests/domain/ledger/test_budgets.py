"""Budgets: drawn up, made active, held while posting, compared with the book."""

import time
from dataclasses import replace
from datetime import date
from threading import Event
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from domain.ledger import book as books
from domain.ledger import budgets
from domain.ledger.book import Item, Mode
from domain.ledger.budgets import Action, BudgetLine, Figures, Span
from domain.ledger.entry import EntryKind, credit, debit
from domain.money import LARGEST_AMOUNT
from domain.refusal import Refusal
from sandbox.tenant import Tenant, open_tenant
from tests.book import Book
from tests.domain.ledger.race import at_once
from tests.domain.refused import refused

YEAR = "2026-27"
JULY, AUGUST = date(2026, 7, 16), date(2026, 8, 16)


def line(account="travel", amount=1000_00, action=Action.STOP, span=Span.MONTH, **dimensions):
    """The same amount in each month, in paise."""
    return BudgetLine(account, (amount,) * 12, tuple(dimensions.items()), action, span)


def drawn_up(book, *lines, key="budget", name="Operating", year=YEAR):
    with book.transaction() as connection:
        return budgets.set_budget(
            connection, book.company, year, lines,
            name=name, person=book.tenant.person("asha"), key=key,
        )  # fmt: skip


def activated(book, *lines, **how):
    budget = drawn_up(book, *lines, **how)
    with book.transaction() as connection:
        budgets.activate(connection, budget, person=book.tenant.person("bina"))
    return budget


def trip(book, amount, on=JULY, account="travel", **dimensions):
    postings = debit(account, amount, **dimensions), credit("bank", amount)
    return replace(book.sale(on=on, narration="A trip"), postings=postings)


def variances(book, name="Operating", **how):
    with book.transaction() as connection:
        return budgets.variance(connection, book.company, YEAR, name=name, **how)


def test_a_stop_line_takes_its_amount_and_not_a_paisa_more(book):
    activated(book, line())
    book.post(trip(book, 900_00))
    before = book.state()

    with refused("budget_must_cover", "travel", "July 2026", "100000", "90000", "10001"):
        book.post(trip(book, 100_01))

    assert book.state() == before
    assert book.post(trip(book, 100_00)).warnings == ()


def test_a_warn_line_lets_pass_and_says_so(book):
    activated(book, line(action=Action.WARN))
    posted = book.post(trip(book, 1000_01), key="one")
    assert "budget for travel in July 2026 is 100000" in posted.warnings[0]
    assert book.post(trip(book, 1000_01), key="one") == posted
    assert book.integrity().holds


def test_a_report_line_says_nothing(book):
    activated(book, line(action=Action.REPORT), line("sales", action=Action.REPORT))
    assert book.post(trip(book, 5000_00)).warnings == ()


def test_a_month_has_its_own_amount_and_a_year_carries_over(book):
    activated(book, line(), line("stationery", span=Span.YEAR))
    with refused("budget_must_cover", "July 2026"):
        book.post(trip(book, 1500_00))
    # April to July: four months of 1,000 rupees.
    book.post(trip(book, 4000_00, account="stationery"))
    with refused("budget_must_cover", "until the end of July 2026", "400000"):
        book.post(trip(book, 1, account="stationery"))


def test_spending_dated_back_may_not_overdraw_a_later_month(book):
    activated(book, line(span=Span.YEAR))
    book.post(trip(book, 5000_00, on=AUGUST))
    with refused("budget_must_cover", "August 2026"):
        book.post(trip(book, 1, on=JULY))


def test_a_line_covers_the_postings_that_have_its_dimensions(book):
    activated(book, line(branch="Mysuru"))
    book.post(trip(book, 5000_00))
    book.post(trip(book, 5000_00, branch="Pune"))
    book.post(trip(book, 600_00, branch="Mysuru", project="Loom"))
    with refused("budget_must_cover", "branch Mysuru"):
        book.post(trip(book, 600_00, branch="Mysuru"))


def test_what_is_reversed_may_be_spent_again(book):
    activated(book, line())
    spent = book.post(trip(book, 1000_00)).entry
    book.reverse(spent)
    book.post(trip(book, 1000_00))


def test_a_reversal_of_a_refund_is_spending(book):
    activated(book, line())
    refund = replace(
        book.sale(), postings=(debit("bank", 500_00), credit("travel", 500_00)), narration="Refund"
    )
    refunded = book.post(refund).entry
    book.post(trip(book, 1500_00))
    with refused("budget_must_cover"):
        book.reverse(refunded)


def test_an_overspent_account_still_takes_what_lowers_it(book):
    book.post(trip(book, 5000_00))
    activated(book, line())
    refund = replace(book.sale(), postings=(debit("bank", 1), credit("travel", 1)))
    book.post(refund)


def test_in_other_currencies_the_base_amount_counts(book):
    activated(book, line(amount=8300_00))
    book.post("""
        2026-07-16  A trip abroad
          Dr  travel  100.00 USD = 8300.00 INR
          Cr  bank    100.00 USD = 8300.00 INR
    """)
    with refused("budget_must_cover"):
        book.post(trip(book, 1))


def test_closing_entries_spend_nothing(book):
    activated(book, line())
    closing = replace(trip(book, 5000_00, on=date(2027, 3, 31)), kind=EntryKind.CLOSING)
    closed = book.post(replace(closing, postings=tuple(closing.postings[::-1])))
    book.reverse(closed.entry, on=date(2027, 3, 31))
    (*_, last) = variances(book)
    assert last.in_month.actual == 0


def test_each_entry_of_an_independent_batch_is_held_by_itself(book):
    activated(book, line(), line("stationery", action=Action.WARN))
    outcomes = book.post_batch(
        ("a", trip(book, 600_00)),
        ("b", trip(book, 600_00)),
        ("c", trip(book, 400_00)),
        ("d", trip(book, 1500_00, account="stationery")),
    )
    assert [o.code or o.outcome for o in outcomes] == [
        "posted", "budget_must_cover", "posted", "posted",
    ]  # fmt: skip
    assert [bool(o.warnings) for o in outcomes] == [False, False, False, True]
    again = book.post_batch(("b", trip(book, 600_00)))
    assert again[0].code == "budget_must_cover"


def test_an_atomic_batch_and_a_chain_are_held_as_one(book):
    activated(book, line())
    items = [Item(str(n), trip(book, 600_00), chain="trips") for n in range(2)]
    before = book.state()
    with refused("budget_must_cover"):
        book.post_batch(*items, mode=Mode.ATOMIC)
    assert book.state() == before
    outcomes = book.post_batch(*items, mode=Mode.CHAINS)
    assert [outcome.code for outcome in outcomes] == ["budget_must_cover", "chain_must_hold"]


def test_two_budgets_of_a_year_both_hold(book):
    activated(book, line(amount=2000_00))
    activated(book, line(amount=500_00, branch="Mysuru"), key="other", name="Mysuru")
    with refused("budget_must_cover", "branch Mysuru"):
        book.post(trip(book, 600_00, branch="Mysuru"))
    book.post(trip(book, 600_00))


@pytest.mark.parametrize("span", Span)
def test_a_hundred_who_race_never_overspend(book, span):
    """A hundred post 300 rupees each; 1,000 in each month. Both months meet in the year."""
    activated(book, line(span=span), line("stationery", span=span))

    def attempt(number):
        accounts = ("travel", "stationery")[:: 1 if number % 2 else -1]
        postings = [debit(account, 300_00) for account in accounts]
        entry = replace(
            trip(book, 1, on=JULY if number % 4 < 2 else AUGUST),
            postings=(*postings, credit("bank", 600_00)),
        )

        def call():
            try:
                book.post(entry)
            except Refusal as refusal:
                return refusal.code
            return "posted"

        return call

    results = at_once(attempt(number) for number in range(100))

    until_july, until_august = (book.balance("travel", as_of=day) for day in (JULY, AUGUST))
    assert results.count("posted") * 300_00 == until_august
    assert set(results) == {"posted", "budget_must_cover"}
    if span is Span.MONTH:
        assert (until_july, until_august) == (900_00, 1800_00)
    else:
        assert until_july <= 4000_00
        assert until_august == 4800_00
    assert book.integrity().holds


def test_an_entry_under_way_when_a_budget_becomes_active_is_counted(book):
    budget = drawn_up(book, line())
    under_way = Event()

    def spend():
        with book.transaction() as connection:
            books.post(connection, trip(book, 900_00), key="first")
            under_way.set()
            time.sleep(0.2)

    def activate():
        under_way.wait()
        with book.transaction() as connection:
            budgets.activate(connection, budget, person=book.tenant.person("bina"))
        with refused("budget_must_cover"):
            book.post(trip(book, 200_00))

    at_once([spend, activate])


def test_a_new_version_replaces_the_active_one(book):
    first = activated(book, line())
    second = activated(book, line("stationery"), key="second")
    book.post(trip(book, 5000_00))
    with refused("budget_must_cover"):
        book.post(trip(book, 5000_00, account="stationery"))
    with book.transaction() as connection:
        budgets.activate(connection, second, person=book.tenant.person("bina"))
        flagged = connection.scalars(text("SELECT code FROM accounts WHERE is_budgeted")).all()
    assert flagged == ["stationery"]
    with refused("budget_must_be_draft", "Version 1"), book.transaction() as connection:
        budgets.activate(connection, first, person=book.tenant.person("bina"))
    assert variances(book, version=1)[3].in_month.actual == 5000_00


def test_of_versions_activated_at_once_one_stays_active(book):
    drafts = [drawn_up(book, line(), key=str(n)) for n in range(5)]

    def activate(budget):
        with book.transaction() as connection:
            budgets.activate(connection, budget, person=book.tenant.person("bina"))

    at_once([lambda budget=budget: activate(budget) for budget in drafts])
    with book.transaction() as connection:
        states = connection.scalars(text("SELECT state FROM budgets ORDER BY state")).all()
    assert states == ["active"] + ["replaced"] * 4


def test_drawing_up_again_under_the_key_returns_the_first(book):
    first = drawn_up(book, line())
    before = book.state()
    assert drawn_up(book, line()) == first
    assert book.state() == before
    with refused("effect_key_must_have_one_content"):
        drawn_up(book, line(amount=1))


def test_versions_drawn_up_at_once_are_counted_without_gaps(book):
    at_once([lambda n=n: drawn_up(book, line(), key=str(n)) for n in range(6)])
    with book.transaction() as connection:
        versions = connection.scalars(text("SELECT version FROM budgets ORDER BY 1")).all()
    assert versions == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("lines", "how", "code"),
    [
        ([], {}, "budget_must_have_lines"),
        ([line()], {"name": " "}, "budget_must_have_name"),
        ([line()], {"year": "2030-31"}, "period_must_exist"),
        ([line("nowhere")], {}, "account_must_exist"),
        ([replace(line(), amounts=(1,) * 11)], {}, "budget_line_must_have_twelve_amounts"),
        ([line(amount=-1)], {}, "amount_out_of_range"),
        ([line(amount=LARGEST_AMOUNT + 1)], {}, "amount_out_of_range"),
        ([line("sales")], {}, "income_must_only_be_reported"),
        ([line(), line(amount=1)], {}, "budget_line_must_be_unique"),
    ],
)
def test_a_budget_that_is_none_is_refused_and_changes_nothing(book, lines, how, code):
    before = book.state()
    with refused(code):
        drawn_up(book, *lines, **how)
    assert book.state() == before


def test_the_budget_of_another_tenant_is_not_there(book, database):
    foreign = Book(database, open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY))
    budget = drawn_up(foreign, line())
    with refused("budget_must_exist"), book.transaction() as connection:
        budgets.activate(connection, budget, person=book.tenant.person("bina"))
    with refused("company_must_exist"), book.transaction() as connection:
        budgets.set_budget(
            connection, foreign.company, YEAR, [line()],
            name="Operating", person=book.tenant.person("asha"), key="theirs",
        )  # fmt: skip
    with refused("budget_must_exist"):
        variances(book)


def test_variance_is_actual_less_budget_by_month_and_from_the_start(book):
    """1,000 a month. April 1,200, July 900: after July 2,100 of 4,000, 47.50 per cent under."""
    activated(book, line(action=Action.REPORT), line("sales", action=Action.REPORT))
    book.post(trip(book, 1200_00, on=date(2026, 4, 30)))
    book.post(trip(book, 900_00))
    book.post(book.sale(1500_00, on=date(2026, 4, 1)))

    found = {(one.account, one.month): one for one in variances(book)}

    april, july = found["travel", date(2026, 4, 1)], found["travel", date(2026, 7, 1)]
    assert april.in_month == Figures(1000_00, 1200_00)
    assert (april.in_month.difference, april.in_month.basis_points) == (200_00, 2000)
    assert july.year_to_date == Figures(4000_00, 2100_00)
    assert july.year_to_date.basis_points == -4750
    assert found["sales", date(2026, 4, 1)].in_month.actual == 1500_00
    assert len(found) == 24


@pytest.mark.parametrize(
    ("budget", "actual", "points"),
    [(0, 5, None), (20_000, 20_001, 0), (20_000, 20_003, 2), (20_000, 19_999, 0), (3, 4, 3333)],
)
def test_a_share_is_rounded_half_to_even(budget, actual, points):
    assert Figures(budget, actual).basis_points == points


@settings(max_examples=25)
@given(trips=st.lists(st.tuples(st.integers(1, 400_00), st.integers(4, 9)), max_size=8))
def test_no_order_of_trips_overspends_a_year(database, trips):
    book = Book(database, open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY))
    activated(book, line(amount=100_00, span=Span.YEAR))
    for amount, month in trips:
        book.post_batch((str(uuid4()), trip(book, amount, on=date(2026, month, 28))))
    for month in range(4, 10):
        spent = book.balance("travel", as_of=date(2026, month, 28))
        assert spent <= (month - 3) * 100_00
