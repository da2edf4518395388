"""What the examples of the shipped types of finance, sales and contracting post, with their party.

Each is also held against the rules of the voucher that an accountant would call it.
"""

from datetime import date

import pytest

from domain.definitions import journal
from domain.definitions.input import accept
from domain.definitions.schema import example
from domain.ledger import notation
from domain.ledger.entry import check_entry
from domain.ledger.subledger.vouchers import Head, Voucher, voucher

TODAY = date(2026, 7, 31)
DUE = date(2026, 7, 31)
EXPECTED = {
    ("collection", Voucher.RECEIPT, None): """
        2026-07-31  Received from C-101, Invoice SI/2026-27/00042
          Dr  bank               11800.00 INR
          Cr  trade_receivables  11800.00 INR  party C-101
    """,
    ("payment", Voucher.PAYMENT, None): """
        2026-07-31  Paid to V-001, Invoice INV/2026/117
          Dr  vendor_payable  29500.00 INR  party V-001
          Cr  bank            29500.00 INR
    """,
    ("collection_settlement", Voucher.JOURNAL, None): """
        2026-07-31  Settlement with C-101, Discount for the late delivery of July
          Dr  discount_allowed   118.00 INR
          Cr  trade_receivables  118.00 INR  party C-101
    """,
    ("payment_settlement", Voucher.JOURNAL, None): """
        2026-07-31  Settlement with V-001, Discount for the late delivery of July
          Dr  vendor_payable     118.00 INR  party V-001
          Cr  discount_received  118.00 INR
    """,
    ("purchase_invoice", Voucher.PURCHASE, DUE): """
        2026-07-01  Invoice DS/2026/88 of V-002
          Dr  purchases       15000.00 INR
          Dr  purchases          99.99 INR
          Dr  input_igst       2705.00 INR
          Cr  vendor_payable  17804.99 INR  party V-002
    """,
    ("sales_invoice", Voucher.SALES, DUE): """
        2026-07-01  Sale to C-101 of 2026-07-01
          Dr  trade_receivables  11904.99 INR  party C-101
          Cr  sales              10099.99 INR
          Cr  output_cgst          902.50 INR
          Cr  output_sgst          902.50 INR
    """,
    ("payment_certificate", Voucher.JOURNAL, DUE): """
        2026-07-01  Certificate RA-2 of V-001, Repair of the warehouse roof, Mysuru
          Dr  repairs            333333.33 INR
          Cr  vendor_payable     308333.33 INR  party V-001
          Cr  retention_payable   25000.00 INR  party V-001
    """,
}


@pytest.mark.parametrize(
    ("known", "expected"), EXPECTED.items(), ids=[known[0] for known in EXPECTED]
)
def test_an_example_posts_to_the_account_of_its_party(definitions, book, known, expected):
    process, kind, due = known
    definition = definitions.get(process)
    content = accept(definition, example(definition), currency="INR")
    (template,) = definition.journals
    code = str(content[next(iter(definition.fields))])
    party = book.tenant.party(code)

    posted = journal.entry(
        definition, template, content, company=book.tenant.company, today=TODAY,
        party=party, party_code=code,
    )  # fmt: skip

    assert notation.write([posted]).split("\n") == lines(expected)
    assert posted.due_date == due
    check_entry(posted)
    head = Head(posted.company, posted.entry_date, posted.narration, party=party, due_date=due)
    with book.transaction() as connection:
        same = voucher(connection, kind, head, posted.postings)
    assert same.postings == posted.postings


def lines(text):
    """The lines of a text without the indentation of this file."""
    return [line.removeprefix(" " * 8) for line in text.strip("\n").split("\n")[:-1]] + [""]


@pytest.mark.parametrize("process", [known[0] for known in EXPECTED])
def test_a_number_has_sixteen_characters_at_most(definitions, process):
    """A consecutive serial number not exceeding sixteen characters (CGST Rules, 2017, rule 46)."""
    number = definitions.get(process).number
    assert len(number.pattern.format(fiscal_year="2026-27", sequence=99_999)) <= 16
