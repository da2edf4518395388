"""Allocations: full, part, many to many, oldest first, undone; never more than is open."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.ledger.subledger import allocation
from domain.ledger.subledger.allocation import Allocation, Oldest, Tie
from domain.ledger.subledger.open_items import ItemId
from domain.refusal import Refusal
from sandbox.tenant import Tenant, open_tenant
from tests.book import Book
from tests.domain.ledger.race import at_once
from tests.domain.ledger.subledger.conftest import PartyBook, with_parties
from tests.domain.refused import refused


def oldest(book, on=Book.TODAY, key=None, **more):
    asked = Oldest(book.company, on, "receivables", book.tenant.party("C-001"), "INR", **more)
    return book.read(lambda c: allocation.allocate_oldest(c, asked, key=key or str(uuid4())))


def amounts(made):
    return [line.amount for line in made.lines]


def test_a_receipt_settles_an_invoice_in_full(book):
    sale, receipt = book.invoice(1180, "2026-07-01"), book.receipt(1180, "2026-07-15")
    made = book.allocate(Tie(sale, receipt))

    assert amounts(made) == [118_000]
    assert (made.entry, made.exchange_entry, made.undone_by) == (None, None, None)
    assert book.open_amounts(sale, receipt) == [0, 0]
    book.assert_agrees()


def test_a_part_leaves_the_rest_open(book):
    sale, receipt = book.invoice(1180, "2026-07-01"), book.receipt(500, "2026-07-15")
    book.allocate(Tie(sale, receipt, 30_000))
    assert book.open_amounts(sale, receipt) == [88_000, -20_000]
    book.allocate(Tie(sale, receipt))
    assert book.open_amounts(sale, receipt) == [68_000, 0]


def test_one_receipt_settles_many_invoices_and_the_rest_stays_on_account(book):
    sales = [book.invoice(rupees, "2026-07-01") for rupees in (100, 200, 300)]
    receipt = book.receipt(700, "2026-07-15")
    made = book.allocate(*(Tie(sale, receipt) for sale in sales))

    assert amounts(made) == [10_000, 20_000, 30_000]
    assert book.open_amounts(*sales, receipt) == [0, 0, 0, -10_000]


def test_many_receipts_settle_one_invoice(book):
    sale = book.invoice(1000, "2026-07-01")
    receipts = [book.receipt(rupees, "2026-07-15") for rupees in (400, 350, 250)]
    book.allocate(*(Tie(sale, receipt) for receipt in receipts))
    assert book.open_amounts(sale, *receipts) == [0, 0, 0, 0]


def test_an_advance_settles_a_later_invoice(book):
    advance, sale = book.receipt(500, "2026-06-01"), book.invoice(1180, "2026-07-01")
    book.allocate(Tie(sale, advance), on=date(2026, 7, 1))
    assert book.open_amounts(sale, advance) == [68_000, 0]


def test_a_supplier_is_paid_net_of_tax_deducted_at_source(book):
    """Income-tax Act, 1961, s.194J(1)(b): 10 % of professional fees; no tax on GST shown apart.

    CBDT circular 23/2017. Fees 1,00,000 and GST 18,000: deduct 10,000, pay 1,08,000.
    """
    bill, deducted = book.post_of(
        "V-001",
        """
        2026-07-01  Statutory audit
          Dr  professional_fees  100000.00 INR
          Dr  input_cgst           9000.00 INR
          Dr  input_sgst           9000.00 INR
          Cr  payables           118000.00 INR
          Dr  payables            10000.00 INR
          Cr  tds_payable         10000.00 INR
        """,
    )
    (payment,) = book.post_of(
        "V-001",
        """
        2026-07-10  Audit paid
          Dr  payables  108000.00 INR
          Cr  bank      108000.00 INR
        """,
    )
    book.allocate(Tie(deducted, bill), Tie(payment, bill))

    assert book.open_amounts(bill, deducted, payment) == [0, 0, 0]
    assert book.balance("payables") == 0
    assert book.balance("tds_payable") == -1_000_000
    book.assert_agrees()


def test_oldest_first_means_first_due_first(book):
    late = book.invoice(100, "2026-06-01", due="2026-08-01")
    early = book.invoice(100, "2026-06-15", due="2026-07-01")
    receipt = book.receipt(150, "2026-07-10")

    made = oldest(book)

    assert [(line.debit, line.amount) for line in made.lines] == [(early, 10_000), (late, 5_000)]
    assert book.open_amounts(late, early, receipt) == [5_000, 0, 0]


def test_oldest_first_with_one_receipt_leaves_the_others_alone(book):
    sale = book.invoice(100, "2026-06-01")
    other, chosen = book.receipt(60, "2026-06-10"), book.receipt(70, "2026-06-20")
    oldest(book, item=chosen)
    assert book.open_amounts(sale, other, chosen) == [3_000, -6_000, 0]


def test_oldest_first_leaves_out_what_is_dated_later_and_what_is_of_another_party(book):
    sale = book.invoice(100, "2026-06-01")
    receipt, foreign = book.receipt(100, "2026-07-20"), book.receipt(9, "2026-06-01", party="C-002")
    with refused("allocation_must_tie_something"):
        oldest(book, on=date(2026, 7, 16))
    oldest(book, on=date(2026, 7, 20))
    assert book.open_amounts(sale, receipt, foreign) == [0, 0, -900]


def test_the_same_allocation_under_the_same_key_returns_the_first(book):
    sale, receipt = book.invoice(100, "2026-07-01"), book.receipt(40, "2026-07-01")
    first = book.allocate(Tie(sale, receipt), key="once")
    book.lock(Book.TODAY)
    before = book.state()

    assert book.allocate(Tie(sale, receipt), key="once") == first
    assert book.state() == before
    with refused("effect_key_must_have_one_content"):
        book.allocate(Tie(sale, receipt, 1), key="once")
    assert book.state() == before


def test_oldest_first_again_under_the_same_key_returns_the_first(book):
    book.invoice(100, "2026-07-01")
    book.receipt(100, "2026-07-01")
    assert oldest(book, key="once") == oldest(book, key="once")


def test_an_undo_opens_again_what_was_settled_and_leaves_both_on_record(book):
    sale, receipt = book.invoice(100, "2026-07-01"), book.receipt(40, "2026-07-01")
    made = book.allocate(Tie(sale, receipt))
    undone = book.undo(made.id, key="once")

    assert book.open_amounts(sale, receipt) == [10_000, -4_000]
    assert (undone.undoes, amounts(undone)) == (made.id, [-4_000])
    assert book.read(lambda c: allocation.get(c, made.id)).undone_by == undone.id
    assert book.undo(made.id, key="once") == undone
    book.allocate(Tie(sale, receipt))
    assert [len(found) for found in [book.read(lambda c: allocation.of_item(c, sale))]] == [3]
    book.assert_agrees()


def test_what_may_not_be_undone(book):
    sale, receipt = book.invoice(100, "2026-07-01"), book.receipt(40, "2026-07-01")
    made = book.allocate(Tie(sale, receipt))
    with refused("undo_must_follow_allocation", "2026-07-16"):
        book.undo(made.id, on=date(2026, 7, 15))
    undone = book.undo(made.id)
    reversal = book.reverse(sale.entry)
    (settled,) = book.read(lambda c: allocation.of_item(c, ItemId(reversal.entry, 1)))
    before = book.state()

    with refused("allocation_must_stand", "2026-07-16"):
        book.undo(made.id, key="again")
    for of_itself in (undone.id, settled.id):
        with refused("only_an_allocation_is_undone"):
            book.undo(of_itself, key="again")
    with refused("allocation_must_exist"):
        book.undo(uuid4(), key="again")
    with refused("undo_must_have_reason"), book.transaction() as connection:
        allocation.undo(connection, made.id, on_date=Book.TODAY, reason=" ", key="again")
    assert book.state() == before


def mistaken(book, what):
    """An allocation with one mistake."""
    sale, receipt = book.invoice(100, "2026-07-01"), book.receipt(40, "2026-07-10")
    good = Allocation(book.company, Book.TODAY, (Tie(sale, receipt),))
    dollars = """
        2026-07-01  Receipt
          Dr  bank         10.00 USD = 830.00 INR
          Cr  receivables  10.00 USD = 830.00 INR
    """
    advance = dollars.replace("receivables", "advances_received").replace(" = 830.00 INR", "")
    spent = book.invoice(1, "2026-07-01")
    book.allocate(Tie(spent, book.receipt(1, "2026-07-01")))

    def ties(*tied):
        return replace(good, ties=tied)

    return {
        "no tie": lambda: ties(),
        "sides swapped": lambda: ties(Tie(receipt, sale)),
        "two debits": lambda: ties(Tie(sale, book.invoice(1, "2026-07-01"))),
        "no such item": lambda: ties(Tie(sale, ItemId(uuid4(), 1))),
        "no item on that line": lambda: ties(Tie(replace(sale, line=2), receipt)),
        "zero": lambda: ties(Tie(sale, receipt, 0)),
        "below zero": lambda: ties(Tie(sale, receipt, -1)),
        "more than the credit": lambda: ties(Tie(sale, receipt, 4_001)),
        "more than the debit": lambda: ties(Tie(sale, book.receipt(101, "2026-07-01"), 10_001)),
        "more in two ties": lambda: ties(Tie(sale, receipt, 3_000), Tie(sale, receipt, 1_001)),
        "a settled item": lambda: ties(Tie(spent, receipt)),
        "another party": lambda: ties(Tie(sale, book.receipt(1, "2026-07-01", party="C-002"))),
        "another currency": lambda: ties(Tie(sale, book.post_of("C-001", dollars)[0])),
        "another account": lambda: ties(
            Tie(sale, book.post_of("C-001", advance.replace("USD", "INR"))[0])
        ),
        "before an item": lambda: replace(good, on_date=date(2026, 7, 9)),
        "no period": lambda: replace(good, on_date=date(2030, 1, 1)),
        "another company": lambda: replace(good, company=uuid4()),
    }[what]()


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("no tie", "allocation_must_tie_something"),
        ("sides swapped", "allocation_must_tie_debit_to_credit"),
        ("two debits", "allocation_must_tie_debit_to_credit"),
        ("no such item", "item_must_exist"),
        ("no item on that line", "item_must_exist"),
        ("zero", "allocation_must_be_positive"),
        ("below zero", "allocation_must_be_positive"),
        ("more than the credit", "item_must_cover_allocation"),
        ("more than the debit", "item_must_cover_allocation"),
        ("more in two ties", "item_must_cover_allocation"),
        ("a settled item", "item_must_cover_allocation"),
        ("another party", "items_must_belong_together"),
        ("another currency", "items_must_belong_together"),
        ("another account", "items_must_belong_together"),
        ("before an item", "allocation_must_follow_its_items"),
        ("no period", "period_must_exist"),
        ("another company", "item_must_exist"),
    ],
)
def test_a_mistaken_allocation_is_refused_and_changes_nothing(book, what, code):
    asked = mistaken(book, what)
    before = book.state()
    with refused(code):
        book.read(lambda c: allocation.allocate(c, asked, key="mistaken"))
    assert book.state() == before


def test_an_allocation_in_a_locked_period_is_refused(book):
    """Else the ageing of a month that was reported would change."""
    sale, receipt = book.invoice(100, "2026-06-01"), book.receipt(40, "2026-06-10")
    book.lock(date(2026, 6, 30))
    before = book.state()
    with refused("period_locked", "June 2026"):
        book.allocate(Tie(sale, receipt), on=date(2026, 6, 30))
    assert book.state() == before


def test_another_tenants_items_are_not_settled(book, database):
    sale, receipt = book.invoice(100, "2026-07-01"), book.receipt(40, "2026-07-01")
    stranger = open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY)
    other = with_parties(PartyBook(database, stranger))
    before = book.state()
    with refused("item_must_exist"):
        other.allocate(Tie(sale, receipt))
    assert book.state() == before


def test_of_many_that_settle_one_item_at_once_none_takes_too_much(book):
    sale = book.invoice(100, "2026-07-01")
    receipts = [book.receipt(30, "2026-07-01") for _ in range(8)]

    def attempt(receipt):
        try:
            book.allocate(Tie(sale, receipt, 3_000))
        except Refusal as refusal:
            return refusal.code
        return "done"

    results = at_once([lambda receipt=receipt: attempt(receipt) for receipt in receipts])

    assert sorted(results) == ["done"] * 3 + ["item_must_cover_allocation"] * 5
    assert book.open_amounts(sale) == [1_000]
    book.assert_agrees()


def test_many_that_ask_under_one_key_at_once_get_the_same_answer(book):
    book.invoice(100, "2026-07-01")
    book.receipt(40, "2026-07-01")
    made = at_once([lambda: oldest(book, key="once") for _ in range(8)])
    assert len({each.id for each in made}) == 1
    book.assert_agrees()


def test_an_allocation_is_undone_once_though_many_try(book):
    made = book.allocate(Tie(book.invoice(9, "2026-07-01"), book.receipt(9, "2026-07-01")))

    def attempt(number):
        try:
            return book.undo(made.id, key=str(number)).undoes
        except Refusal as refusal:
            return refusal.code

    results = at_once([lambda number=number: attempt(number) for number in range(6)])
    assert sorted(map(str, results)) == sorted([str(made.id), *["allocation_must_stand"] * 5])
    book.assert_agrees()


@pytest.fixture(scope="module")
def lasting(database):
    """A book that serves all examples."""
    made = open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY)
    return with_parties(PartyBook(database, made))


def room(book, tie):
    """How much a tie can take."""
    debit, credit = book.open_amounts(tie.debit, tie.credit)
    return min(debit, -credit)


@settings(max_examples=25)
@given(
    sales=st.lists(st.integers(1, 500), min_size=1, max_size=4),
    receipts=st.lists(st.integers(1, 500), min_size=1, max_size=4),
    steps=st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 3), st.none() | st.integers(1, 60_000)),
        max_size=6,
    ),
    undone=st.integers(0, 9),
)
def test_whatever_is_settled_and_undone_items_postings_and_allocations_agree(
    lasting, sales, receipts, steps, undone
):
    debits = [lasting.invoice(rupees, "2026-07-01") for rupees in sales]
    credits = [lasting.receipt(rupees, "2026-07-01") for rupees in receipts]
    made = []
    for debit, credit, amount in steps:
        tie = Tie(debits[debit % len(debits)], credits[credit % len(credits)], amount)
        if 0 < (amount or 1) <= room(lasting, tie):
            made.append(lasting.allocate(tie))
        else:
            with refused("item_must_cover_allocation"):
                lasting.allocate(tie)
    if made:
        lasting.undo(made[undone % len(made)].id, key=str(uuid4()))
    if sum(abs(amount) for amount in lasting.open_amounts(*debits)) and sum(
        abs(amount) for amount in lasting.open_amounts(*credits)
    ):
        oldest(lasting)
    lasting.assert_agrees()
    left = lasting.open_amounts(*debits), lasting.open_amounts(*credits)
    assert sum(left[0]) >= 0 >= sum(left[1])
