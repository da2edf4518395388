"""The integrity of a book: all that is kept is recomputed, and each planted fault is named."""

import time
from dataclasses import replace
from threading import Event
from uuid import uuid4

import pytest
from sqlalchemy import text

from domain.database import snapshot
from domain.ledger import integrity
from domain.ledger.book import Item, Mode
from domain.ledger.comparisons.comparison import query
from domain.ledger.entry import Numbering
from sandbox.tenant import Tenant, open_tenant
from tests.book import Book
from tests.domain.ledger.race import at_once
from tests.domain.ledger.sealed import Sealed

OF_SALE = "entry_id = (SELECT id FROM journal_entries WHERE narration = 'Sale')"
SALE = "WHERE narration = 'Sale'"
REVERSAL = "entry_id = (SELECT id FROM journal_entries WHERE kind = 'reversal')"
# What the tables themselves refuse is planted once nothing but the comparison is left to see it.
ANY_KIND = "ALTER TABLE journal_entries DROP CONSTRAINT IF EXISTS only_a_reversal_reverses;"
ANY_AMOUNT = "ALTER TABLE postings DROP CONSTRAINT IF EXISTS postings_amount_check;"

FAULTS = {
    "entries_balance": {
        f"UPDATE postings SET amount = amount + 1 WHERE {OF_SALE} AND line = 1":
            "is out by 1 minor units of INR",
        f"UPDATE postings SET base_amount = base_amount - 7 WHERE {OF_SALE} AND line = 1":
            "is out by -7 minor units of the base currency",
    },
    "entries_are_whole": {
        f"DELETE FROM postings WHERE {OF_SALE}": "has 0 posting(s)",
        f"UPDATE postings SET line = line + 4 WHERE {OF_SALE}":
            "has 2 postings, but they are counted from 5 to 6",
    },
    "postings_keep_to_accounts": {
        f"UPDATE postings SET account_id = 0 WHERE {OF_SALE}":
            "posts to account 0, which does not exist",
        "UPDATE accounts SET company_id = gen_random_uuid() WHERE code = 'bank'":
            "posts to bank, an account of another company",
        "UPDATE accounts SET is_heading = true WHERE code = 'bank'": "posts to bank, a heading",
        "UPDATE accounts SET closed_on = '2026-07-15' WHERE code = 'sales'":
            "posts to sales on 2026-07-16, when it was not open",
        "UPDATE accounts SET currency = 'USD' WHERE code = 'sales'":
            "posts INR to sales, which takes USD only",
        f"{ANY_AMOUNT} UPDATE postings SET amount = 0, base_amount = 0 WHERE {OF_SALE}":
            "posts nothing to bank",
        f"UPDATE postings SET base_amount = base_amount * 2 WHERE {OF_SALE}":
            "posts -100000 INR to sales, and -200000 as its base amount",
        f"UPDATE postings SET dimension_set_id = 0 WHERE {OF_SALE} AND line = 1":
            "has a posting on bank with dimension set 0, which does not exist",
        f"UPDATE postings SET entry_date = '2026-07-17' WHERE {OF_SALE} AND line = 2":
            "is dated 2026-07-16 and its posting 2 2026-07-17",
    },
    "references_exist": {
        f"DELETE FROM journal_entries {SALE}": "Number S2 is of entry",
        f"UPDATE journal_entries SET party_id = gen_random_uuid() {SALE}": "is with party",
        "INSERT INTO entry_warnings SELECT tenant_id, gen_random_uuid(), '[]'"
        f" FROM journal_entries {SALE}":
            "A warning is of entry",
        "INSERT INTO postings SELECT (jsonb_populate_record(p, jsonb_build_object('entry_id',"
        f" gen_random_uuid()))).* FROM postings p WHERE {OF_SALE}": "Posting 1 is of entry",
    },
    "kinds_are_known": {
        f"{ANY_KIND} UPDATE journal_entries SET reverses = id {SALE}":
            "is of kind normal and reverses entry",
        f"{ANY_KIND} UPDATE journal_entries SET kind = 'normal' WHERE kind = 'reversal'":
            "is of kind normal and reverses entry",
        f"UPDATE journal_entries SET narration = ' ' {SALE}": "has no narration",
        f"{ANY_KIND} UPDATE journal_entries SET kind = 'reversal' {SALE}":
            "is of kind reversal and reverses nothing",
    },
    "reversals_mirror": {
        f"UPDATE postings SET amount = amount * 2, base_amount = base_amount * 2 WHERE {REVERSAL}":
            "is no mirror of the entry that it reverses: posting 1",
        f"UPDATE postings SET account_id = (SELECT id FROM accounts WHERE code = 'share_capital')"
        f" WHERE {REVERSAL} AND line = 2": "is no mirror of the entry that it reverses: posting 2",
        f"UPDATE journal_entries SET reverses = (SELECT id FROM journal_entries {SALE})"
        " WHERE kind = 'reversal'": "is no mirror",
        "UPDATE journal_entries SET reverses = gen_random_uuid() WHERE kind = 'reversal'":
            "reverses an entry that does not exist",
    },
    "balances_equal_postings": {
        "UPDATE balances SET debit = debit + 1 WHERE debit > credit":
            "bank: balances has debit",
        "UPDATE balances SET base_credit = base_credit + 1": "(base ",
        "DELETE FROM balances": "bank: balances has debit  and credit  INR (base  and ), its",
        "INSERT INTO balances SELECT (jsonb_populate_record(b, '{\"currency\": \"EUR\"}')).*"
        " FROM balances b": "EUR (base",
    },
    "day_movements_equal_postings": {
        "UPDATE day_movements SET credit = credit + 7 WHERE credit > debit":
            "sales on 2026-07-16: day_movements has debit 700 and credit 100707",
        "UPDATE day_movements SET entry_date = '2026-07-15'":
            "on 2026-07-15: day_movements",
    },
    "numbers_have_no_gaps": {
        "UPDATE number_series SET last_sequence = 3": "Series s  counts to 3, but has 2",
        "UPDATE voucher_numbers SET sequence = 5 WHERE sequence = 2": "the last 5",
        "UPDATE voucher_numbers SET sequence = 0 WHERE sequence = 1": "Series s  counts to 2",
        "DELETE FROM number_series": "Series s  counts to , but has 2",
        "DELETE FROM voucher_numbers WHERE sequence = 1": "but has 1 number(s), the last 2",
    },
    "periods_hold_entries": {
        "DELETE FROM periods WHERE starts_on = '2026-07-01'":
            "3 entries are dated 2026-07-16, which no period holds",
        "UPDATE periods SET starts_on = '2026-06-15' WHERE starts_on = '2026-07-01'":
            "The periods from 2026-06-01 and from 2026-06-15 share days",
    },
    "keys_have_one_outcome": {
        f"UPDATE journal_entries SET effect_key = 'too late' {SALE}":
            "The key 'too late' was refused (period_locked) and posted as entry",
    },
    "seals_hold": {
        f"UPDATE journal_entries SET narration = 'Gift' {SALE}":
            "of 2026-07-16, 'Gift') was changed after it was sealed",
    },
}  # fmt: skip
PLANTED = [(name, damage, said) for name, made in FAULTS.items() for damage, said in made.items()]
# Tables of other parts of the ledger, tested with them.
ELSEWHERE = {
    "years_equal_postings", "open_items_equal_postings", "open_amounts_equal_allocations",
    "holds_equal_events",
}  # fmt: skip


