"""What holds for every entry, good or bad, and after any sequence of them."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.ledger.entry import JournalEntry, Posting
from domain.money import LARGEST_AMOUNT
from domain.refusal import Refusal
from sandbox.tenant import Tenant, open_tenant
from tests.book import Book

ACCOUNTS = ("bank", "sales", "office_rent", "travel", "share_capital")
FIRST, LAST = date(2025, 4, 1), date(2027, 3, 31)
MISTAKES = {
    "nothing": None,
    "one posting": "entry_must_have_two_postings",
    "no narration": "entry_must_have_narration",
    "a zero": "posting_must_not_be_zero",
    "too much": "amount_out_of_range",
    "out by some": "entry_must_balance",
    "out in base": "entry_must_balance_in_base_currency",
    "no such account": "account_must_exist",
    "no such party": "party_must_exist",
    "two truths": "base_amount_must_equal_amount",
    "no period": "period_must_exist",
}  # fmt: skip

words = st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=("Cs",)))
dimensions = st.dictionaries(st.sampled_from(["branch", "party", "project"]), words, max_size=2)


@pytest.fixture(scope="module")
def book(database):
    return Book(database, open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY))


@st.composite
def good_entries(draw, company):
    """Entries that meet every rule, in one or two currencies."""
    postings = []
    for currency in draw(st.sampled_from([("INR",), ("USD",), ("INR", "USD")])):
        rate = 1 if currency == "INR" else draw(st.integers(1, 100))
        sides = draw(st.lists(st.integers(-(10**9), 10**9).filter(bool), min_size=1, max_size=4))
        if sum(sides):
            sides.append(-sum(sides))
        elif len(sides) == 1:
            sides.append(-sides[0])
        for amount in sides:
            base = None if currency == "INR" else amount * rate
            named = tuple(sorted(draw(dimensions).items()))
            postings.append(Posting(draw(st.sampled_from(ACCOUNTS)), amount, currency, base, named))
    narration = draw(words.filter(lambda text: any(letter.isalnum() for letter in text)))
    day = FIRST + timedelta(draw(st.integers(0, (LAST - FIRST).days)))
    return JournalEntry(company, day, narration, tuple(postings))


def spoilt(entry, mistake):
    """The entry with one mistake. What it leaves right is right, so that one rule alone says no."""
    first, *rest = entry.postings
    shift = Posting("bank", 0, "INR")
    match mistake:
        case "one posting":
            return replace(entry, postings=(first,))
        case "no narration":
            return replace(entry, narration=" \t\n")
        case "a zero":
            return replace(entry, postings=(*entry.postings, shift))
        case "too much":
            much = LARGEST_AMOUNT + 1
            pair = Posting("bank", much, "INR"), Posting("sales", -much, "INR")
            return replace(entry, postings=(*entry.postings, *pair))
        case "out by some":
            return replace(entry, postings=(*entry.postings, replace(shift, amount=1)))
        case "out in base":
            pair = Posting("bank", 2, "EUR", 180), Posting("sales", -2, "EUR", -181)
            return replace(entry, postings=(*entry.postings, *pair))
        case "no such account":
            return replace(entry, postings=(replace(first, account="nowhere"), *rest))
        case "no such party":
            return replace(entry, party=uuid4())
        case "two truths":
            pair = Posting("bank", 2, "INR", 3), Posting("sales", -2, "INR", -3)
            return replace(entry, postings=(*entry.postings, *pair))
        case "no period":
            return replace(entry, entry_date=LAST + timedelta(1))
        case _:
            return entry


@given(data=st.data(), mistake=st.sampled_from(list(MISTAKES)))
def test_an_entry_that_meets_every_rule_posts_and_any_other_is_refused_by_name(book, data, mistake):
    entry = spoilt(data.draw(good_entries(book.company)), mistake)
    key = str(uuid4())
    before = book.state()

    if MISTAKES[mistake] is None:
        posted = book.post(entry, key=key)
        after = book.state()
        assert after != before
        assert book.post(entry, key=key) == posted
        assert book.state() == after
    else:
        with pytest.raises(Refusal) as caught:
            book.post(entry, key=key)
        assert caught.value.code == MISTAKES[mistake]
        (outcome,) = book.post_batch((key, entry))
        assert outcome.code == MISTAKES[mistake]
        assert book.state() == before


@given(data=st.data())
@settings(max_examples=40)
def test_a_reversal_restores_every_balance(book, data):
    entry = data.draw(good_entries(book.company))
    before = {account: book.balance(account) for account in ACCOUNTS}

    book.reverse(book.post(entry).entry, on=entry.entry_date, key=str(uuid4()))

    assert {account: book.balance(account) for account in ACCOUNTS} == before


@given(data=st.data())
@settings(max_examples=30)
def test_after_any_batch_balances_day_movements_and_postings_agree(book, data):
    batch = data.draw(
        st.lists(
            st.tuples(good_entries(book.company), st.sampled_from(list(MISTAKES))),
            min_size=1,
            max_size=6,
        )
    )
    before = book.integrity()

    outcomes = book.post_batch(*((str(uuid4()), spoilt(entry, what)) for entry, what in batch))

    assert [outcome.code for outcome in outcomes] == [MISTAKES[what] for _, what in batch]
    after = book.integrity()
    assert after.difference is None
    assert after.entries == before.entries + sum(outcome.code is None for outcome in outcomes)


@given(data=st.data())
@settings(max_examples=20)
def test_balance_as_of_a_day_is_the_sum_of_what_is_dated_until_then(book, data):
    batch = data.draw(st.lists(good_entries(book.company), min_size=1, max_size=5))
    day = FIRST + timedelta(data.draw(st.integers(0, (LAST - FIRST).days)))
    before = {account: book.balance(account, as_of=day) for account in ACCOUNTS}

    book.post_batch(*((str(uuid4()), entry) for entry in batch))

    for account in ACCOUNTS:
        expected = sum(
            posting.amount
            for entry in batch
            for posting in entry.postings
            if posting.account == account and entry.entry_date <= day
        )
        assert book.balance(account, as_of=day) - before[account] == expected
