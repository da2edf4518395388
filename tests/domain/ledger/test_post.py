"""Posting: what meets every rule stands in the book once, anything else is refused by name."""

import json
from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from domain.database import by_driver
from domain.ledger import accounts, entries
from domain.ledger import book as books
from domain.ledger.entry import JournalEntry, Numbering, Posting, credit, debit
from domain.money import LARGEST_AMOUNT
from domain.refusal import Refusal
from tests.book import Book
from tests.domain.refused import refused

REFUND = """
    2026-07-16  Refund of SINV/2026/1
      Dr  sales          1000.00 INR  branch "Bengaluru North"
      Dr  input_igst      180.00 INR
      Cr  bank           1180.00 INR
"""


def entry(book, *postings, **values):
    good = {"entry_date": Book.TODAY, "narration": "Sale", **values}
    return JournalEntry(book.company, postings=postings, **good)


def as_sent(key, entry):
    """The item that the database is given."""
    [item] = json.loads(books.stated([books.Item(key, entry)]))
    return item


def directly(book, item):
    """The database's own answer, past the checks in Python."""
    with book.transaction() as connection:
        by_driver(connection, books.POST, (json.dumps([item]), "atomic"))


def test_what_is_posted_stands_in_the_book(book):
    posted = book.post(REFUND, key="refund")

    book.assert_is(REFUND)
    assert book.balance("bank") == -118_000
    with book.transaction() as connection:
        booked = entries.entry(connection, posted.entry)
    assert (booked.effect_key, booked.reverses, booked.reversed_by) == ("refund", None, None)


# What is wrong, and the rule that says so. All of it balances unless that is what is wrong.
BOTH_REFUSE = {
    "one posting": ([debit("bank", 5)], {}, "entry_must_have_two_postings"),
    "one posting and no narration": (
        [debit("bank", 5)], {"narration": ""}, "entry_must_have_two_postings",
    ),
    "blank narration": (
        [debit("bank", 5), credit("sales", 5)], {"narration": " \n"}, "entry_must_have_narration",
    ),
    "zero": ([debit("bank", 0), credit("sales", 0)], {}, "posting_must_not_be_zero"),
    "too large": (
        [debit("bank", LARGEST_AMOUNT + 1), credit("sales", LARGEST_AMOUNT + 1)],
        {}, "amount_out_of_range",
    ),
    "too large in the base currency": (
        [Posting("bank", 5, "USD", LARGEST_AMOUNT + 1), Posting("sales", -5, "USD", -5)],
        {}, "amount_out_of_range",
    ),
    "too large, then zero": (
        [debit("bank", LARGEST_AMOUNT + 1), credit("sales", 0)], {}, "amount_out_of_range",
    ),
    "out by a paisa": ([debit("bank", 6), credit("sales", 5)], {}, "entry_must_balance"),
    "out by a paisa on an account that is none": (
        [debit("bank", 6), credit("nowhere", 5)], {}, "entry_must_balance",
    ),
    "two currencies that balance only together": (
        [debit("bank", 5, "USD"), credit("sales", 5)], {}, "entry_must_balance",
    ),
    "out in the base currency": (
        [Posting("bank", 5, "USD", 400), Posting("sales", -5, "USD", -399)],
        {}, "entry_must_balance_in_base_currency",
    ),
}  # fmt: skip

DATABASE_REFUSES = {
    "unknown account": (
        [debit("bank", 5), credit("nowhere", 5)], {}, "account_must_exist",
    ),
    "unknown party": (
        [debit("bank", 5), credit("sales", 5)], {"party": uuid4()}, "party_must_exist",
    ),
    "lower case currency": (
        [debit("bank", 5, "inr"), credit("sales", 5, "inr")], {}, "currency_must_be_known",
    ),
    "base amount of another size": (
        [Posting("bank", 5, "INR", 6), Posting("sales", -5, "INR", -6)],
        {}, "base_amount_must_equal_amount",
    ),
    "no period": (
        [debit("travel", 5), credit("share_capital", 5)],
        {"entry_date": date(2030, 1, 1)}, "period_must_exist",
    ),
    "number without a sequence": (
        [debit("bank", 5), credit("sales", 5)],
        {"numbering": Numbering("s", "S/{fiscal_year}")}, "number_must_hold_sequence",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BOTH_REFUSE)
def test_python_and_the_database_refuse_by_the_same_name(book, case):
    postings, values, code = BOTH_REFUSE[case]
    wrong = entry(book, *postings, **values)
    before = book.state()

    with refused(code):
        book.post(wrong)
    with refused(code):
        directly(book, as_sent("wrong", wrong))

    assert book.state() == before


@pytest.mark.parametrize("case", DATABASE_REFUSES)
def test_the_database_refuses_what_only_it_can_know(book, case):
    postings, values, code = DATABASE_REFUSES[case]
    before = book.state()

    with refused(code):
        book.post(entry(book, *postings, **values))

    assert book.state() == before


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": 0.5, "base_amount": 0.5}, "amount_out_of_range"),
        ({"amount": "1e30", "base_amount": "1e30"}, "amount_out_of_range"),
        ({"amount": None}, "posting_must_not_be_zero"),
        ({"currency": "USD", "base_amount": None}, "base_amount_must_be_given"),
    ],
)
def test_the_database_refuses_amounts_that_python_cannot_even_write(book, change, code):
    item = as_sent("odd", book.sale())
    for posting, sign in zip(item["entry"]["postings"], (1, -1), strict=True):
        posting |= {
            name: f"{'-' * (sign < 0)}{value}" if name.endswith("amount") and value else value
            for name, value in change.items()
        }
    before = book.state()

    with refused(code):
        directly(book, item)

    assert book.state() == before


