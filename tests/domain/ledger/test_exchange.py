"""Conversion, foreign documents, settlement: exact sums, stated residues, realised differences."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import money
from domain.currencies import EXPONENTS
from domain.ledger import exchange
from domain.ledger.entry import JournalEntry, Posting
from domain.money import Money
from tests.domain.ledger.foreign import DAY, assert_written, open_accounts, quotation
from tests.domain.refused import refused


def converted(text, quoted):
    return str(exchange.convert(money.parse(text), quoted)[0])


@pytest.mark.parametrize(
    ("text", "quoted", "expected"),
    [
        # Indian Ind AS 21 examination question (CA Final): 5,000 dollars at 60, 65 and 67.
        ("5000.00 USD", quotation("USD/INR", "60"), "3,00,000.00 INR"),
        ("5000.00 USD", quotation("USD/INR", "65"), "3,25,000.00 INR"),
        ("5000.00 USD", quotation("USD/INR", "67"), "3,35,000.00 INR"),
        # IAS 21 practice question (Orlando): euro at 0.8, 0.9 and 0.7 to the dollar.
        ("96000.00 EUR", quotation("USD/EUR", "0.8", inverted=True), "120,000.00 USD"),
        ("96000.00 EUR", quotation("USD/EUR", "0.9", inverted=True), "106,666.67 USD"),
        ("1000000.00 EUR", quotation("USD/EUR", "0.7", inverted=True), "1,428,571.43 USD"),
        # No digits, three digits: 10,000 yen at 55.43 per hundred; 1 dinar at 273.4567.
        ("10000 JPY", quotation("JPY/INR", "55.43", units=100), "5,543.00 INR"),
        ("5543.00 INR", quotation("JPY/INR", "55.43", units=100, inverted=True), "10,000 JPY"),
        ("1.000 KWD", quotation("KWD/INR", "273.4567"), "273.46 INR"),
        ("0.001 KWD", quotation("KWD/INR", "273.4567"), "0.27 INR"),
        ("2.500 BHD", quotation("BHD/KWD", "0.8125"), "2.031 KWD"),
        # Halves go to the even minor unit, on both sides.
        ("0.01 USD", quotation("USD/INR", "82.5"), "0.82 INR"),
        ("0.01 USD", quotation("USD/INR", "83.5"), "0.84 INR"),
        ("-0.01 USD", quotation("USD/INR", "82.5"), "-0.82 INR"),
    ],
)
def test_an_amount_is_converted_as_the_worked_example_says(text, quoted, expected):
    assert converted(text, quoted) == expected


def test_the_residue_of_a_conversion_is_stated_exactly():
    amount, residue = exchange.convert(Money(1, "USD"), quotation("USD/INR", "83.5"))
    assert (amount, residue) == (Money(84, "INR"), Fraction(-1, 2))


def test_a_rate_of_another_currency_does_not_convert():
    with refused("rate_must_be_of_currency", "EUR", "USD"):
        exchange.convert(Money(100, "EUR"), quotation("USD/INR", "83"))


RATES = st.decimals("0.0000000001", "1000000", places=10).filter(lambda rate: rate > 0)
CURRENCIES = st.sampled_from(sorted(EXPONENTS))
PAIRS = st.tuples(CURRENCIES, CURRENCIES).filter(lambda pair: pair[0] != pair[1])
AMOUNTS = st.integers(-(10**14), 10**14)


@given(pair=PAIRS, rate=RATES, amount=AMOUNTS, units=st.sampled_from([1, 10, 100]))
def test_rounded_and_residue_are_the_exact_value_and_the_residue_is_at_most_half(
    pair, rate, amount, units
):
    quoted = quotation("/".join(pair), rate, units=units)
    result, residue = exchange.convert(Money(amount, pair[0]), quoted)
    major = Fraction(amount, 10 ** EXPONENTS[pair[0]]) * Fraction(rate) / units
    assert Fraction(result.amount) + residue == major * 10 ** EXPONENTS[pair[1]]
    assert abs(residue) <= Fraction(1, 2)


@given(pair=PAIRS, rate=RATES, amount=AMOUNTS)
def test_there_and_back_again_is_the_same_where_the_other_currency_is_finer(pair, rate, amount):
    """y = xf + r, |r| at most a half: y/f is off by at most 1/2f, less than a half when f > 1."""
    there, back = (quotation("/".join(pair), rate, inverted=way) for way in (False, True))
    scale = EXPONENTS[pair[1]] - EXPONENTS[pair[0]]
    factor = there.factor * Fraction(10) ** scale
    over, _ = exchange.convert(Money(amount, pair[0]), there)
    again, _ = exchange.convert(over, back)
    assert abs(again.amount - amount) <= Fraction(1, 2) + 1 / (2 * factor)
    if factor > 1:
        assert again.amount == amount


def test_a_document_of_many_lines_books_its_residue_on_the_rounding_account():
    """Three lines of 33.33 or 33.34 dollars at 83.1234: 2770.50, 2770.50, 2771.33 less 8312.34.

    33.33 x 83.1234 = 2770.502922, 33.34 x 83.1234 = 2771.334156, 100 x 83.1234 = 8312.34.
    """
    lines = (
        Posting("travel", 3_333, "USD"),
        Posting("stationery", 3_333, "USD"),
        Posting("office_rent", 3_334, "USD"),
        Posting("creditors", -10_000, "USD"),
    )
    postings = exchange.entry_lines(
        lines, quotation("USD/INR", "83.1234"), rounding_account="rounding"
    )
    assert_written(
        postings,
        """
        2026-03-31  Entry
          Dr  travel       33.33 USD = 2770.50 INR
          Dr  stationery   33.33 USD = 2770.50 INR
          Dr  office_rent  33.34 USD = 2771.33 INR
          Cr  creditors   100.00 USD = 8312.34 INR
          Dr  rounding      0.00 USD = 0.01 INR
        """,
    )


def test_a_document_without_residue_has_no_rounding_line_and_keeps_lines_in_the_base_currency():
    lines = (
        Posting("travel", 100, "USD"),
        Posting("creditors", -100, "USD"),
        Posting("input_igst", 18, "INR"),
        Posting("bank", -18, "INR"),
    )
    postings = exchange.entry_lines(lines, quotation("USD/INR", "83"), rounding_account="rounding")
    assert [posting.base_amount for posting in postings] == [8_300, -8_300, None, None]


def test_a_document_that_does_not_balance_is_no_residue():
    lines = (Posting("travel", 101, "USD"), Posting("creditors", -100, "USD"))
    with refused("entry_must_balance", "0.01 USD"):
        exchange.entry_lines(lines, quotation("USD/INR", "83"), rounding_account="rounding")


def test_a_line_in_a_third_currency_is_refused():
    lines = (Posting("travel", 100, "EUR"), Posting("creditors", -100, "EUR"))
    with refused("rate_must_be_of_currency"):
        exchange.entry_lines(lines, quotation("USD/INR", "83"), rounding_account="rounding")


@given(
    pair=PAIRS,
    rate=st.decimals("0.0001", "10000", places=10),
    parts=st.lists(
        st.integers(-(10**9), 10**9).filter(bool), min_size=1, max_size=12
    ).filter(sum),
)  # fmt: skip
def test_a_foreign_document_sums_to_zero_with_less_than_a_unit_of_residue_per_line(
    pair, rate, parts
):
    lines = [Posting("travel", part, pair[0]) for part in parts]
    lines.append(Posting("creditors", -sum(parts), pair[0]))
    quoted = quotation("/".join(pair), rate)

    postings = exchange.entry_lines(lines, quoted, rounding_account="rounding")

    assert sum(posting.amount for posting in postings) == 0
    assert sum(posting.base for posting in postings) == 0
    residue = sum(posting.base for posting in postings if posting.account == "rounding")
    assert abs(residue) <= len(lines)
    for line, posting in zip(lines, postings, strict=False):
        exact, _ = exchange.convert(Money(line.amount, pair[0]), quoted)
        assert (posting.amount, posting.base) == (line.amount, exact.amount)


def test_the_book_takes_a_document_with_its_rounding_line(book):
    open_accounts(book)
    lines = [Posting(f"{name}", 3_333, "USD") for name in ("travel", "stationery", "sales")]
    lines.append(Posting("creditors", -9_999, "USD"))
    postings = exchange.entry_lines(
        lines, quotation("USD/INR", "83.1234"), rounding_account="rounding"
    )
    assert len(postings) == 5
    book.post(JournalEntry(book.company, DAY, "Document", postings))
    assert book.integrity().holds
