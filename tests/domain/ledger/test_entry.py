"""The ladder of rules that every journal entry climbs."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ledger.entry import JournalEntry, Posting, check_entry, credit, debit, residues
from domain.money import LARGEST_AMOUNT
from tests.domain.refused import refused

COMPANY = UUID(int=1)


def entry(*postings, narration="Refund of SINV/2026/1"):
    return JournalEntry(COMPANY, date(2026, 7, 16), narration, postings)


def test_a_balanced_entry_passes():
    check_entry(entry(debit("sales", 100_000), debit("gst", 18_000), credit("bank", 118_000)))


def test_an_entry_needs_two_postings():
    with refused("entry_must_have_two_postings", "1 posting(s)"):
        check_entry(entry(debit("bank", 1)))


def test_an_entry_needs_a_narration():
    with refused("entry_must_have_narration"):
        check_entry(entry(debit("bank", 1), credit("sales", 1), narration=" "))


def test_a_posting_of_zero_is_refused():
    with refused("posting_must_not_be_zero", "bank"):
        check_entry(entry(debit("bank", 0), credit("sales", 0)))


@pytest.mark.parametrize("base_amount", [None, 5])
def test_an_amount_beyond_what_readers_keep_exact_is_refused(base_amount):
    beyond = Posting("bank", LARGEST_AMOUNT + 1, "INR", base_amount)
    with refused("amount_out_of_range"):
        check_entry(entry(beyond, credit("sales", LARGEST_AMOUNT + 1)))


def test_the_largest_amount_itself_passes():
    check_entry(entry(debit("bank", LARGEST_AMOUNT), credit("sales", LARGEST_AMOUNT)))


def test_an_entry_that_is_out_by_a_paisa_is_refused_with_the_difference():
    with refused("entry_must_balance", "out by 0.01 INR"):
        check_entry(entry(debit("bank", 100_001), credit("sales", 100_000)))


def test_each_currency_balances_by_itself():
    mixed = entry(debit("bank", 100, "USD"), credit("sales", 100, "INR"))
    assert residues(mixed) == {"USD": 100, "INR": -100}
    with refused("entry_must_balance"):
        check_entry(mixed)


def test_an_entry_balances_in_the_base_currency_too():
    postings = Posting("bank", 100, "USD", 8_300), Posting("sales", -100, "USD", -8_299)
    with refused("entry_must_balance_in_base_currency", "out by 1 "):
        check_entry(entry(*postings))


@given(amounts=st.lists(st.integers(1, 10**12), min_size=1, max_size=20))
def test_an_entry_passes_when_its_credits_are_its_debits(amounts):
    debits = [debit("expense", amount) for amount in amounts]
    check_entry(entry(*debits, credit("bank", sum(amounts))))
    with refused("entry_must_balance"):
        check_entry(entry(*debits, credit("bank", sum(amounts) + 1)))


def test_dimensions_have_one_order():
    assert debit("bank", 1, branch="blr", party="V-001").dimensions == (
        ("branch", "blr"),
        ("party", "V-001"),
    )
