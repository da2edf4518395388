"""Writing off, and the early-payment discount: an entry that settles."""

from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from uuid import uuid4

import pytest

from domain.ledger.entry import credit, debit
from domain.ledger.subledger import discount, write_off
from domain.ledger.subledger.allocation import AllocationKind, Tie
from domain.ledger.subledger.discount import Discount, Terms
from domain.ledger.subledger.open_items import ItemId
from domain.ledger.subledger.write_off import WriteOff
from domain.refusal import Refusal
from tests.book import Book
from tests.domain.ledger.race import at_once
from tests.domain.refused import refused

# "2/10 net 30": 2 % within 10 days of the invoice, else the whole within 30.
TERMS = Terms(Decimal(2), days=10, net_days=30)
BILL = """
    2026-07-01  Printers bought
      Dr  stationery  10000.00 INR
      Dr  input_cgst    900.00 INR
      Dr  input_sgst    900.00 INR
      Cr  payables    11800.00 INR
"""
PAID = """
    2026-07-10  Printers paid
      Dr  payables  11564.00 INR
      Cr  bank      11564.00 INR
"""


def give_up(book, *items, key="write-off", **more):
    asked = WriteOff(book.company, items, "bad_debts", Book.TODAY, "Customer is insolvent")
    return book.read(lambda c: write_off.write_off(c, replace(asked, **more), key=key))


def test_a_bad_debt_is_written_off(book):
    sale, receipt = book.invoice(1000, "2026-06-01"), book.receipt(400, "2026-06-20")
    book.allocate(Tie(sale, receipt))
    made = give_up(book, sale)

    (item,) = book.items_of(made.entry)
    assert (made.kind, made.reason) == (AllocationKind.WRITE_OFF, "Customer is insolvent")
    assert book.open_amounts(sale, item.id) == [0, 0]
    assert (book.balance("bad_debts"), book.balance("receivables")) == (60_000, 0)
    book.assert_agrees()


def test_what_a_supplier_never_claimed_is_written_back(book):
    (bill,) = book.post_of("V-001", BILL)
    give_up(book, bill, account="balances_written_back")
    assert book.balance("balances_written_back") == -1_180_000
    assert book.balance("payables") == 0


def test_many_items_are_written_off_by_one_entry_that_keeps_their_dimensions(book):
    sales = [
        *book.post_of(
            "C-001",
            "2026-06-01  Sale\n Dr receivables 5.00 INR branch Mysuru\n Cr sales 5.00 INR",
        ),
        book.invoice(7, "2026-06-01"),
    ]
    made = give_up(book, *sales)
    assert [item.dimensions for item in book.items_of(made.entry)] == [(("branch", "Mysuru"),), ()]
    assert book.balance("bad_debts") == 1_200


def test_a_foreign_debt_is_written_off_at_what_it_carries(book):
    """60 of 100 USD carried at 83.00 cost 4,980; nothing is realised (Ind AS 21, paragraph 28)."""
    (sale,) = book.post_of(
        "C-001",
        "2026-06-01  Export\n Dr receivables 100.00 USD = 8300.00 INR\n"
        " Cr sales 100.00 USD = 8300.00 INR",
    )
    (receipt,) = book.post_of(
        "C-001",
        "2026-06-20  Received\n Dr bank 40.00 USD = 3320.00 INR\n"
        " Cr receivables 40.00 USD = 3320.00 INR",
    )
    book.allocate(Tie(sale, receipt))
    made = give_up(book, sale)

    assert made.exchange_entry is None
    (item,) = book.items_of(made.entry)
    assert (item.amount, item.base_amount) == (-6_000, -498_000)
    assert book.item(sale).open_base_amount == 0
    book.assert_agrees()


def test_writing_off_again_under_the_same_key_returns_the_first(book):
    sale = book.invoice(1000, "2026-06-01")
    first = give_up(book, sale)
    before = book.state()
    assert give_up(book, sale) == first
    with refused("effect_key_must_have_one_content"):
        give_up(book, sale, account="travel")
    assert book.state() == before


def test_many_that_write_off_under_one_key_at_once_get_the_same_answer(book):
    sale = book.invoice(1000, "2026-06-01")
    made = at_once([lambda: give_up(book, sale) for _ in range(6)])
    assert len({each.id for each in made}) == 1
    assert book.balance("bad_debts") == 100_000


def test_a_receipt_that_comes_while_a_debt_is_written_off_waits_and_is_refused(book):
    """And the other way round: what is given up is what is open, never more."""
    for _ in range(5):
        sale, receipt = book.invoice(10, "2026-06-01"), book.receipt(4, "2026-06-01")

        def settle(tie=Tie(sale, receipt)):  # noqa: B008
            with suppress(Refusal):
                book.allocate(tie)

        at_once([settle, lambda sale=sale: give_up(book, sale, key=str(sale.entry))])
        assert book.open_amounts(sale) == [0]
    book.assert_agrees()
    assert book.base_balance("bad_debts") + book.base_balance("receivables") == 3_000


