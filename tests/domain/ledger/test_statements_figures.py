"""Figures equal a recomputation from raw postings, in every combination of what may be asked."""

import time
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Event
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from domain.ledger import accounts, figures, knowledge, statements
from domain.ledger.entry import EntryKind, JournalEntry, Posting
from domain.ledger.figures import Question, Span
from sandbox.tenant import Tenant, open_tenant
from tests.book import Book
from tests.domain.ledger.race import at_once

DAYS = [date(2026, 3, 30), date(2026, 3, 31), date(2026, 4, 1), date(2026, 5, 10), date(2026, 7, 1)]
ACCOUNTS = ["bank", "sales", "share_capital", "travel"]
KINDS = ["normal", "opening", "closing", "revaluation"]
RAW = text("""
    SELECT p.account_id, p.currency, p.entry_date, p.amount, p.base_amount, d.dimensions,
           e.recorded_at, coalesce(o.kind, e.kind) AS kind, a.kind AS account_kind
    FROM postings p JOIN journal_entries e ON e.id = p.entry_id
    JOIN dimension_sets d ON d.id = p.dimension_set_id
    JOIN accounts a ON a.id = p.account_id
    LEFT JOIN journal_entries o ON o.id = e.reverses
    WHERE e.company_id = :company
""")

days = st.sampled_from(DAYS)
spans = st.builds(
    lambda since, until: Span(since, until) if not since or not until or since <= until
    else Span(until, since),
    st.none() | days, st.none() | days,
)  # fmt: skip
dimensions = st.sampled_from([(), (("branch", "Mysuru"),), (("branch", "Hubli"), ("party", "P"))])


@st.composite
def entries(draw):
    """An entry of two accounts, in rupees or dollars, of any kind; perhaps to be reversed."""
    one, other = draw(st.lists(st.sampled_from(ACCOUNTS), min_size=2, max_size=2, unique=True))
    amount, currency = draw(st.integers(1, 9_999)), draw(st.sampled_from(["INR", "USD"]))
    base = None if currency == "INR" else draw(st.integers(1, 999_999))
    first, second = draw(dimensions), draw(dimensions)
    postings = (
        Posting(one, amount, currency, base, first),
        Posting(other, -amount, currency, None if base is None else -base, second),
    )
    return draw(days), draw(st.sampled_from(KINDS)), postings, draw(st.booleans())


def filled(book, drawn):
    for day, kind, postings, is_reversed in drawn:
        entry = JournalEntry(book.company, day, "Drawn", postings, kind=EntryKind(kind))
        posted = book.post(entry)
        if is_reversed:
            book.reverse(posted.entry, on=day, key=str(uuid4()))


def recomputed(rows, question):
    """The same figures, from raw postings."""
    found = defaultdict(lambda: [[0, 0, 0, 0] for _ in question.spans])
    for row in rows:
        held = row.dimensions
        if any(held.get(name) != value for name, value in question.dimensions):
            continue
        if question.known_at and row.recorded_at > question.known_at:
            continue
        if question.kinds and row.account_kind not in question.kinds:
            continue
        if row.kind in question.leaves_out or question.only not in (None, row.account_id):
            continue
        value = held.get(question.by) if question.by else None
        for place, span in enumerate(question.spans):
            if (span.since or date.min) <= row.entry_date <= (span.until or date.max):
                sums = found[row.account_id, row.currency, value][place]
                sums[0] += max(row.amount, 0)
                sums[1] -= min(row.amount, 0)
                sums[2] += max(row.base_amount, 0)
                sums[3] -= min(row.base_amount, 0)
    return {key: sums for key, sums in found.items() if any(any(each) for each in sums)}


def asked(connection, question):
    return {
        (figure.account, figure.currency, figure.value): [
            [sums.debit, sums.credit, sums.base_debit, sums.base_credit] for sums in figure.sums
        ]
        for figure in figures.ask(connection, question)
        if any(s.debit or s.credit or s.base_debit or s.base_credit for s in figure.sums)
    }


