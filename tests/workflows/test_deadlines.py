"""Deadlines, reminders, due dates and holds follow the tenant's calendar and the sandbox's clock.

The clock stands at 11:00 on Friday, 23 January 2026: the 24th is a fourth Saturday, the 25th a
Sunday, the 26th Republic Day.
"""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from activities.twice import DeliverTwice
from domain.definitions.catalog import Catalog
from domain.definitions.model import Band
from domain.ledger import holds
from domain.ledger.holds import Hold
from sandbox.tenant import Tenant, open_tenant
from tests.book import Book
from tests.database import ENGINE, Database
from tests.domain.refused import refused
from tests.invoices import invoice
from tests.office import Case, Office, open_office
from tests.sandbox.bank_process import BankProcess

KOLKATA = ZoneInfo("Asia/Kolkata")
FRIDAY = datetime(2026, 1, 23, 11, tzinfo=KOLKATA)
REPUBLIC_DAY = [{"day": "2026-01-26", "name": "Republic Day", "kind": "public"}]


def by_calendar(definitions: Catalog, **changes: Any) -> Catalog:
    """The shipped types; the invoice's deadlines in working days."""
    shipped = definitions.get("invoice_approval")
    policy = shipped.approvals["by_amount"]
    policy = policy.model_copy(update={"remind_every": "1wd", "deadline": "3wd"} | changes)
    changed = shipped.model_copy(update={"approvals": {"by_amount": policy}})
    known = dict(definitions.definitions) | {"invoice_approval": changed}
    return Catalog(known, definitions.roles, definitions.accounts)


@pytest.fixture
def bureau(database: Database) -> Tenant:
    """A tenant whose clock stands on that Friday."""
    tenant = open_tenant(database.admin, Tenant(uuid4()), today=FRIDAY.date())
    with database.admin.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE tenants SET clock_offset = '{FRIDAY.isoformat()}'::timestamptz - now() "
            f"WHERE id = '{tenant.id}'"
        )
    return tenant


@pytest.fixture
def working(
    database: Database, bureau: Tenant, bank: BankProcess, definitions: Catalog
) -> Iterator[Office]:
    """An office that counts in working days."""
    own = by_calendar(definitions)
    with open_office(database, bureau, bank, own, address=os.environ[ENGINE]) as opened:
        yield opened


@pytest.fixture
def plain(
    database: Database, bureau: Tenant, bank: BankProcess, definitions: Catalog
) -> Iterator[Office]:
    """An office with what is shipped: reminders every day, a deadline of three."""
    with open_office(database, bureau, bank, definitions, address=os.environ[ENGINE]) as opened:
        yield opened


def received(office: Office, **changes: Any) -> Case:
    given = {"invoice_date": "2026-01-20", "due_date": "2026-02-22"}
    return office.receive(invoice(**given, **changes))


def keep_republic_day(office: Office) -> None:
    """HR enters it, a manager agrees."""
    case = replace(office, type="holidays").receive(
        {"days": REPUBLIC_DAY, "reason": "The list of 2026"}, by="esha"
    )
    case.decide("bina")
    case.stands_at("done")


def advance(office: Office, to: str) -> Case:
    """Esha puts the clock forward."""
    case = replace(office, type="clock_advance").receive({"to": to}, by="esha")
    return case.stands_at("done")


