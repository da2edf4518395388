"""Dunning: levels of a policy, and reminders that are sent once."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from domain.ledger.subledger import dunning
from domain.ledger.subledger.allocation import Tie
from domain.ledger.subledger.dunning import Level, Reminder
from domain.ledger.subledger.open_items import ItemId
from domain.refusal import Refusal
from sandbox.tenant import Tenant, open_tenant
from tests.book import Book
from tests.domain.ledger.race import at_once
from tests.domain.ledger.subledger.conftest import PartyBook, with_parties
from tests.domain.refused import refused

POLICY = (Level(1, 7), Level(2, 30, 10_000), Level(3, 60, 50_000))
TODAY = date(2026, 7, 31)


def dunned(book, policy=POLICY, on=TODAY):
    return book.read(lambda c: dunning.dunned(c, book.company, policy, on_date=on))


def record(book, reminder, key=None):
    return book.read(lambda c: dunning.record_dunning(c, reminder, key=key or str(uuid4())))


def reminder_of(book, *items, level=1):
    party = book.tenant.party("C-001")
    return Reminder(book.company, party, "INR", level, TODAY, items)


def test_a_party_reaches_a_level_by_days_and_by_amount(book):
    book.invoice(1000, "2026-06-01", due="2026-07-25")
    assert dunned(book) == ()
    week = book.invoice(50, "2026-06-01", due="2026-07-24")
    (found,) = dunned(book)
    assert (found.party_code, found.level, found.amount) == ("C-001", 1, 5_000)
    assert [(item.id, item.days_overdue) for item in found.items] == [(week, 7)]

    month = book.invoice(99, "2026-06-01", due="2026-07-01")
    assert [each.level for each in dunned(book)] == [1]
    more = book.invoice(1, "2026-06-01", due="2026-06-30")
    (found,) = dunned(book)
    assert (found.level, found.amount) == (2, 10_000)
    assert {item.id for item in found.items} == {month, more}


def test_what_is_paid_is_not_dunned(book):
    sale = book.invoice(100, "2026-06-01")
    book.allocate(Tie(sale, book.receipt(100, "2026-06-02")))
    book.receipt(5, "2026-06-02", party="C-002")
    assert dunned(book) == ()


def test_who_was_reminded_is_not_reminded_again_until_the_next_level(book):
    sale = book.invoice(100, "2026-07-01", due="2026-07-20")
    (found,) = dunned(book)
    assert found.is_to_be_reminded
    record(book, reminder_of(book, sale))

    (found,) = dunned(book)
    assert (found.level, found.is_to_be_reminded) == (1, False)
    assert found.items[0].level_sent == 1
    (found,) = dunned(book, on=date(2026, 8, 19))
    assert (found.level, found.is_to_be_reminded) == (2, True)


def test_a_level_is_not_sent_twice(book):
    sale = book.invoice(100, "2026-06-01")
    record(book, reminder_of(book, sale))
    before = book.state()
    with refused("level_must_be_sent_once"):
        record(book, reminder_of(book, sale))
    assert book.state() == before
    record(book, reminder_of(book, sale, level=2))
    sent = book.read(lambda c: dunning.sent(c, book.company, book.tenant.party("C-001")))
    assert [(each.level, each.sent_on, each.amount) for each in sent] == [
        (1, TODAY, 10_000),
        (2, TODAY, 10_000),
    ]


def test_the_same_reminder_under_the_same_key_is_recorded_once(book):
    sale = book.invoice(100, "2026-06-01")
    first = record(book, reminder_of(book, sale), key="once")
    before = book.state()
    assert record(book, reminder_of(book, sale), key="once") == first
    with refused("effect_key_must_have_one_content"):
        record(book, reminder_of(book, sale, level=2), key="once")
    assert book.state() == before


def test_of_many_that_send_at_once_one_does(book):
    sale = book.invoice(100, "2026-06-01")

    def attempt():
        try:
            record(book, reminder_of(book, sale))
        except Refusal as refusal:
            return refusal.code
        return "sent"

    results = at_once([attempt] * 6)
    assert sorted(results) == ["level_must_be_sent_once"] * 5 + ["sent"]


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("not due", "item_must_be_overdue"),
        ("due that day", "item_must_be_overdue"),
        ("settled", "item_must_be_overdue"),
        ("a receipt", "item_must_be_overdue"),
        ("another party's", "item_must_exist"),
        ("no such item", "item_must_exist"),
        ("named twice", "item_must_exist"),
        ("none", "item_must_exist"),
        ("level zero", "level_must_be_positive"),
    ],
)
def test_a_mistaken_reminder_is_refused_and_changes_nothing(book, what, code):
    sale, paid = book.invoice(100, "2026-06-01"), book.invoice(10, "2026-06-01")
    book.allocate(Tie(paid, book.receipt(10, "2026-06-02")))
    good = reminder_of(book, sale)
    asked = {
        "not due": lambda: reminder_of(book, book.invoice(1, "2026-06-01", due="2026-08-01")),
        "due that day": lambda: reminder_of(book, book.invoice(1, "2026-06-01", due="2026-07-31")),
        "settled": lambda: reminder_of(book, paid),
        "a receipt": lambda: reminder_of(book, book.receipt(1, "2026-06-02")),
        "another party's": lambda: replace(good, party=book.tenant.party("C-002")),
        "no such item": lambda: reminder_of(book, sale, ItemId(uuid4(), 1)),
        "named twice": lambda: reminder_of(book, sale, sale),
        "none": lambda: reminder_of(book),
        "level zero": lambda: reminder_of(book, sale, level=0),
    }[what]()
    before = book.state()
    with refused(code):
        record(book, asked)
    assert book.state() == before


@pytest.mark.parametrize(
    "policy", [(), (Level(0, 7),), (Level(2, 7), Level(1, 9)), (Level(1, 7), Level(2, 7))]
)
def test_a_policy_that_does_not_rise_is_refused(book, policy):
    with refused("policy_must_rise"):
        dunned(book, policy)


def test_another_tenants_items_are_not_reminded_of(book, database):
    sale = book.invoice(100, "2026-06-01")
    stranger = open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY)
    other = with_parties(PartyBook(database, stranger))
    with refused("item_must_exist"):
        record(other, replace(reminder_of(book, sale), company=other.company,
                              party=other.tenant.party("C-001")))  # fmt: skip
