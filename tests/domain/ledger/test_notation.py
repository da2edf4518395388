"""Journal notation, both ways."""

from contextlib import suppress
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.currencies import EXPONENTS
from domain.ledger import notation
from domain.ledger.entry import Posting, credit, debit
from domain.ledger.notation import Written
from domain.money import LARGEST_AMOUNT
from domain.refusal import Refusal
from tests.domain.refused import refused

REFUND = """
    # What a customer gets back.
    2026-07-16  Refund of SINV/2026/1
      Dr  sales_returns         1,000.00 INR   branch "Bengaluru North"  party V-001
      Dr  output_gst             180.00 INR

      Cr  bank                  1180.00 INR
    2026-07-17  Dollars bought
      Dr  bank_usd   100.00 USD = 8300.00 INR
      Cr  bank       8300.00 INR
"""


def test_entries_are_read_as_people_write_them():
    refund, dollars = notation.parse(REFUND)

    assert refund == Written(
        date(2026, 7, 16),
        "Refund of SINV/2026/1",
        (
            debit("sales_returns", 100_000, party="V-001", branch="Bengaluru North"),
            debit("output_gst", 18_000),
            credit("bank", 118_000),
        ),
    )
    assert dollars.postings[0] == Posting("bank_usd", 10_000, "USD", 830_000)
    assert dollars.in_book_of(UUID(int=1)).company == UUID(int=1)


def test_entries_are_written_in_columns():
    entry = Written(
        date(2026, 7, 16),
        "Refund",
        (debit("sales_returns", 100_000), credit("bank", 100_000, party="V-001")),
    )
    assert notation.write([entry]) == (
        "2026-07-16  Refund\n"
        "  Dr  sales_returns  1000.00 INR\n"
        "  Cr  bank           1000.00 INR  party V-001\n"
    )


def test_a_template_line_has_a_name_where_the_amount_will_stand():
    line = notation.read_line("Cr  vendor_payable   payable    party vendor")
    assert (line.account, line.amount, line.dimensions) == (
        "vendor_payable",
        "payable",
        (("party", "vendor"),),
    )


def test_a_base_amount_alone_says_that_what_is_held_is_worth_more_or_less():
    text = (
        "2026-03-31  Revaluation\n"
        "  Dr  bank_usd             0.00 USD = 500.00 INR\n"
        "  Cr  exchange_clearing    0.00 USD = 500.00 INR\n"
        "  Dr  exchange_clearing  500.00 INR\n"
        "  Cr  exchange_gain      500.00 INR\n"
    )
    (entry,) = notation.parse(text)
    assert entry.postings[:2] == (
        Posting("bank_usd", 0, "USD", 50_000),
        Posting("exchange_clearing", 0, "USD", -50_000),
    )
    assert notation.write([entry]) == text


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("Debit bank 1.00 INR", "no posting"),
        ("Dr bank", "no posting"),
        ("Dr bank 1.00", "lacks a currency"),
        ("Dr bank 1.00 INR party", "lacks its value"),
        ("Dr bank 1.00 INR Party V-001", "no dimension"),
        ("Dr bank 1.00 INR party A party B", "stands there twice"),
        ("Dr bank -1.00 INR", "sign"),
        ('Dr bank 1.00 INR party "A', "not closed"),
    ],
)
def test_an_unreadable_line_is_refused_with_its_number(line, word):
    with refused("notation_must_be_readable", "Line 2:", word):
        notation.parse(f"2026-07-16  Refund\n  {line}")


def test_an_amount_that_does_not_fit_its_currency_is_refused_with_its_line():
    with refused("money_must_fit_currency", "Line 2:"):
        notation.parse("2026-07-16  Refund\n  Dr bank 1.005 INR")


def test_postings_before_any_entry_and_days_that_are_none_are_refused():
    with refused("notation_must_be_readable", "Line 1:", "before any date"):
        notation.parse("Dr bank 1.00 INR")
    with refused("notation_must_be_readable", "no day of the calendar"):
        notation.parse("2026-02-30  Refund")


def test_what_the_notation_cannot_say_is_not_written():
    crossed = Posting("bank", 100, "USD", -8_300)
    with refused("notation_must_be_readable", "credit in the other"):
        notation.write([Written(date(2026, 7, 16), "Refund", (crossed,))])
    with refused("narration_must_be_one_line"):
        notation.write([Written(date(2026, 7, 16), "Refund\nDr bank 1.00 INR", ())])
    with refused("notation_must_be_readable", "no name of a dimension"):
        notation.write([Written(date(2026, 7, 16), "Refund", (debit("bank", 1, Party="A"),))])


WORDS = st.text(st.characters(codec="utf-8"), max_size=20)
NARRATIONS = WORDS.map(str.strip).filter(lambda text: len(text.splitlines()) == 1).filter(str.strip)
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
DIMENSIONS = st.dictionaries(NAMES, WORDS, max_size=3).map(lambda d: tuple(sorted(d.items())))


@st.composite
def a_posting(draw):
    amount = draw(st.integers(-LARGEST_AMOUNT, LARGEST_AMOUNT))
    sign = 1 if amount >= 0 else -1
    base = draw(st.none() | st.integers(0, LARGEST_AMOUNT).map(lambda value: sign * value))
    currency = draw(st.sampled_from(sorted(EXPONENTS)))
    return Posting(draw(NAMES | WORDS), amount, currency, base, draw(DIMENSIONS))


ENTRIES = st.lists(
    st.builds(Written, st.dates(), NARRATIONS, st.lists(a_posting(), max_size=4).map(tuple)),
    max_size=4,
).map(tuple)


@given(entries=ENTRIES)
def test_every_entry_is_read_back_as_it_was_written(entries):
    assert notation.parse(notation.write(entries)) == entries


@given(text=st.text(max_size=200) | st.text('DrCr 019.INR="\\\n-xparty', max_size=80))
def test_any_text_is_read_or_refused(text):
    with suppress(Refusal):
        notation.parse(text)
