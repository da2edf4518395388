"""Closing a year while others post, close and reopen."""

import time
from dataclasses import replace
from threading import Event

import pytest
from sqlalchemy import text

from domain.ledger.book import Item
from domain.ledger.entry import EntryKind
from domain.refusal import Refusal
from tests.domain.ledger.race import at_once
from tests.domain.ledger.trading_company import LAST_DAY, YEAR, Trader

YOUNGER = text("""
    SELECT count(*) FROM journal_entries e, year_closings c
    WHERE e.company_id = c.company_id AND e.entry_date BETWEEN c.starts_on AND c.ends_on
      AND e.transaction_id <> c.transaction_id
      AND NOT pg_visible_in_snapshot(e.transaction_id, cast(:snapshot AS pg_snapshot))
""")


@pytest.fixture
def book(database, tenant):
    trader = Trader(database, tenant)
    trader.trade()
    return trader


def code_of(call):
    """The code with which a call is refused, or what it returns."""
    try:
        return call()
    except Refusal as refusal:
        return refusal.code


def test_nothing_slips_past_a_close(book):
    """Fifty post adjusting entries into the open adjustment period while the year is closed.

    What the close's own transaction sees after it holds the periods is all there ever is.
    """
    entry = replace(book.sale(1, on=LAST_DAY), kind=EntryKind.ADJUSTING)
    book.lock_months()

    def post(number):
        return lambda: book.post_batch(Item(f"late {number}", entry))[0].code

    def close():
        time.sleep(0.02)
        closing = book.close()
        with book.transaction() as connection:
            return closing, connection.scalar(text("SELECT pg_current_snapshot()::text"))

    *codes, (closing, snapshot) = at_once([*(post(number) for number in range(50)), close])

    assert set(codes) <= {None, "period_locked"}
    with book.transaction() as connection:
        assert connection.scalar(YOUNGER, {"snapshot": snapshot}) == 0
    book.assert_snapshot_is_raw(closing)
    assert book.balance("sales", as_of=LAST_DAY) == 0
    assert book.balance("retained_earnings") == -8_000_000 - codes.count(None)
    assert book.integrity().holds


def test_a_close_waits_for_an_adjusting_entry_under_way_and_closes_it_too(book):
    entry = replace(book.sale(1, on=LAST_DAY), kind=EntryKind.ADJUSTING)
    book.lock_months()
    posted = Event()

    def post():
        with book.transaction() as connection:
            book.post_in(connection, entry, key="under way")
            posted.set()
            time.sleep(0.2)

    def close():
        posted.wait()
        return book.close()

    _, closing = at_once([post, close])

    assert book.balance("retained_earnings") == -8_000_001
    book.assert_snapshot_is_raw(closing)


def test_of_many_that_close_at_once_one_does(book):
    book.lock_months()
    calls = [lambda n=n: code_of(lambda: book.close(key=f"close {n}").version) for n in range(6)]
    results = at_once(calls)
    assert sorted(map(str, results)) == ["1"] + ["year_must_be_open"] * 5
    assert book.balance("retained_earnings") == -8_000_000


def test_many_that_close_under_one_key_at_once_all_have_the_first(book):
    book.lock_months()
    results = at_once([book.close] * 6)
    assert len({closing.id for closing in results}) == 1
    assert len(results[0].entries) == 3


def test_a_year_and_the_next_are_never_open_and_closed(book):
    """Closing the later and reopening the earlier year at once: one of them is refused."""
    book.lock_and_close()
    book.lock_months("2026-27")
    for attempt in range(4):
        closing, reopening = at_once([
            lambda n=attempt: code_of(lambda: book.close("2026-27", key=f"close {n}").fiscal_year),
            lambda n=attempt: code_of(lambda: book.reopen_year(key=f"reopen {n}").fiscal_year),
        ])  # fmt: skip
        assert (closing, reopening) in {
            ("2026-27", "later_year_must_be_open"), ("year_must_be_ready_to_close", YEAR),
        }  # fmt: skip
        if closing == "2026-27":
            book.reopen_year("2026-27", key=f"undo {attempt}")
        else:
            book.close(key=f"close {YEAR} {attempt}")
