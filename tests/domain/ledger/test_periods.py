"""Periods: opened by the fiscal year, locked against entries, reopened."""

import time
from datetime import date
from threading import Event

import pytest
from sqlalchemy import text

from domain.database import transaction
from domain.ledger import book as books
from domain.ledger import periods
from domain.ledger.periods import PeriodState
from domain.refusal import Refusal
from tests.book import Book
from tests.domain.ledger.race import at_once
from tests.domain.refused import refused

FREE_JULY = text("SELECT id FROM periods WHERE starts_on = '2026-07-01' FOR UPDATE SKIP LOCKED")


def test_a_fiscal_year_has_twelve_months_from_april(book):
    with book.transaction() as connection:
        found = periods.listed(connection, book.company)
    year = [period for period in found if period.fiscal_year == "2026-27"]
    assert len(found) == 26
    assert [period.is_adjustment for period in year] == [False] * 12 + [True]
    assert year[12].starts_on == year[12].ends_on == date(2027, 3, 31)
    year = year[:12]
    assert (year[0].starts_on, year[0].ends_on) == (date(2026, 4, 1), date(2026, 4, 30))
    assert (year[-1].starts_on, year[-1].ends_on) == (date(2027, 3, 1), date(2027, 3, 31))
    assert found[10].ends_on == date(2026, 2, 28)


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2026, 3, 31), "2025-26"),
        (date(2026, 4, 1), "2026-27"),
        (date(2024, 2, 29), "2023-24"),
        (date(1999, 12, 31), "1999-00"),
    ],
)
def test_a_day_belongs_to_the_fiscal_year_that_began_in_april(book, day, year):
    with book.transaction() as connection:
        assert connection.scalar(text("SELECT fiscal_year_of(:day)"), {"day": day}) == year


def test_a_tenant_may_count_in_calendar_years(book):
    with book.as_owner() as connection:
        connection.exec_driver_sql(
            "UPDATE tenants SET fiscal_year_starts_in = 1 WHERE id = current_tenant()"
        )
    with book.transaction() as connection:
        assert connection.scalar(text("SELECT fiscal_year_of('2026-03-31')")) == "2026"


def test_opening_a_year_again_changes_nothing(book):
    before = book.state()
    with book.transaction() as connection:
        periods.open_year(connection, book.company, Book.TODAY)
    assert book.state() == before


def test_a_lock_says_who_and_why(book):
    book.lock(date(2026, 6, 30))
    with book.transaction() as connection:
        june = periods.holding(connection, book.company, date(2026, 6, 1))
        assert periods.get(connection, june.id) == june
    assert (june.state, june.reason) == (PeriodState.LOCKED, "Month end")
    assert june.changed_by == book.tenant.person("deepa")
    assert june.changed_at is not None


def test_a_reopened_period_takes_entries_again(book):
    book.lock(Book.TODAY)
    with refused("period_locked"):
        book.post(book.sale())
    book.reopen(Book.TODAY)
    book.post(book.sale())


def test_a_closed_period_is_not_reopened(book):
    with book.as_owner() as connection:
        connection.exec_driver_sql(
            "UPDATE periods SET state = 'closed' WHERE starts_on = '2026-07-01'"
        )
    with refused("period_must_not_be_closed"):
        book.reopen(Book.TODAY)
    with refused("period_locked", "July 2026 is closed"):
        book.post(book.sale())


def test_a_period_that_is_not_there_is_refused(book):
    with book.transaction() as connection, pytest.raises(Refusal, match="period_must_exist"):
        periods.holding(connection, book.company, date(2030, 1, 1))
    with book.transaction() as connection, pytest.raises(Refusal, match="period_must_exist"):
        periods.get(connection, book.company)
    with refused("period_must_exist"), book.as_owner() as connection:
        periods.lock(connection, book.company, person=book.company, reason="None")


def test_who_only_reads_may_not_lock_a_period(book):
    with book.transaction() as connection:
        july = periods.holding(connection, book.company, Book.TODAY)
    with (
        pytest.raises(Exception, match="permission denied"),
        transaction(book.database.reader, book.tenant.id) as connection,
    ):
        periods.lock(connection, july.id, person=book.tenant.person("deepa"), reason="None")


def test_a_lock_waits_for_an_entry_under_way(book):
    posted, locked = Event(), Event()

    def post():
        with book.transaction() as connection:
            book.post_in(connection, book.sale(), key="under way")
            posted.set()
            assert not locked.wait(0.3)

    def lock():
        posted.wait()
        book.lock(Book.TODAY)
        locked.set()

    at_once([post, lock])
    assert locked.is_set()
    assert book.integrity().entries == 1


def test_a_lock_waits_for_a_reversal_under_way(book):
    sale = book.post(book.sale()).entry
    said = {"on_date": Book.TODAY, "reason": "Wrong", "key": "reversal"}
    reversed_, locked = Event(), Event()

    def reverse():
        with book.transaction() as connection:
            books.reverse(connection, sale, **said)
            reversed_.set()
            assert not locked.wait(0.3)
            with book.as_owner() as other:
                free = other.execute(FREE_JULY).all()
            assert free == []

    def lock():
        reversed_.wait()
        book.lock(Book.TODAY)
        locked.set()

    at_once([reverse, lock])
    assert locked.is_set()


def test_a_key_posted_before_the_lock_is_found_by_one_that_waited_for_it(book):
    posted = Event()

    def first():
        with book.transaction() as connection:
            entry = book.post_in(connection, book.sale(), key="same").entry
            posted.set()
            time.sleep(0.2)
        return entry

    def second():
        posted.wait()
        return book.post(book.sale(), key="same").entry

    def lock():
        posted.wait()
        book.lock(Book.TODAY)

    one, other, _ = at_once([first, second, lock])
    assert one == other


def test_nothing_is_dated_in_a_period_after_its_lock_returned(book):
    done = Event()

    def post(thread):
        count = 0
        while not done.is_set():
            (outcome,) = book.post_batch((f"{thread} {count}", book.sale(1)))
            if outcome.outcome == "refused":
                return count if outcome.code == "period_locked" else -1
            count += 1
        return count

    def lock():
        time.sleep(0.2)
        book.lock(Book.TODAY)
        seen = book.integrity().entries
        time.sleep(0.2)
        done.set()
        return seen

    *counts, seen = at_once([*(lambda n=n: post(n) for n in range(4)), lock])

    assert seen == sum(counts) == book.integrity().entries
    assert seen > 0


def test_a_month_is_locked_though_twelve_post_without_pause(book):
    """A row that is always shared by somebody is never had alone; the gate queues fairly."""
    done = Event()

    def post(thread):
        count = 0
        while not done.is_set():
            book.post_batch((f"{thread} {count}", book.sale(1)))
            count += 1

    def lock():
        time.sleep(0.3)
        started = time.monotonic()
        try:
            book.lock(Book.TODAY)
        finally:
            done.set()
        return time.monotonic() - started

    *_, waited = at_once([*(lambda n=n: post(n) for n in range(12)), lock])
    assert waited < 10
