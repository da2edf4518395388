"""Batches: each item with its outcome, or all of them or none."""

import time
from dataclasses import replace
from datetime import date
from threading import Event

import pytest

from domain.ledger.book import Mode, Outcome
from domain.ledger.entry import Numbering, credit, debit
from domain.money import LARGEST_AMOUNT
from tests.domain.ledger.race import at_once
from tests.domain.refused import refused

ACCOUNTS = ("input_cgst", "office_rent", "professional_fees", "sales", "stationery", "travel")


@pytest.fixture
def unbalanced(book):
    sale = book.sale(narration="Unbalanced")
    postings = debit("bank", 2, branch="nowhere"), credit("sales", 1, branch="nowhere")
    return replace(sale, postings=postings)


def codes(outcomes):
    return [outcome.code or outcome.outcome for outcome in outcomes]


def test_each_item_of_an_independent_batch_has_its_own_outcome(book, unbalanced):
    first = book.post(book.sale(1), key="old")
    before = book.balance("bank")

    outcomes = book.post_batch(
        ("a", book.sale(10)),
        ("b", unbalanced),
        ("old", book.sale(1)),
        ("c", book.sale(20)),
        ("old", book.sale(2)),
        ("d", book.sale(30, on=date(2030, 1, 1))),
    )

    assert codes(outcomes) == [
        "posted", "entry_must_balance", "duplicate", "posted",
        "effect_key_must_have_one_content", "period_must_exist",
    ]  # fmt: skip
    assert outcomes[2] == Outcome("duplicate", first.entry, None, None, None)
    assert "2030-01-01" in outcomes[5].message
    assert book.balance("bank") == before + 30
    assert book.integrity().entries == 3


def test_what_is_refused_leaves_nothing_behind(book, unbalanced):
    before = book.state()
    assert codes(book.post_batch(("a", unbalanced))) == ["entry_must_balance"]
    assert book.state() == before


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (lambda book, unbalanced: ("wrong", unbalanced), "entry_must_balance"),
        (lambda book, unbalanced: ("old", book.sale(2)), "effect_key_must_have_one_content"),
        (lambda book, unbalanced: ("a", book.sale(2)), "effect_key_must_have_one_content"),
        (lambda book, unbalanced: ("b", book.sale(on=date(2030, 1, 1))), "period_must_exist"),
    ],
)
def test_one_refusal_refuses_an_atomic_batch(book, unbalanced, wrong, code):
    book.post(book.sale(1), key="old")
    before = book.state()

    with refused(code):
        book.post_batch(("a", book.sale()), wrong(book, unbalanced), mode=Mode.ATOMIC)

    assert book.state() == before


def test_an_atomic_batch_names_the_first_refusal(book, unbalanced):
    late = book.sale(on=date(2030, 1, 1))
    with refused("period_must_exist"):
        book.post_batch(("a", late), ("b", unbalanced), mode=Mode.ATOMIC)
    with refused("entry_must_balance"):
        book.post_batch(("b", unbalanced), ("a", late), mode=Mode.ATOMIC)


@pytest.mark.parametrize("mode", Mode)
def test_a_key_that_stands_twice_in_a_batch_is_posted_once(book, mode):
    outcomes = book.post_batch(
        ("b", book.sale(1)), ("a", book.sale(2)), ("b", book.sale(1)), mode=mode
    )

    assert codes(outcomes) == ["posted", "posted", "duplicate"]
    assert outcomes[0].entry == outcomes[2].entry
    assert book.balance("bank") == 3
    assert book.integrity().entries == 2


def test_a_batch_again_returns_the_first_results(book):
    numbering = Numbering("s", "S/{sequence}")
    batch = [(f"key {n}", replace(book.sale(n), numbering=numbering)) for n in range(1, 30)]
    first = book.post_batch(*batch)
    before = book.state()

    again = book.post_batch(*batch)

    assert [(o.entry, o.number) for o in again] == [(o.entry, o.number) for o in first]
    assert {o.outcome for o in again} == {"duplicate"}
    assert book.state() == before


def test_only_the_item_beyond_the_range_is_refused(book):
    lines = debit("bank", LARGEST_AMOUNT), credit("sales", LARGEST_AMOUNT)
    large = replace(book.sale(), postings=lines * 700)

    outcomes = book.post_batch(("a", large), ("b", book.sale(1)), ("c", large), ("d", book.sale(2)))

    assert codes(outcomes) == ["posted", "posted", "balance_out_of_range", "posted"]
    assert book.balance("bank") == 700 * LARGEST_AMOUNT + 3
    assert book.integrity().difference is None


def test_an_empty_batch_has_no_outcome(book):
    assert book.post_batch() == ()


def test_many_that_post_under_one_key_post_once(book):
    numbering = Numbering("race", "R/{sequence}")
    sale = replace(book.sale(7), numbering=numbering)

    results = at_once([lambda: book.post(sale, key="one")] * 16)

    assert len({posted.entry for posted in results}) == 1
    assert {posted.number for posted in results} == {"R/1"}
    assert book.balance("bank") == 7
    assert book.post(replace(sale, narration="Next")).number == "R/2"


@pytest.mark.parametrize("months", [(7, 7), (6, 7)], ids=["same days", "other days"])
def test_opposite_orders_do_not_deadlock(book, months):
    """Many rows in each, so that each holds some while it waits for others."""
    pairs = [(debit(account, 1), credit("bank", 1)) for account in ACCOUNTS]
    postings = tuple(posting for pair in pairs for posting in pair)

    def posts(side, month):
        for number in range(50):
            batch = [
                replace(book.sale(on=date(2026, month, day)), postings=postings[::side])
                for day in range(1, 11)
            ]
            keyed = [(f"{side} {number} {entry.entry_date}", entry) for entry in batch]
            book.post_batch(*keyed[::side])

    at_once([lambda: posts(1, months[0]), lambda: posts(-1, months[1])])

    assert book.balance("bank") == -2 * 50 * 10 * len(ACCOUNTS)
    assert book.integrity().holds


def test_the_same_keys_in_opposite_orders_do_not_deadlock(book):
    """Both meet the key in the middle, which is taken, with what they did before it in hand."""
    taken = Event()
    batch = [(key, book.sale(1)) for key in ("a", "b", "c")]

    def hold():
        with book.transaction() as connection:
            book.post_in(connection, book.sale(1), key="b")
            taken.set()
            time.sleep(0.3)

    def post(side):
        taken.wait()
        return codes(book.post_batch(*batch[::side]))

    _, forth, back = at_once([hold, lambda: post(1), lambda: post(-1)])

    assert sorted([*forth, *back]) == ["duplicate"] * 4 + ["posted"] * 2
    assert book.balance("bank") == 3


def test_one_batch_may_hold_entries_of_many_days(book):
    days = [date(2026, month, 28) for month in range(1, 10)]
    book.post_batch(*((str(day), book.sale(1, on=day)) for day in days))
    assert [book.balance("bank", as_of=day) for day in days] == list(range(1, 10))