def test_a_base_amount_left_out_is_the_amount(book):
    item = as_sent("bare", book.sale(5))
    for posting in item["entry"]["postings"]:
        assert "base_amount" not in posting
    directly(book, item)
    assert book.integrity().holds


def test_an_account_takes_only_its_currency_and_only_while_it_is_open(book):
    with book.as_owner() as connection:
        connection.exec_driver_sql("UPDATE accounts SET currency = 'INR' WHERE code = 'bank'")
        connection.exec_driver_sql(
            "UPDATE accounts SET closed_on = '2026-07-15' WHERE code = 'travel'"
        )
    dollars = Posting("bank", 5, "USD", 400), Posting("sales", -5, "USD", -400)
    trip = debit("travel", 5), credit("bank", 5)

    with refused("account_must_take_currency", "takes INR only"):
        book.post(entry(book, *dollars))
    with refused("account_must_be_open", "2026-07-16"):
        book.post(entry(book, *trip))
    book.post(entry(book, *trip, entry_date=date(2026, 7, 15)))


def test_the_rule_about_the_period_names_it(book):
    book.lock(date(2026, 6, 30))
    with refused("period_locked", "2026-06-30", "June 2026 is locked"):
        book.post(book.sale(on=date(2026, 6, 30)))
    book.post(book.sale(on=date(2026, 7, 1)))


def test_posting_twice_is_posting_once(book):
    first = book.post(REFUND, key="refund")
    before = book.state()

    assert book.post(REFUND, key="refund") == first
    assert book.state() == before


def test_other_content_under_the_key_is_refused_and_says_when_it_was_first_used(book):
    first = book.post(book.sale(100), key="one")
    before = book.state()
    with book.transaction() as connection:
        recorded = entries.entry(connection, first.entry).recorded_at

    with refused("effect_key_must_have_one_content", "'one'", f"{recorded:%Y-%m-%d %H:%M:%S}"):
        book.post(book.sale(101), key="one")

    assert book.state() == before


def test_a_replay_after_the_period_was_locked_returns_the_first_result(book):
    first = book.post(REFUND, key="refund")
    book.lock(Book.TODAY)
    assert book.post(REFUND, key="refund") == first


def test_a_foreign_amount_stands_in_both_currencies(book):
    written = """
        2026-07-16  Dollars bought
          Dr  bank   100.00 USD = 8300.00 INR
          Cr  sales  100.00 USD = 8300.00 INR
    """
    book.post(written)
    book.assert_is(written)


def test_sums_beyond_the_range_are_refused_and_change_nothing(book):
    halves = 600
    large = [debit("bank", LARGEST_AMOUNT), credit("sales", LARGEST_AMOUNT)] * halves
    book.post(entry(book, *large))
    before = book.state()

    with refused("balance_out_of_range", "9223372036854775807"):
        book.post(entry(book, *large))

    assert book.state() == before


def test_one_entry_that_is_beyond_the_range_by_itself_is_refused(book):
    large = [debit("bank", LARGEST_AMOUNT), credit("sales", LARGEST_AMOUNT)] * 1100
    with refused("balance_out_of_range"):
        book.post(entry(book, *large))


def test_a_reversal_is_not_posted_as_an_entry(book):
    item = as_sent("key", book.sale())
    with refused("reversal_must_use_reverse"):
        directly(book, item | {"entry": item["entry"] | {"kind": "reversal"}})


def test_an_account_keeps_its_kind(book):
    opened = (
        "SELECT ledger_open_account(%s, jsonb_build_object('code', 'bank', 'title', 'Bank', "
        "'kind', %s::text, 'opened_on', '2026-04-01'))"
    )
    with book.as_owner() as connection:
        connection.exec_driver_sql(opened, (book.company, "asset"))
    with refused("account_must_keep_kind"), book.as_owner() as connection:
        connection.exec_driver_sql(opened, (book.company, "expense"))


def test_the_chart_is_read_by_code_and_by_number(book):
    with book.transaction() as connection:
        chart = accounts.listed(connection, book.company)
        bank = accounts.named(connection, book.company, "bank")
        assert bank in chart
        assert accounts.get(connection, bank.id) == bank
        with pytest.raises(Refusal, match="account_must_exist"):
            accounts.named(connection, book.company, "nowhere")
        with pytest.raises(Refusal, match="account_must_exist"):
            accounts.get(connection, -1)


def test_a_refused_entry_leaves_its_key_free(book):
    wrong = book.sale(on=date(2030, 1, 1))
    with refused("period_must_exist"):
        book.post(wrong, key="key")
    book.post(replace(wrong, entry_date=Book.TODAY), key="key")