@settings(max_examples=40)
@given(
    st.lists(entries(), min_size=1, max_size=6),
    st.lists(spans, min_size=1, max_size=4),
    st.data(),
)
def test_figures_equal_raw_postings_in_every_combination(database, drawn, wanted, data):
    book = Book(database, open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY))
    filled(book, drawn)
    with book.transaction() as connection:
        rows = connection.execute(RAW, {"company": book.company}).all()
        known = st.none() | st.sampled_from(sorted({row.recorded_at for row in rows}))
        used = st.none() | st.sampled_from(sorted({row.account_id for row in rows}))
        kinds = st.sets(st.sampled_from(KINDS[1:])).map(lambda found: tuple(sorted(found)))
        for _ in range(8):
            question = Question(
                book.company,
                tuple(wanted),
                data.draw(dimensions),
                data.draw(st.sampled_from([None, "branch", "party"])),
                data.draw(known),
                data.draw(kinds),
                data.draw(used),
                data.draw(st.sampled_from([(), ("income", "expense"), ("asset",)])),
            )
            assert asked(connection, question) == recomputed(rows, question)


@pytest.fixture
def sale_and_late_one(book):
    book.post(book.sale(100, on=date(2026, 4, 1)))
    with book.transaction() as connection:
        between = connection.scalar(text("SELECT clock_timestamp()"))
    book.post(book.sale(50, on=date(2026, 4, 1)))
    return between


def bank(book, **options):
    with book.transaction() as connection:
        found = accounts.named(connection, book.company, "bank").id
        return [held.amount for held in statements.balance(connection, found, **options)]


def test_what_was_recorded_later_was_not_known(book, sale_and_late_one):
    day = date(2026, 4, 1)
    assert bank(book, known_at=sale_and_late_one) == [100]
    assert bank(book, as_of=day, known_at=sale_and_late_one) == [100]
    assert bank(book, as_of=date(2026, 3, 31), known_at=sale_and_late_one) == []
    assert bank(book) == bank(book, as_of=day) == bank(book, as_of=date.max) == [150]
    with book.transaction() as connection:
        trial = statements.trial_balance(connection, book.company, known_at=sale_and_late_one)
    assert (trial.base_debit, trial.base_credit) == (100, 100)


def test_before_anything_was_recorded_nothing_was_known(book, sale_and_late_one):
    assert bank(book, known_at=datetime(2020, 1, 1, tzinfo=UTC)) == []


def is_final(book, known_at):
    with book.transaction() as connection:
        return knowledge.is_final(connection, known_at)


def becomes_final(book, known_at):
    """Transactions of other tests on the same server count too; each is over soon."""
    until = time.monotonic() + 30
    while not is_final(book, known_at):
        assert time.monotonic() < until, "It never became final."
        time.sleep(0.002)
    return True


def test_knowledge_is_final_once_nothing_is_under_way(book, sale_and_late_one):
    assert becomes_final(book, sale_and_late_one)
    assert not is_final(book, datetime.now(UTC) + timedelta(hours=1))


def test_a_late_commit_is_announced_and_then_known(book):
    recorded, may_commit = Event(), Event()

    def late():
        with book.transaction() as connection:
            book.post_in(connection, book.sale(70), key="late")
            recorded.set()
            may_commit.wait()

    def reader():
        recorded.wait()
        time.sleep(0.05)
        with book.transaction() as connection:
            known_at = connection.scalar(text("SELECT clock_timestamp()"))
        time.sleep(0.01)
        before = is_final(book, known_at), bank(book, known_at=known_at)
        may_commit.set()
        return known_at, before

    _, (known_at, before) = at_once([late, reader])

    assert before == (False, [])
    assert becomes_final(book, known_at)
    assert bank(book, known_at=known_at) == [70]
    book.post(book.sale(5))
    assert bank(book, known_at=known_at) == [70]


def test_figures_are_of_one_tenant(database, book):
    other = Book(database, open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY))
    book.post(book.sale(100))
    with other.transaction() as connection:
        assert figures.ask(connection, Question(book.company, (Span(),))) == ()
        assert statements.trial_balance(connection, other.company).lines == ()


def test_a_closing_of_the_same_day_is_left_out_with_its_reversal(book):
    day = date(2026, 3, 31)
    book.post(book.sale(100, on=day))
    closing = book.post(
        replace(
            book.entry("""
                2026-03-31  Closing
                  Dr  sales              1.00 INR
                  Cr  retained_earnings  1.00 INR
            """),
            kind=EntryKind.CLOSING,
        )
    )
    question = Question(book.company, (Span(day, day), Span()), leaves_out=("closing",))
    expected = {"bank": [100, 100], "sales": [-100, -100]}
    for _ in range(2):
        with book.transaction() as connection:
            chart = accounts.by_id(connection, book.company)
            found = {
                chart[f.account].code: [sums.amount for sums in f.sums]
                for f in figures.ask(connection, question)
                if any(sums.amount for sums in f.sums)
            }
        assert found == expected
        book.reverse(closing.entry, on=day, key="reopened")
