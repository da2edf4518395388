"""Open items: what posting to a control account opens, and what reversing settles."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from domain.ledger.book import Item
from domain.ledger.subledger import open_items
from domain.ledger.subledger.allocation import AllocationKind, Tie, of_item
from domain.ledger.subledger.open_items import ItemId, Place
from domain.refusal import Refusal
from sandbox.tenant import OPEN_ACCOUNT, Tenant, open_tenant
from tests.book import Book
from tests.domain.ledger.race import at_once
from tests.domain.ledger.subledger.conftest import PartyBook
from tests.domain.refused import refused

SALE = """
    2026-07-01  Sale of printers
      Dr  receivables  1180.00 INR
      Cr  sales        1000.00 INR
      Cr  output_cgst    90.00 INR
      Cr  output_sgst    90.00 INR
"""


def test_a_sale_on_credit_opens_an_item_of_the_customer(book):
    (id,) = book.post_of("C-001", SALE, due=date(2026, 7, 31))

    item = book.item(id)
    assert (item.account, item.control, item.party_code) == ("receivables", "receivable", "C-001")
    assert (item.entry_date, item.due_date) == (date(2026, 7, 1), date(2026, 7, 31))
    assert (item.amount, item.open_amount, item.open_base_amount) == (118_000, 118_000, 118_000)
    assert item.narration == "Sale of printers"
    book.assert_agrees()


def test_without_a_due_date_an_item_is_due_on_its_entry_date(book):
    (id,) = book.post_of("C-001", SALE)
    assert book.item(id).due_date == date(2026, 7, 1)


def test_money_before_the_sale_stands_on_account(book):
    advance = book.receipt(500, "2026-06-20")
    assert book.open_amounts(advance) == [-50_000]


def test_each_posting_on_a_control_account_opens_an_item(book):
    items = book.post_of(
        "V-001",
        """
        2026-07-01  Audit, and its advance moved
          Dr  professional_fees  1000.00 INR
          Cr  payables            600.00 INR  branch Mysuru
          Cr  payables            400.00 INR  branch Hubli
        """,
    )
    assert [id.line for id in items] == [2, 3]
    assert book.item(items[0]).dimensions == (("branch", "Mysuru"),)
    book.assert_agrees()


def test_an_entry_without_a_party_opens_no_item(book):
    posted = book.post(SALE)
    assert book.items_of(posted.entry) == ()
    book.assert_agrees()


def test_a_control_account_that_requires_a_party_refuses_an_entry_without(book):
    with book.transaction() as connection:
        stated = {"code": "receivables", "kind": "asset", "required_dimensions": ["party"]}
        connection.execute(OPEN_ACCOUNT, {"company": book.company, "stated": stated})
    before = book.state()
    with refused("dimension_must_be_given", "party"):
        book.post(SALE)
    assert book.state() == before
    assert len(book.post_of("C-001", SALE)) == 1


def test_a_batch_opens_the_items_of_those_that_are_posted(book):
    good = book.entry_of("C-001", SALE)
    locked = replace(good, entry_date=date(2030, 1, 1))
    outcomes = book.post_batch(Item("1", good), Item("2", locked), Item("3", good))

    assert [outcome.outcome for outcome in outcomes] == ["posted", "refused", "posted"]
    of_company = book.read(lambda c: open_items.of_company(c, book.company))
    assert {item.id.entry for item in of_company} == {outcomes[0].entry, outcomes[2].entry}


def test_posting_again_under_the_key_opens_no_second_item(book):
    entry = book.entry_of("C-001", SALE)
    book.post(entry, key="once")
    before = book.state()
    book.post(entry, key="once")
    assert book.state() == before


def test_a_reversal_settles_the_item_against_its_mirror(book):
    (id,) = book.post_of("C-001", SALE)
    mirror = ItemId(book.reverse(id.entry, on=date(2026, 7, 20)).entry, 1)

    assert book.open_amounts(id, mirror) == [0, 0]
    (settled,) = book.read(lambda c: of_item(c, id))
    assert (settled.kind, settled.on_date) == (AllocationKind.REVERSAL, date(2026, 7, 20))
    assert [(line.debit, line.credit, line.amount) for line in settled.lines] == [
        (id, mirror, 118_000)
    ]
    book.assert_agrees()


def test_an_entry_whose_item_is_allocated_is_not_reversed_before_that_is_undone(book):
    sale = book.invoice(100, "2026-07-01")
    receipt = book.receipt(40, "2026-07-10")
    made = book.allocate(Tie(sale, receipt))
    before = book.state()

    for id in (sale, receipt):
        with refused("allocation_must_be_undone", "4000 are allocated"):
            book.reverse(id.entry)
    assert book.state() == before

    book.undo(made.id)
    book.reverse(sale.entry)
    assert book.open_amounts(sale, receipt) == [0, -4_000]
    book.assert_agrees()


def test_what_is_open_is_listed_first_due_first_in_pages(book):
    later = book.invoice(1, "2026-07-01", due="2026-08-30")
    first = book.invoice(2, "2026-07-01", due="2026-07-15")
    paid = book.invoice(3, "2026-07-01", due="2026-07-02")
    other = book.invoice(4, "2026-07-01", due="2026-07-31", party="C-002")
    book.allocate(Tie(paid, book.receipt(3, "2026-07-02")))

    def page(**more):
        found = book.read(lambda c: open_items.of_company(c, book.company, **more))
        return [item.id for item in found]

    assert page() == [first, other, later]
    assert page(limit=2) == [first, other]
    assert page(limit=2, after=Place(date(2026, 7, 31), other)) == [later]
    assert page(party=book.tenant.party("C-002")) == [other]
    assert page(account="payables") == []


def test_an_item_that_is_not_there_is_refused(book):
    with refused("item_must_exist"):
        book.item(ItemId(uuid4(), 1))


def test_the_items_of_another_tenant_are_not_seen(book, database):
    sale = book.invoice(100, "2026-07-01")
    other = PartyBook(database, open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY))
    with refused("item_must_exist"):
        other.item(sale)


@pytest.mark.parametrize("first", ["reversal", "allocation"])
def test_of_a_reversal_and_an_allocation_at_once_one_is_refused(book, first):
    for _ in range(5):
        sale, receipt = book.invoice(100, "2026-07-01"), book.receipt(100, "2026-07-01")

        def attempt(act):
            try:
                act()
            except Refusal as refusal:
                return refusal.code
            return "done"

        tie = Tie(sale, receipt)
        calls = [
            lambda tie=tie: attempt(lambda: book.reverse(tie.debit.entry, key=str(uuid4()))),
            lambda tie=tie: attempt(lambda: book.allocate(tie)),
        ]
        results = at_once(calls if first == "reversal" else calls[::-1])
        assert sorted(results) in (
            ["allocation_must_be_undone", "done"],
            ["done", "item_must_cover_allocation"],
        )
    book.assert_agrees()