def eventually(found: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 20
    while not found():
        assert time.monotonic() < deadline, "It never came."
        time.sleep(0.05)


def test_a_deadline_over_a_weekend_and_a_holiday_escalates_when_it_ends(working: Office):
    keep_republic_day(working)
    case = received(working)
    # The days after Friday that are worked: Tuesday the 27th, Wednesday, Thursday; to closing.
    assert case.task.due_at == datetime(2026, 1, 29, 18, tzinfo=KOLKATA)

    advance(working, "2026-01-29T17:50:00+05:30")
    eventually(lambda: case.task.reminders == 1)
    assert case.task.escalated_to is None
    advance(working, "2026-01-29T18:00:00+05:30")
    eventually(lambda: case.task.escalated_to == "finance_head")
    case.decide("deepa")
    case.stands_at("awaiting_due_date")


def test_without_the_holiday_the_deadline_is_a_day_earlier(working: Office):
    assert received(working).task.due_at == datetime(2026, 1, 28, 18, tzinfo=KOLKATA)


def test_a_reminder_comes_on_the_next_working_day(working: Office):
    keep_republic_day(working)
    case = received(working)

    advance(working, "2026-01-27T10:50:00+05:30")
    eventually(lambda: paced(case) == 2)
    assert case.task.reminders == 0
    advance(working, "2026-01-27T11:05:00+05:30")
    eventually(lambda: case.task.reminders == 1)
    assert case.task.escalated_to is None
    assert "Reminded the checkers" in case.titles()


def paced(case: Case) -> int:
    """How often the process looked at the calendar and then slept again."""
    history = case.office.loop.run(case.handle.fetch_history())
    asked = [
        e.event_id
        for e in history.events
        if e.activity_task_scheduled_event_attributes.activity_type.name == "pace_process"
    ]
    timers = [e for e in history.events if e.HasField("timer_started_event_attributes")]
    return len(asked) if len(timers) >= len(asked) else 0


def test_durations_that_are_no_working_days_follow_the_clock_as_well(plain: Office):
    case = received(plain)
    advance(plain, "2d")
    eventually(lambda: case.task.reminders == 1)
    assert case.task.escalated_to is None

    advance(plain, "25h")
    eventually(lambda: case.task.escalated_to == "finance_head")


def test_an_invoice_due_in_thirty_days_is_paid_after_thirty_days(plain: Office):
    case = received(plain)
    case.decide("bina")
    case.stands_at("awaiting_due_date")
    # The 22nd of February, an hour before the time of day at which invoices are paid; then after.
    advance(plain, "2026-02-22T09:00:00+05:30")
    assert case.record.stage == "awaiting_due_date"
    advance(plain, "2h")

    assert case.outcome() == "paid"


def test_a_process_that_was_told_waits_on_for_people(plain: Office):
    case = received(plain)
    advance(plain, "1h")
    case.decide("bina", "send_back", "Wrong vendor")
    case.act("asha", "cancel", "Wrong vendor indeed")
    assert case.outcome() == "cancelled"


def test_deadlines_follow_the_opening_hours_that_are_set(working: Office):
    given = {"opens": "09:30", "closes": "17:30", "days_off": "sundays", "reason": "Harvest"}
    case = replace(working, type="opening_hours").receive(given, by="esha")
    case.decide("bina")
    case.stands_at("done")

    # Saturday, Monday and Tuesday are worked now.
    assert received(working).task.due_at == datetime(2026, 1, 27, 17, 30, tzinfo=KOLKATA)


def test_a_claim_lasts_four_working_hours(working: Office):
    keep_republic_day(working)
    case = received(working)
    advance(working, "2026-01-23T16:00:00+05:30")

    case.tend("bina", "claim")

    # Two on Friday until six, and two from ten on Tuesday; less the moments that this test takes.
    ends = datetime(2026, 1, 27, 12, tzinfo=KOLKATA)
    assert ends <= case.task.claimed_until < ends + timedelta(minutes=2)


def test_the_escalation_of_a_deadline_frees_a_claim(working: Office):
    case = received(working)
    advance(working, "2026-01-28T17:50:00+05:30")
    case.tend("bina", "claim")
    assert case.task.claimed_by == working.tenant.person("bina")
    advance(working, "2026-01-28T18:00:00+05:30")
    eventually(lambda: case.task.escalated_to == "finance_head")

    assert case.task.claimed_by is None
    case.decide("deepa")


def test_a_seat_that_is_left_is_reminded_again(
    database: Database, bureau: Tenant, bank: BankProcess, definitions: Catalog
):
    two = Band(levels=("finance_approver & treasurer",))
    own = by_calendar(definitions, bands=(two,), deadline=None)
    with open_office(database, bureau, bank, own, address=os.environ[ENGINE]) as office:
        case = received(office)
        advance(office, "4d")
        eventually(lambda: [task.reminders for task in open_tasks(case)] == [1, 1])
        first = next(task for task in open_tasks(case) if task.role == "finance_approver")
        case.decide_task("bina", first.id, "approve", None, seen=first.subject_hash)
        advance(office, "1d")

        eventually(lambda: [task.reminders for task in open_tasks(case)] == [2])


def open_tasks(case: Case) -> list[Any]:
    statement = "SELECT * FROM tasks WHERE process_id = :id AND state = 'open' ORDER BY seat"
    return list(case.office.rows(statement, id=case.process))


def test_however_often_it_is_delivered_it_is_done_once(
    database: Database, bureau: Tenant, bank: BankProcess, definitions: Catalog
):
    twice = open_office(
        database, bureau, bank, definitions, address=os.environ[ENGINE],
        interceptors=[DeliverTwice(3)],
    )  # fmt: skip
    with twice as office:
        case = received(office)
        case.tend("bina", "comment", words="Once")
        case.tend("bina", "claim")
        before = office.rows("SELECT business_now() - now() AS ahead")[0].ahead
        advance(office, "2h")

        assert [row.words for row in office.rows("SELECT words FROM comments")] == ["Once"]
        ahead = office.rows("SELECT business_now() - now() AS ahead")[0].ahead
        assert round((ahead - before).total_seconds()) == 2 * 3600
        case.decide("bina")
        case.stands_at("awaiting_due_date")


def test_a_hold_whose_time_has_come_is_released(plain: Office):
    book = Book(plain.database, plain.tenant)
    until = FRIDAY + timedelta(days=2)
    hold = Hold(book.company, "office_rent", "bank", 100, "INR", "Rent", expires_at=until)
    with book.transaction() as connection:
        placed = holds.place(connection, hold, key="rent")
        assert holds.get(connection, placed.hold).state == "open"

    done = advance(plain, "3d")

    (event,) = plain.rows("SELECT * FROM hold_events WHERE kind = 'expired'")
    assert (event.hold_id, event.amount) == (placed.hold, 100)
    (kept,) = plain.rows(
        "SELECT outputs FROM evidence WHERE process_id = :id AND step LIKE 'carry_out%'",
        id=done.process,
    )
    assert kept.outputs["holds_expired"] == 1


def test_a_live_tenant_has_no_clock_to_advance(plain: Office):
    with plain.database.admin.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE tenants SET clock_offset = '0', livemode = true WHERE id = '{plain.tenant.id}'"
        )
    case = replace(plain, type="clock_advance").receive({"to": "1d"}, by="esha")
    assert case.opened.refused is not None
    assert case.opened.refused.code == "clock_must_be_of_a_sandbox"
    book = Book(plain.database, plain.tenant)
    with refused("clock_must_be_of_a_sandbox"), book.transaction() as connection:
        connection.exec_driver_sql("SELECT advance_clock('1 day')")


def test_the_database_puts_no_clock_back(plain: Office):
    book = Book(plain.database, plain.tenant)
    for by in ("0", "-1 day"):
        with refused("clock_must_move_forward"), book.transaction() as connection:
            connection.exec_driver_sql(f"SELECT advance_clock('{by}')")


def test_a_holiday_that_is_worked_is_struck_out(working: Office):
    keep_republic_day(working)
    worked = [REPUBLIC_DAY[0] | {"kind": "worked"}]
    case = replace(working, type="holidays").receive(
        {"days": worked, "reason": "Everybody comes"}, by="esha"
    )
    case.decide("bina")
    case.stands_at("done")

    assert working.rows("SELECT * FROM holidays") == []
    (kept,) = working.rows(
        "SELECT outputs FROM evidence WHERE process_id = :id AND step LIKE 'carry_out%'",
        id=case.process,
    )
    assert kept.outputs["instead_of"] == {"2026-01-26": "Republic Day"}
