"""Books for Beancount and hledger: their own loaders judge, and their balances equal ours."""

import csv
import io
import shutil
import subprocess
from collections import defaultdict
from decimal import Decimal

import pytest
from beancount import loader
from beancount.core import data
from beancount.core.amount import Amount

from domain.ledger.accounts import Account
from domain.ledger.statements import trial_balance
from domain.ledger.transfer import account_names, beancount, hledger
from domain.money import exponent
from tests.book import Book
from tests.domain.ledger.transfer.conftest import CODES


def exported(book, writer):
    with book.transaction() as connection:
        return "".join(writer.export(connection, book.company))


def our_balances(book):
    """Amount and worth in rupees of each account and currency, in units."""
    with book.transaction() as connection:
        lines = trial_balance(connection, book.company).lines
        chart = beancount.accounts.listed(connection, book.company)
    named = account_names.names(chart)
    return {
        (named[line.code], line.sums.currency): (
            Decimal(line.sums.amount).scaleb(-exponent(line.sums.currency)),
            Decimal(line.sums.base_amount).scaleb(-2),
        )
        for line in lines
    }


def test_beancount_takes_the_book_and_its_balances_are_ours(rich):
    found, errors, _ = loader.load_string(exported(rich, beancount))
    assert errors == []

    totals = defaultdict(lambda: [Decimal(0), Decimal(0)])
    transactions = [one for one in found if isinstance(one, data.Transaction)]
    for transaction in transactions:
        for posting in transaction.postings:
            total = totals[posting.account, posting.units.currency]
            total[0] += posting.units.number
            total[1] += posting.meta.get("base", posting.units).number

    assert {key: tuple(total) for key, total in totals.items()} == our_balances(rich)
    assert len(transactions) == 6


def test_beancount_keeps_words_keys_numbers_dimensions_and_prices(rich):
    found, _, _ = loader.load_string(exported(rich, beancount))
    sale, *_ = [
        one for one in found if isinstance(one, data.Transaction) and "key" in one.meta
        and one.meta["key"] == "sale/1, a"
    ]  # fmt: skip
    assert sale.narration == 'He said "50% off; now\\then",\nand left'
    assert (sale.meta["number"], sale.meta["party"]) == ("S/2026-27/001", "V-001")
    assert sale.postings[0].meta["branch"] == "Mysuru, south"
    assert sale.postings[0].meta["dimension_b"] == "1"
    (paid,) = [
        one for one in found
        if isinstance(one, data.Transaction) and one.narration == "Dollars paid from rupees"
    ]  # fmt: skip
    posting = paid.postings[0]
    assert posting.meta["base"] == Amount(Decimal("8333.33"), "INR")
    assert round(posting.price.number * posting.units.number, 2) == Decimal("8333.33")


def test_an_empty_book_is_a_chart(book):
    found, errors, _ = loader.load_string(exported(book, beancount))
    assert errors == []
    assert {type(one) for one in found} == {data.Open}


def test_names_that_come_out_alike_are_told_apart():
    chart = [
        Account(n, None, code, "", "asset", None, Book.TODAY, None) for n, code in enumerate(CODES)
    ]
    more = Account(9, None, "exchange clearing 2", "", "asset", None, Book.TODAY, None)
    assert account_names.names([*chart, more]) == {
        "1100 Tin & Co.": "Assets:1100-Tin-Co",
        "exchange clearing 2": "Assets:Exchange-Clearing-2",
        "exchange-clearing": "Assets:Exchange-Clearing",
        "exchange_clearing": "Assets:Exchange-Clearing-3",
        "विविध": "Assets:Account",
    }


@pytest.mark.skipif(shutil.which("hledger") is None, reason="hledger is not installed here")
def test_hledger_takes_the_book_and_its_balances_are_ours(rich):
    written = exported(rich, hledger)
    said = subprocess.run(
        ["hledger", "-f", "-", "bal", "--layout=bare", "-O", "csv", "-N", "--empty", "--flat"],
        input=written, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = {
        (account, currency): Decimal(amount)
        for account, currency, amount in list(csv.reader(io.StringIO(said.stdout)))[1:]
        if currency and Decimal(amount)
    }
    ours = our_balances(rich)
    assert found == {key: amount for key, (amount, _) in ours.items() if amount}


def test_hledgers_text_is_as_its_manual_has_it(book):
    book.post(
        """
        2026-07-16  A trip; abroad
          Dr  travel  100.00 USD = 8300.00 INR  branch "Mysuru, south"
          Cr  bank    100.00 USD = 8300.00 INR
        """,
        key="trip",
    )
    written = exported(book, hledger)
    assert "account Assets:Bank  ; type: A\n" in written
    assert "\ncommodity 1000.00 USD\n" in written
    assert "\n2026-07-16 * A trip, abroad\n" in written
    assert "    ; narration: A trip; abroad\n" in written
    assert "    Expenses:Travel  100.00 USD @@ 8300.00 INR\n" in written
    assert "    ; branch: Mysuru%2C south\n" in written
    assert "    Assets:Bank  -100.00 USD @@ 8300.00 INR\n" in written
