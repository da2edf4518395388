"""Balances, trial balance, pages of entries and postings, and the check of all against raw ones."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from domain.ledger import accounts, entries, statements
from domain.ledger.entry import Numbering
from domain.ledger.statements import Sums
from tests.book import Book

QUARTER = [
    """
    2026-04-01  Capital
      Dr  bank           10000.00 INR
      Cr  share_capital  10000.00 INR
    """,
    """
    2026-05-10  Rent
      Dr  office_rent  2000.00 INR  branch Mysuru
      Dr  input_igst    360.00 INR
      Cr  bank         2360.00 INR
    """,
    """
    2026-04-20  Travel, entered late
      Dr  travel  500.00 INR
      Cr  bank    500.00 INR
    """,
    """
    2026-05-11  Dollars bought
      Dr  bank           10.00 USD = 830.00 INR
      Cr  share_capital  10.00 USD = 830.00 INR
    """,
]


@pytest.fixture
def quarter(book):
    return [book.post(entry).entry for entry in QUARTER]


def lines(book, **options):
    with book.transaction() as connection:
        trial = statements.trial_balance(connection, book.company, **options)
    assert trial.base_debit == trial.base_credit
    return {(line.code, line.sums.currency): line.sums.amount for line in trial.lines}


def test_the_trial_balance_has_each_account_in_each_currency(book, quarter):
    assert lines(book) == {
        ("bank", "INR"): 714_000,
        ("bank", "USD"): 1_000,
        ("input_igst", "INR"): 36_000,
        ("office_rent", "INR"): 200_000,
        ("share_capital", "INR"): -1_000_000,
        ("share_capital", "USD"): -1_000,
        ("travel", "INR"): 50_000,
    }


def test_the_trial_balance_adds_up_in_the_base_currency(book, quarter):
    with book.transaction() as connection:
        trial = statements.trial_balance(connection, book.company)
    assert trial.base_debit == trial.base_credit == 1_083_000
    (bank,) = (line for line in trial.lines if line.code == "bank" and line.sums.currency == "INR")
    assert bank.sums == Sums("INR", 1_000_000, 286_000, 1_000_000, 286_000)
    assert (bank.title, bank.kind) == ("Bank", "asset")


def test_as_of_a_day_an_entry_counts_from_its_date_however_late_it_came(book, quarter):
    assert lines(book, as_of=date(2026, 3, 31)) == {}
    assert lines(book, as_of=date(2026, 4, 20)) == {
        ("bank", "INR"): 950_000,
        ("share_capital", "INR"): -1_000_000,
        ("travel", "INR"): 50_000,
    }
    assert lines(book, as_of=date(2026, 5, 11)) == lines(book)


def test_the_balance_of_one_account(book, quarter):
    with book.transaction() as connection:
        bank = accounts.named(connection, book.company, "bank").id
        idle = accounts.named(connection, book.company, "stationery").id
        now = statements.balance(connection, bank)
        earlier = statements.balance(connection, bank, as_of=date(2026, 5, 10))
        assert statements.balance(connection, idle) == ()
    assert [(held.currency, held.amount, held.base_amount) for held in now] == [
        ("INR", 714_000, 714_000),
        ("USD", 1_000, 83_000),
    ]
    assert [(held.currency, held.amount) for held in earlier] == [("INR", 714_000)]


def test_entries_come_in_pages_last_recorded_first(book, quarter):
    with book.transaction() as connection:
        first = entries.entries(connection, book.company, limit=3)
        second = entries.entries(connection, book.company, limit=3, before=first[-1].id)
        assert entries.entries(connection, book.company, before=second[-1].id) == ()
    assert [booked.id for booked in (*first, *second)] == quarter[::-1]
    assert first[0].entry == book.entry(QUARTER[3])


def test_entries_of_a_process(book, quarter):
    process = book.tenant.party("V-001")
    posted = book.post(replace(book.sale(), process=process))
    with book.transaction() as connection:
        (found,) = entries.entries(connection, book.company, process=process)
    assert found.id == posted.entry


def test_the_postings_of_an_account_come_in_pages_last_date_first(book, quarter):
    with book.transaction() as connection:
        bank = accounts.named(connection, book.company, "bank").id
        first = entries.of_account(connection, bank, limit=3)
        rest = entries.of_account(connection, bank, limit=3, before=first[-1].place)
        may = entries.of_account(connection, bank, since=date(2026, 5, 1), until=date(2026, 5, 10))
    assert [found.place.entry for found in (*first, *rest)] == [
        quarter[3], quarter[1], quarter[2], quarter[0],
    ]  # fmt: skip
    assert [found.narration for found in may] == ["Rent"]
    assert may[0].posting.amount == -236_000


def test_an_account_with_slots_spreads_and_still_adds_up(book):
    with book.as_owner() as connection:
        connection.exec_driver_sql("UPDATE accounts SET slots = 8 WHERE code = 'bank'")
    book.post_batch(*((str(n), book.sale(10)) for n in range(100)))

    with book.transaction() as connection:
        spread = connection.scalars(
            text(
                "SELECT slot FROM balances JOIN accounts a ON a.id = account_id WHERE code = 'bank'"
            )
        ).all()
    assert len(spread) > 4
    assert max(spread) < 8
    assert book.balance("bank") == 1_000
    assert book.integrity().difference is None


def test_the_check_counts_what_it_recomputed(book, quarter):
    found = book.integrity()
    assert (found.entries, found.postings, found.holds) == (4, 9, True)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (
            "UPDATE balances SET debit = debit + 1 WHERE currency = 'USD' AND debit > 0",
            "bank: balances",
        ),
        (
            "UPDATE day_movements SET credit = credit + 7 WHERE entry_date = '2026-05-10'"
            " AND credit > 0",
            "bank on 2026-05-10: day_movements",
        ),
        ("DELETE FROM balances WHERE currency = 'USD'", "balances has debit  and credit  USD"),
        ("UPDATE number_series SET last_sequence = 3", "Series s  counts to 3, but has 1"),
        (
            "ALTER TABLE postings DISABLE TRIGGER USER;"
            " UPDATE postings SET amount = amount + 1 WHERE amount = 50000",
            "is out by 1 minor units of INR",
        ),
        (
            "ALTER TABLE postings DISABLE TRIGGER USER;"
            " UPDATE postings SET entry_date = '2026-05-12' WHERE amount = 50000",
            "is dated 2026-04-20 and its posting 1 2026-05-12",
        ),
        (
            "ALTER TABLE postings DISABLE TRIGGER USER;"
            " DELETE FROM postings WHERE abs(amount) = 50000",
            "has 0 posting(s)",
        ),
    ],
)
def test_the_check_names_the_first_difference(book, quarter, damage, words):
    book.post(replace(book.sale(), numbering=Numbering("s", "S{sequence}")))
    with book.as_owner() as connection:
        connection.exec_driver_sql(damage)

    found = book.integrity()

    assert not found.holds
    assert words in found.difference


def test_day_movements_are_by_day_and_not_by_entry(book):
    book.post_batch(*((str(n), book.sale(10)) for n in range(10)))
    with book.transaction() as connection:
        days = connection.execute(text("SELECT entry_date, debit, credit FROM day_movements")).all()
    assert sorted(days) == [(Book.TODAY, 0, 100), (Book.TODAY, 100, 0)]
