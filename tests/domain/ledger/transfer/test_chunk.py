"""Chunks of an import: the database refuses of them what posting refuses, and writes nothing."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.database import by_driver
from domain.ledger import book as books
from domain.ledger.entry import JournalEntry, Posting
from domain.ledger.transfer import chunk as chunks
from domain.ledger.transfer import resuming
from domain.money import LARGEST_AMOUNT
from tests.domain.ledger.transfer.conftest import OPEN_ACCOUNT
from tests.domain.refused import refused

BAD = {
    "entry_must_have_two_postings": lambda e: replace(e, postings=e.postings[:1]),
    "entry_must_have_narration": lambda e: replace(e, narration=" "),
    "posting_must_not_be_zero": lambda e: replace(e, postings=(Posting("bank", 0, "INR"),) * 2),
    "entry_must_balance": lambda e: replace(e, postings=(e.postings[0],) * 2),
    "party_must_exist": lambda e: replace(e, party=uuid4()),
    "account_must_exist": lambda e: with_posting(e, account="nowhere"),
    "account_must_be_open": lambda e: with_posting(e, account="closed"),
    "account_must_take_postings": lambda e: with_posting(e, account="heading"),
    "account_must_take_currency": lambda e: with_posting(e, account="dollars"),
    "dimension_must_be_given": lambda e: with_posting(e, account="by_branch"),
    "base_amount_must_be_given": lambda e: replace(
        e, postings=tuple(replace(posting, currency="USD") for posting in e.postings)
    ),
    "base_amount_must_equal_amount": lambda e: replace(
        e, postings=tuple(replace(p, base_amount=2 * p.amount) for p in e.postings)
    ),
    "period_must_exist": lambda e: replace(e, entry_date=date(2030, 1, 1)),
    "period_locked": lambda e: replace(e, entry_date=date(2026, 5, 1)),
    "balance_out_of_range": lambda e: replace(
        e,
        postings=tuple(
            Posting(p.account, LARGEST_AMOUNT * (1 if p.amount > 0 else -1), "INR")
            for p in e.postings
        ) * 1100,
    ),
}  # fmt: skip


def with_posting(entry, **change):
    return replace(entry, postings=(entry.postings[0], replace(entry.postings[1], **change)))


@pytest.fixture
def strict(book):
    """A book with accounts that take not everything, and a locked month."""
    since = "2025-04-01"
    stated = [
        {"code": "closed", "title": "C", "kind": "asset", "opened_on": "2026-12-31"},
        {"code": "heading", "title": "H", "kind": "asset", "opened_on": since, "is_heading": True},
        {"code": "dollars", "title": "D", "kind": "asset", "opened_on": since, "currency": "USD"},
        {
            "code": "by_branch", "title": "B", "kind": "expense", "opened_on": since,
            "required_dimensions": ["branch"],
        },
    ]  # fmt: skip
    with book.transaction() as connection:
        for account in stated:
            connection.execute(OPEN_ACCOUNT, {"company": book.company, "stated": account})
    book.lock(date(2026, 5, 1))
    return book


def imported(connection, book, *stated: tuple[str, JournalEntry]):
    """Straight to the database, past everything that reads tables."""
    chunk = chunks.Chunk()
    for place, (key, entry) in enumerate(stated, 1):
        chunk.ids.append(None)
        chunk.keys.append(key)
        chunk.days.append(entry.entry_date)
        chunk.narrations.append(entry.narration)
        chunk.parties.append(entry.party)
        chunk.due_dates.append(entry.due_date)
        chunk.hashes.append(key.encode())
        chunk.more.append(None)
        chunk.counts.append(len(entry.postings))
        for line, posting in enumerate(entry.postings, 1):
            chunk.places.append(place)
            chunk.lines.append(line)
            chunk.codes.append(posting.account)
            chunk.currencies.append(posting.currency)
            chunk.amounts.append(posting.amount)
            chunk.base_amounts.append(posting.base_amount)
            chunk.dimensions.append(dict(posting.dimensions))
    stated = resuming.Stated(str(uuid4()), "import", len(chunk.keys), {})
    person = book.tenant.person("asha")
    begun = resuming.begin(connection, book.company, stated, person=person)
    return chunks.post(connection, begun.id, 0, chunk.columns())


@pytest.mark.parametrize("code", BAD)
def test_importing_refuses_what_posting_refuses(strict, code):
    wrong = BAD[code](strict.sale())
    before = strict.state()
    batch = books.stated([books.Item("a", wrong)])
    with refused(code), strict.transaction() as connection:
        by_driver(connection, books.POST, (batch, "atomic"))
    with refused(code), strict.transaction() as connection:
        imported(connection, strict, ("good", strict.sale()), ("wrong", wrong))
    assert strict.state() == before


def test_the_import_of_another_tenant_is_not_there(book):
    with refused("import_must_exist"), book.transaction() as connection:
        chunks.post(connection, uuid4(), 0, chunks.Chunk().columns())


@given(
    st.lists(st.none() | st.text(st.characters(exclude_characters="\0", codec="utf-8"))),
    st.lists(st.none() | st.integers(-(2**63), 2**63 - 1)),
    st.lists(st.none() | st.binary()),
)
def test_an_array_is_read_as_it_was_written(connection, texts, integers, octets):
    for kind, values in (("text", texts), ("bigint", integers), ("bytea", octets)):
        sent = by_driver(connection, f"SELECT %s::{kind}[]", [chunks.array(values)])
        assert sent.fetchall() == [(values,)]


def test_an_object_is_read_as_it_was_written(connection):
    objects = [None, {"branch": 'Mysuru "south", \\ {1}'}, {"a": "ಮೈಸೂರು"}]
    sent = by_driver(connection, "SELECT %s::jsonb[]", [chunks.array(objects)])
    assert sent.fetchall() == [(objects,)]