def test_a_write_off_is_undone_with_its_entry(book):
    sale = book.invoice(1000, "2026-06-01")
    made = give_up(book, sale)
    with refused("allocation_must_be_undone"):
        book.reverse(made.entry)
    book.undo(made.id)
    assert book.open_amounts(sale) == [100_000]
    assert book.balance("bad_debts") == 0
    book.assert_agrees()


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("nothing named", "allocation_must_tie_something"),
        ("settled", "item_must_cover_allocation"),
        ("twice the same", "item_must_cover_allocation"),
        ("two parties", "items_must_belong_together"),
        ("no such item", "item_must_exist"),
        ("no such account", "account_must_exist"),
        ("no reason", "entry_must_have_narration"),
        ("before the item", "allocation_must_follow_its_items"),
    ],
)
def test_a_mistaken_write_off_is_refused_and_changes_nothing(book, what, code):
    sale, paid = book.invoice(1000, "2026-06-01"), book.invoice(5, "2026-06-01")
    book.allocate(Tie(paid, book.receipt(5, "2026-06-01")))
    other = book.invoice(5, "2026-06-01", party="C-002")
    items, more = {
        "nothing named": ((), {}),
        "settled": ((paid,), {}),
        "twice the same": ((sale, sale), {}),
        "two parties": ((sale, other), {}),
        "no such item": ((ItemId(uuid4(), 1),), {}),
        "no such account": ((sale,), {"account": "nowhere"}),
        "no reason": ((sale,), {"reason": " "}),
        "before the item": ((sale,), {"on_date": date(2026, 5, 31)}),
    }[what]
    before = book.state()
    with refused(code):
        give_up(book, *items, **more)
    assert book.state() == before


@pytest.fixture
def bill(book):
    """Owed to Brindavan: 10,000 and 18 % of tax."""
    return book.post_of("V-001", BILL)[0]


def taking(book, bill, **more):
    """The supplier's credit note lowers the value by 200 and each tax by 18 (CGST Act, s.34)."""
    asked = Discount(
        book.company, bill, TERMS, date(2026, 7, 10), "Discount 2/10",
        (credit("discount_received", 20_000), credit("input_cgst", 1_800),
         credit("input_sgst", 1_800)),
    )  # fmt: skip
    return replace(asked, **more)


def take(book, asked, key="discount"):
    return book.read(lambda c: discount.take_discount(c, asked, key=key))


def test_two_ten_net_thirty_on_11800_leaves_11564_to_pay(book, bill):
    (payment,) = book.post_of("V-001", PAID)
    made = take(book, taking(book, bill, payment=payment))

    assert made.kind is AllocationKind.DISCOUNT
    assert [line.amount for line in made.lines] == [1_156_400, 23_600]
    assert book.open_amounts(bill, payment) == [0, 0]
    book.assert_is(
        BILL
        + PAID
        + """
        2026-07-10  Discount 2/10
          Dr  payables            236.00 INR
          Cr  discount_received   200.00 INR
          Cr  input_cgst           18.00 INR
          Cr  input_sgst           18.00 INR
        """
    )
    book.assert_agrees()


def test_a_discount_may_come_before_the_payment(book, bill):
    take(book, taking(book, bill))
    assert book.open_amounts(bill) == [-1_156_400]


def test_a_customer_takes_a_discount_too(book):
    sale = book.invoice(1000, "2026-07-01")
    take(book, taking(book, sale, split=(debit("discount_allowed", 2_000),)))
    assert book.open_amounts(sale) == [98_000]


def test_a_discount_is_rounded_half_to_even():
    """2 % of 0.25 is 0.005, which is nothing; of 0.75 it is 0.015, which is 0.02."""
    found = [TERMS.most(SimpleNamespace(amount=amount)) for amount in (25, 75, -75)]
    assert found == [0, 2, 2]


def test_taking_a_discount_again_under_the_same_key_returns_the_first(book, bill):
    asked = taking(book, bill)
    first = take(book, asked)
    before = book.state()
    assert take(book, asked) == first
    with refused("effect_key_must_have_one_content"):
        take(book, replace(asked, narration="Another"))
    assert book.state() == before


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"on_date": date(2026, 7, 12)}, "discount_must_be_in_time"),
        ({"split": (credit("discount_received", 23_601),)}, "discount_must_keep_terms"),
        ({"split": (debit("discount_received", 100),)}, "discount_must_keep_terms"),
        ({"split": ()}, "discount_must_keep_terms"),
        ({"item": ItemId(uuid4(), 1)}, "item_must_exist"),
        ({"payment": ItemId(uuid4(), 1)}, "item_must_exist"),
        ({"split": (credit("nowhere", 100),)}, "account_must_exist"),
        ({"narration": ""}, "entry_must_have_narration"),
    ],
)
def test_a_mistaken_discount_is_refused_and_changes_nothing(book, bill, more, code):
    before = book.state()
    with refused(code):
        take(book, taking(book, bill, **more))
    assert book.state() == before


def test_the_last_day_of_the_discount_is_one(book, bill):
    take(book, taking(book, bill, on_date=date(2026, 7, 11)))
