"""A book with everything in it that a journal can say."""

from dataclasses import replace
from datetime import date

import pytest

from domain.ledger.entry import EntryKind, Numbering, Posting, Voucher, credit, debit
from sandbox.tenant import OPEN_ACCOUNT

CODES = ("exchange-clearing", "exchange_clearing", "विविध", "1100 Tin & Co.")


@pytest.fixture
def rich(book):
    """Currencies with two, none and three digits, a revaluation, a reversal, numbers, names."""
    with book.transaction() as connection:
        for code in CODES:
            stated = {"code": code, "title": f'Of "{code}"', "kind": "asset"}
            stated["opened_on"] = "2025-04-01"
            connection.execute(OPEN_ACCOUNT, {"company": book.company, "stated": stated})
    numbering = Numbering("sales", "S/{fiscal_year}/{sequence:03}")
    sale = replace(
        book.sale(118_00, narration='He said "50% off; now\\then",\nand left'),
        numbering=numbering, voucher=Voucher.SALES, party=book.tenant.party("V-001"),
        due_date=date(2026, 8, 15), kind=EntryKind.OPENING,
        postings=(debit("bank", 118_00, branch="Mysuru, south", b="1"), credit("sales", 118_00)),
    )  # fmt: skip
    sold = book.post(sale, key="sale/1, a")
    book.post(replace(sale, narration="Second"), key="sale/2")
    for written in (
        """
        2026-07-16  Dollars paid from rupees
          Dr  vendor_payable     100.00 USD = 8333.33 INR
          Cr  exchange_clearing  100.00 USD = 8333.33 INR
          Dr  exchange_clearing  8333.33 INR
          Cr  bank               8333.33 INR
        """,
        """
        2026-07-17  Yen and dinars
          Dr  exchange-clearing  700 JPY = 401.01 INR
          Cr  विविध               700 JPY = 401.01 INR
          Dr  "1100 Tin & Co."   3.005 KWD = 814.00 INR
          Cr  bank               3.005 KWD = 814.00 INR
        """,
    ):
        book.post(written)
    worth = (Posting("bank", 0, "USD", 17_00), Posting("exchange_clearing", 0, "USD", -17_00))
    revalued = replace(
        book.sale(narration="Worth more"), postings=worth, kind=EntryKind.REVALUATION
    )
    book.post(revalued)
    book.reverse(sold.entry, on=date(2026, 7, 20), reason="Wrong")
    return book
