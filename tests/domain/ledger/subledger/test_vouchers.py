"""Vouchers of every kind: what they set, and which accounts they may touch."""

from datetime import date

import pytest

from domain.ledger.entry import Module, Voucher, credit, debit
from domain.ledger.subledger.allocation import Tie
from domain.ledger.subledger.vouchers import Head, voucher
from tests.domain.refused import refused

DAY = date(2026, 7, 1)
SALE = (debit("receivables", 118_000), credit("sales", 100_000),
        credit("output_cgst", 9_000), credit("output_sgst", 9_000))  # fmt: skip
PURCHASE = (debit("stationery", 100_000), debit("input_igst", 18_000),
            credit("payables", 118_000))  # fmt: skip
RECEIPT = (debit("bank", 118_000), credit("receivables", 118_000))
PAYMENT = (debit("payables", 118_000), credit("bank", 118_000))
CONTRA = (debit("cash", 5_000), credit("bank", 5_000))
JOURNAL = (debit("bad_debts", 100), credit("receivables", 100))
DEBIT_NOTE = (debit("payables", 1_180), credit("stationery", 1_000), credit("input_igst", 180))
CREDIT_NOTE = (debit("sales", 1_000), debit("output_cgst", 90), debit("output_sgst", 90),
               credit("receivables", 1_180))  # fmt: skip


def made(book, kind, postings, **more):
    party = book.tenant.party(more.pop("party", "C-001"))
    head = Head(book.company, DAY, "Voucher", party=party, **more)
    return book.read(lambda c: voucher(c, kind, head, postings))


@pytest.mark.parametrize(
    ("kind", "postings", "module"),
    [
        (Voucher.SALES, SALE, Module.SALES),
        (Voucher.PURCHASE, PURCHASE, Module.PURCHASE),
        (Voucher.RECEIPT, RECEIPT, Module.BANKING),
        (Voucher.PAYMENT, PAYMENT, Module.BANKING),
        (Voucher.CONTRA, CONTRA, Module.BANKING),
        (Voucher.JOURNAL, JOURNAL, Module.GENERAL),
        (Voucher.DEBIT_NOTE, DEBIT_NOTE, Module.PURCHASE),
        (Voucher.CREDIT_NOTE, CREDIT_NOTE, Module.SALES),
    ],
)
def test_a_voucher_of_each_kind_is_posted_as_one(book, kind, postings, module):
    entry = made(book, kind, postings)
    assert (entry.voucher, entry.module, entry.postings) == (kind, module, postings)
    book.post(entry)
    book.assert_agrees()


def test_an_invoice_is_due_after_its_credit_days_or_on_a_day(book):
    entry = made(book, Voucher.SALES, SALE, credit_days=30)
    assert entry.due_date == date(2026, 7, 31)
    assert book.items_of(book.post(entry).entry)[0].due_date == date(2026, 7, 31)
    assert made(book, Voucher.PURCHASE, PURCHASE, due_date=DAY).due_date == DAY
    assert made(book, Voucher.SALES, SALE).due_date is None


def test_a_receipt_may_take_what_the_bank_kept_and_what_was_deducted(book):
    postings = (debit("bank", 100_000), debit("travel", 500), debit("input_igst", 90),
                credit("receivables", 100_590))  # fmt: skip
    assert made(book, Voucher.RECEIPT, postings).voucher is Voucher.RECEIPT


@pytest.mark.parametrize(
    ("kind", "postings", "code"),
    [
        (Voucher.RECEIPT, JOURNAL, "receipt_must_debit_cash"),
        (Voucher.RECEIPT, PAYMENT, "receipt_must_debit_cash"),
        (Voucher.RECEIPT, CONTRA, "receipt_must_credit_no_cash"),
        (Voucher.PAYMENT, JOURNAL, "payment_must_credit_cash"),
        (Voucher.PAYMENT, RECEIPT, "payment_must_credit_cash"),
        (Voucher.PAYMENT, CONTRA, "payment_must_debit_no_cash"),
        (Voucher.CONTRA, PAYMENT, "contra_must_stay_within_cash"),
        (Voucher.JOURNAL, RECEIPT, "journal_must_leave_cash_alone"),
        (Voucher.SALES, CREDIT_NOTE, "sale_must_debit_receivable"),
        (Voucher.SALES, (debit("receivables", 1), credit("output_cgst", 1)),
         "sale_must_credit_income"),
        (Voucher.SALES, (debit("receivables", 1), debit("cash", 1), credit("sales", 2)),
         "sale_must_leave_cash_alone"),
        (Voucher.PURCHASE, SALE, "purchase_must_credit_payable"),
        (Voucher.PURCHASE, (debit("tds_payable", 1), credit("payables", 1)),
         "purchase_must_debit_cost"),
        (Voucher.PURCHASE, (debit("travel", 2), credit("payables", 1), credit("cash", 1)),
         "purchase_must_leave_cash_alone"),
        (Voucher.DEBIT_NOTE, PURCHASE, "debit_note_must_debit_payable"),
        (Voucher.DEBIT_NOTE, PAYMENT, "debit_note_must_leave_cash_alone"),
        (Voucher.CREDIT_NOTE, SALE, "credit_note_must_credit_receivable"),
        (Voucher.CREDIT_NOTE, RECEIPT, "credit_note_must_leave_cash_alone"),
        (Voucher.JOURNAL, (debit("nowhere", 1), credit("sales", 1)), "account_must_exist"),
        (Voucher.JOURNAL, (debit("travel", 2), credit("sales", 1)), "entry_must_balance"),
    ],
)  # fmt: skip
def test_a_voucher_of_the_wrong_kind_is_refused(book, kind, postings, code):
    before = book.state()
    with refused(code):
        made(book, kind, postings)
    assert book.state() == before


def test_what_is_owed_names_a_party(book):
    with refused("voucher_must_name_party"):
        book.read(lambda c: voucher(c, Voucher.SALES, Head(book.company, DAY, "Sale"), SALE))


@pytest.mark.parametrize("kind", [Voucher.RECEIPT, Voucher.PAYMENT])
def test_only_an_invoice_is_due_later(book, kind):
    postings = RECEIPT if kind is Voucher.RECEIPT else PAYMENT
    with refused("due_date_must_be_of_an_invoice"):
        made(book, kind, postings, credit_days=30)


def test_an_invoice_is_not_due_before_it_is_written(book):
    with refused("due_date_must_follow_entry_date"):
        made(book, Voucher.SALES, SALE, due_date=date(2026, 6, 30))


def test_a_note_settles_what_it_corrects(book):
    """CGST Act, 2017, s.34(1): a credit note for goods returned lowers what the customer owes."""
    (sale,) = (item.id for item in book.items_of(book.post(made(book, Voucher.SALES, SALE)).entry))
    note = made(book, Voucher.CREDIT_NOTE, CREDIT_NOTE)
    (returned,) = (item.id for item in book.items_of(book.post(note).entry))
    book.allocate(Tie(sale, returned))
    assert book.open_amounts(sale, returned) == [116_820, 0]
