"""Soft locks, locks of one module, adjustment periods, and who changed what and why."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from psycopg.types.json import Jsonb

from domain.ledger import book as books
from domain.ledger import periods
from domain.ledger.book import Item
from domain.ledger.entry import EntryKind, Module
from domain.ledger.periods import PeriodState
from sandbox.tenant import Tenant, open_tenant
from tests.book import Book
from tests.domain.ledger.race import at_once
from tests.domain.refused import refused

YEAR_END = date(2027, 3, 31)
APRIL = date(2027, 4, 1)


def july(connection, book):
    return periods.holding(connection, book.company, Book.TODAY)


def set_state(book, change, *, day=Book.TODAY, **values):
    """Change the month of a day as deepa."""
    said = {"person": book.tenant.person("deepa"), "reason": "Month end", **values}
    with book.transaction() as connection:
        change(connection, periods.holding(connection, book.company, day).id, **said)


def set_adjustment(book, change, **values):
    said = {"person": book.tenant.person("deepa"), "reason": "Audit", **values}
    with book.transaction() as connection:
        change(connection, periods.adjustment(connection, book.company, "2026-27").id, **said)


def post_as(book, entry, *roles):
    with book.transaction() as connection:
        return books.post(connection, entry, key=str(uuid4()), roles=roles)


def year_end_entry(book, kind):
    return replace(book.sale(on=YEAR_END), kind=kind)


def test_in_a_soft_locked_month_only_the_named_roles_post(book):
    set_state(book, periods.soft_lock, roles=["finance_head", "auditor"])

    with refused("period_locked", "July 2026 is locked but for auditor and finance_head"):
        post_as(book, book.sale())
    with refused("period_locked"):
        post_as(book, book.sale(), "accounts_payable")
    post_as(book, book.sale(), "accounts_payable", "finance_head")

    assert book.balance("bank") == 100_000


def test_items_of_one_batch_act_in_their_own_roles(book):
    set_state(book, periods.soft_lock, roles=["finance_head"])
    head = Item("head", book.sale(), roles=("finance_head",))
    clerk = Item("clerk", book.sale(), roles=("accounts_payable",))

    posted, locked = book.post_batch(head, clerk)

    assert (posted.outcome, locked.code) == ("posted", "period_locked")


def test_a_module_is_locked_alone(book):
    set_state(book, periods.lock, module=Module.INVENTORY)
    count = replace(book.sale(), module=Module.INVENTORY)

    with refused("period_locked", "July 2026 is locked for inventory"):
        book.post(count)
    book.post(book.sale())
    book.post(replace(count, entry_date=date(2026, 8, 1)))
    set_state(book, periods.reopen, module=Module.INVENTORY)
    book.post(count)


@pytest.mark.parametrize("module", list(Module))
def test_every_module_can_be_soft_locked(book, module):
    set_state(book, periods.soft_lock, module=module, roles=["finance_head"])
    entry = replace(book.sale(), module=module)

    with refused("period_locked", f"finance_head for {module}"):
        book.post(entry)
    post_as(book, entry, "finance_head")


def test_the_stricter_of_month_and_module_counts(book):
    entry = replace(book.sale(), module=Module.PAYROLL)
    set_state(book, periods.soft_lock, module=Module.PAYROLL, roles=["payroll"])
    set_state(book, periods.soft_lock, roles=["finance_head"])

    for roles in ([], ["payroll"], ["finance_head"]):
        with refused("period_locked"):
            post_as(book, entry, *roles)
    post_as(book, entry, "payroll", "finance_head")


@pytest.mark.parametrize("state", list(PeriodState))
@pytest.mark.parametrize("module_state", list(PeriodState))
@pytest.mark.parametrize("roles", [(), ("head",), ("payroll",), ("payroll", "head")])
def test_python_and_the_database_let_in_the_same(book, state, module_state, roles):
    allowed = ["head"] if state is PeriodState.SOFT_LOCKED else []
    said = {"payroll": {"state": module_state, "roles": ["payroll"]}}
    with book.as_owner() as owner:
        owner.exec_driver_sql(
            "UPDATE periods SET state = %s, roles = %s, module_states = %s"
            " WHERE starts_on = '2026-07-01'",
            (state, allowed, Jsonb(said)),
        )
        month = july(owner, book)
    entry = replace(book.sale(), module=Module.PAYROLL)

    (outcome,) = book.post_batch(Item("one", entry, roles=roles))

    assert (outcome.outcome == "posted") is month.takes(roles, Module.PAYROLL)


def test_the_adjustment_period_stays_open_when_the_month_is_locked(book):
    book.lock(YEAR_END)

    with refused("period_locked", "March 2027 is locked"):
        book.post(book.sale(on=YEAR_END))
    book.post(year_end_entry(book, EntryKind.ADJUSTING))


def test_a_locked_adjustment_period_refuses_adjusting_entries_alone(book):
    set_adjustment(book, periods.lock)

    for kind in (EntryKind.ADJUSTING, EntryKind.CLOSING):
        with refused("period_locked", "the adjustment period of 2026-27 is locked"):
            book.post(year_end_entry(book, kind))
    book.post(year_end_entry(book, EntryKind.NORMAL))
    book.post(replace(book.sale(on=date(2027, 3, 30)), kind=EntryKind.ADJUSTING))


def test_an_adjusting_entry_is_reversed_within_its_adjustment_period(book):
    accrual = book.post(year_end_entry(book, EntryKind.ADJUSTING)).entry
    book.lock(YEAR_END)
    book.reverse(accrual, on=YEAR_END)
    assert book.balance("bank") == 0


def test_a_closing_entry_is_reversed_on_no_other_day(book):
    entry = book.post(year_end_entry(book, EntryKind.CLOSING)).entry
    with refused("closing_entry_must_stay_in_its_year", "2027-03-31"):
        book.reverse(entry, on=date(2027, 3, 30))
    book.reverse(entry, on=YEAR_END)


def test_the_history_of_a_period_says_who_and_why_and_stays(book):
    bina = book.tenant.person("bina")
    set_state(book, periods.soft_lock, roles=["finance_head"], reason="Review")
    set_state(book, periods.lock)
    set_state(book, periods.reopen, reason="Late invoice", checker=bina)
    set_state(book, periods.lock, module=Module.PAYROLL)

    with book.transaction() as connection:
        history = periods.changes(connection, july(connection, book).id)

    assert [(one.module, one.old_state, one.state, one.reason) for one in history] == [
        (None, "open", "soft_locked", "Review"),
        (None, "soft_locked", "locked", "Month end"),
        (None, "locked", "open", "Late invoice"),
        ("payroll", "open", "locked", "Month end"),
    ]
    assert history[0].roles == ("finance_head",)
    assert history[2].checked_by == bina
    assert {one.changed_by for one in history} == {book.tenant.person("deepa")}


def test_the_same_state_again_changes_nothing(book):
    set_state(book, periods.lock)
    before = book.state()
    set_state(book, periods.lock, reason="Again")
    assert book.state() == before


def test_a_change_under_a_key_is_done_once_though_the_period_was_reopened_since(book):
    set_state(book, periods.lock, key="month end")
    set_state(book, periods.reopen)
    before = book.state()

    set_state(book, periods.lock, key="month end")

    assert book.state() == before
    book.post(book.sale())
    with refused("effect_key_must_have_one_content"):
        set_state(book, periods.lock, key="month end", reason="Another")


BAD_CHANGES = {
    "no reason": (periods.lock, {"reason": " "}, "reason_must_be_given"),
    "nobody": (periods.lock, {"person": uuid4()}, "person_must_exist"),
    "no such checker": (periods.reopen, {"checker": uuid4()}, "person_must_exist"),
    "a soft lock for nobody": (periods.soft_lock, {"roles": []}, "soft_lock_must_name_roles"),
    "no such module": (periods.lock, {"module": "kitchen"}, "module_must_be_known"),
    "closed without its year": (
        periods.change, {"state": PeriodState.CLOSED, "key": None},
        "period_must_be_closed_with_its_year",
    ),
    "no such state": (
        periods.change, {"state": "ajar", "key": None}, "period_state_must_be_known",
    ),
    "a lock that names roles": (
        periods.change, {"state": PeriodState.LOCKED, "key": None, "roles": ["head"]},
        "soft_lock_must_name_roles",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_CHANGES)
def test_a_bad_change_is_refused_and_changes_nothing(book, case):
    change, values, code = BAD_CHANGES[case]
    before = book.state()
    with refused(code):
        set_state(book, change, **values)
    assert book.state() == before


def test_who_asks_for_a_reopening_does_not_check_it(book):
    set_state(book, periods.lock)
    with refused("checker_must_differ_from_maker"):
        set_state(book, periods.reopen, checker=book.tenant.person("deepa"))


def test_the_period_of_another_tenant_is_not_there(book, database):
    other = Book(database, open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY))
    with book.transaction() as connection:
        mine = july(connection, book).id
    before = book.state()
    with refused("period_must_exist"), other.transaction() as connection:
        deepa = other.tenant.person("deepa")
        periods.lock(connection, mine, person=deepa, reason="Month end")
    with refused("company_must_exist"), other.transaction() as connection:
        periods.open_year(connection, book.company, date(2030, 1, 1))
    assert book.state() == before


def test_the_next_open_day_is_the_day_itself_or_the_first_of_an_open_month(book):
    def next_open(day, **values):
        with book.transaction() as connection:
            return periods.next_open_day(connection, book.company, day, **values)

    assert next_open(Book.TODAY) == Book.TODAY
    set_state(book, periods.lock)
    set_state(book, periods.soft_lock, day=date(2026, 8, 1), roles=["finance_head"])
    set_state(book, periods.lock, day=date(2026, 9, 1), module=Module.PAYROLL)
    assert next_open(Book.TODAY) == date(2026, 9, 1)
    assert next_open(Book.TODAY, roles=["finance_head"]) == date(2026, 8, 1)
    assert next_open(Book.TODAY, module=Module.PAYROLL) == date(2026, 10, 1)
    assert next_open(date(2020, 1, 1)) == date(2025, 4, 1)
    with refused("open_period_must_exist", "2027-04-01"):
        next_open(APRIL)


def test_an_entry_of_a_locked_month_is_reversed_on_the_next_open_day(book):
    sale = book.post(book.sale()).entry
    set_state(book, periods.lock)
    with book.transaction() as connection:
        day = periods.next_open_day(connection, book.company, Book.TODAY)
    book.reverse(sale, on=day)
    assert book.balance("bank", as_of=day - timedelta(1)) == 100_000
    assert book.balance("bank", as_of=day) == 0


def test_of_fifty_that_post_while_a_module_is_locked_none_is_younger_than_the_lock(book):
    """A lock of one module is part of the period's row, so whoever waited for it sees it."""
    entry = replace(book.sale(1), module=Module.SALES)

    def post(number):
        return lambda: book.post_batch(Item(f"sale {number}", entry))[0].code

    def lock():
        set_state(book, periods.lock, module=Module.SALES)
        return book.integrity().entries

    *codes, seen = at_once([*(post(number) for number in range(50)), lock])

    assert set(codes) <= {None, "period_locked"}
    assert codes.count(None) == seen == book.integrity().entries