@pytest.fixture
def sealed(book):
    """A purchase and its reversal, a sale, a refused key; all of it sealed."""
    number = Numbering("s", "S{sequence}")
    posted = book.post(replace(book.sale(7_00, narration="Wrong"), numbering=number)).entry
    book.post(replace(book.sale(), numbering=number))
    book.reverse(posted, reason="Undone")
    book.lock(book.TODAY.replace(month=6))
    june = book.sale(on=book.TODAY.replace(month=6))
    (refused,) = book.post_batch(Item("too late", june), mode=Mode.INDEPENDENT)
    assert refused.code == "period_locked"
    sealed = Sealed(book)
    sealed.seal()
    return sealed


def test_a_book_that_holds_says_what_was_compared(book, sealed):
    found = book.integrity()
    assert (found.entries, found.postings, found.difference) == (3, 6, None)
    compared = {each.name: each.compared for each in found.checks}
    assert {name: compared[name] for name in FAULTS} == {
        "entries_balance": 3, "entries_are_whole": 3, "postings_keep_to_accounts": 6,
        "references_exist": 3, "kinds_are_known": 3, "reversals_mirror": 1,
        "balances_equal_postings": 2, "day_movements_equal_postings": 2,
        "numbers_have_no_gaps": 2, "periods_hold_entries": 3, "keys_have_one_outcome": 1,
        "seals_hold": 3,
    }  # fmt: skip


def test_every_comparison_has_a_fault_planted_against_it():
    names = [each.name for each in integrity.COMPARISONS]
    assert len(names) == len(set(names))
    assert set(names) == FAULTS.keys() | ELSEWHERE


@pytest.mark.parametrize(("name", "damage", "said"), PLANTED)
def test_a_planted_fault_is_named_by_its_comparison(book, sealed, name, damage, said):
    sealed.damage(damage)

    found = book.integrity()

    (of_name,) = [each for each in found.checks if each.name == name]
    assert of_name.difference is not None
    assert said in of_name.difference
    assert not found.holds
    assert found.difference == next(each.difference for each in found.checks if each.difference)


def test_a_company_is_checked_by_itself(database, book, sealed):
    other = Book(database, open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY))
    sealed.damage("UPDATE balances SET debit = debit + 1")
    assert other.integrity().holds
    assert (other.integrity().entries, book.integrity().holds) == (0, False)


def test_a_comparison_waits_for_the_tables_that_it_needs(book):
    later = query("later", "Later", "SELECT 1 AS compared, 'x' AS difference", needs=("no_such",))
    now = query("now", "Now", "SELECT 5 AS compared, 'x' AS difference", needs=("postings",))
    with book.transaction() as connection:
        found = integrity.check(connection, book.company, [later, now])
    assert [(each.name, each.compared) for each in found.checks] == [("now", 5)]
    assert found.difference == "x"


def test_a_snapshot_sees_one_state_while_others_post(book, sealed):
    """Outside of it the counts and the sums would be those of different moments."""
    looked, posted = Event(), Event()

    def checking():
        with snapshot(book.database.reader, book.tenant.id) as connection:
            before = connection.scalar(text("SELECT count(*) FROM journal_entries"))
            looked.set()
            posted.wait(10)
            found = integrity.check(connection, book.company)
        return before, found

    def posting():
        looked.wait(10)
        for number in range(5):
            book.post(book.sale(number + 1))
        sealed.seal()
        posted.set()

    (before, found), _ = at_once([checking, posting])
    assert (before, found.entries, found.difference) == (3, 3, None)
    assert book.integrity().entries == 8


def test_a_check_among_posters_finds_no_difference(book):
    done = Event()

    def posting():
        for number in range(60):
            book.post(book.sale(number + 1))
        done.set()

    def checking():
        found = []
        while not done.is_set():
            with snapshot(book.database.reader, book.tenant.id) as connection:
                found.append(integrity.check(connection, book.company))
            time.sleep(0.01)
        return found

    _, found = at_once([posting, checking])
    assert len(found) > 1
    assert {each.difference for each in found} == {None}
