"""The interpreter: routes, approvals by table with several seats, dates, and giving up."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from domain.definitions.catalog import Catalog, load
from domain.definitions.checking import Surroundings
from sandbox.tenant import Tenant, open_tenant
from tests.database import ENGINE, Database
from tests.domain.refused import refused
from tests.invoices import rupees
from tests.office import Case, Office, open_office
from tests.sandbox.bank_process import BankProcess
from tests.today import today

CONFIG = Path(__file__).parents[2] / "config"
VEHICLE = """
process: vehicle_request
title: Vehicle request
summary: Somebody asks for a vehicle.
reference_prefix: VEH
fields:
  kind: {type: choice, label: Kind, required: true, choices: [hire, purchase]}
  wanted_on: {type: date, label: Wanted on, required: true}
  cost: {type: money, label: Cost, required: true}
subject: "{kind}"
amount: cost
stages:
  asked: {title: Asked for, route: road, otherwise: refused}
  hire: {title: Waiting for the hire, until: wanted_on, then: handover}
  purchase: {title: Waiting for approval, approval: by_cost, approved: posting, rejected: rejected}
  posting: {title: Posting, post: [cost], then: handover}
  handover: {title: Waiting for handover, asks: operations}
  used: {title: In use, ends: completed}
  refused: {title: Refused, ends: cancelled}
  rejected: {title: Rejected, ends: cancelled}
  cancelled: {title: Cancelled, ends: cancelled}
  reversed: {title: Reversed, ends: compensated}
actions:
  start: {title: Ask for a vehicle, by: [accounts_payable]}
  dearer: {title: Say what it costs, by: [accounts_payable], from: [purchase], edits: [cost]}
  hand_over: {title: Hand it over, by: [operations], from: [handover], to: used}
  return: {title: Give it back, by: [finance_head], from: [handover], to: reversed, undoes: [cost]}
  repair: {title: Repair, by: [operations]}
given_up: {to: cancelled, undone: reversed}
approvals:
  by_cost: {table: who}
tables:
  road:
    hit: unique
    inputs: {kind: choice}
    rules:
      - {when: {kind: hire}, then: [hire]}
      - {when: {kind: purchase}, then: [purchase]}
  who:
    hit: first
    inputs: {cost: money}
    rules:
      - {when: {cost: <= 100.00 INR}, then: [nobody]}
      - {when: {cost: <= 50000.00 INR}, then: [finance_approver]}
      - {then: [finance_approver & treasurer, finance_head]}
journals:
  cost:
    narration: Vehicle
    date: today
    postings: |
      Dr  travel  cost
      Cr  bank    cost
"""


@pytest.fixture(scope="module")
def garage(
    database: Database, bank: BankProcess, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    """An office that knows only vehicle requests."""
    folder = tmp_path_factory.mktemp("processes")
    (folder / "vehicle_request.yaml").write_text(VEHICLE)
    roles, chart = CONFIG / "roles.yaml", CONFIG / "chart_of_accounts.yaml"
    own: Catalog = load(folder, Surroundings(roles, chart))
    tenant = open_tenant(database.admin, Tenant(uuid4()))
    with open_office(database, tenant, bank, own, address=os.environ[ENGINE]) as opened:
        yield replace(opened, type="vehicle_request")


def request(kind: str, cost: str, days: int = 0) -> dict[str, object]:
    wanted_on = today() + timedelta(days)
    return {"kind": kind, "wanted_on": wanted_on.isoformat(), "cost": rupees(cost)}


def open_tasks(case: Case) -> list[tuple[str, int, int, int]]:
    rows = case.office.rows(
        "SELECT role, round, level, seat FROM tasks WHERE process_id = :id AND state = 'open' "
        "ORDER BY seat",
        id=case.process,
    )
    return [tuple(row) for row in rows]


def decide_as(case: Case, who: str, role: str, action: str = "approve", why: str | None = None):
    """On the task of one role, of several that wait."""
    task = case.office.rows(
        "SELECT * FROM tasks WHERE process_id = :id AND state = 'open' AND role = :role",
        id=case.process, role=role,
    )[0]  # fmt: skip
    return case.decide_task(who, task.id, action, why, seen=task.subject_hash)


def test_a_table_routes_to_the_date_and_the_date_to_the_next_who_acts(garage: Office):
    case = garage.receive(request("hire", "10.00", days=5))
    assert (case.record.stage, case.record.status) == ("hire", "waiting")
    assert case.record.due_at is not None

    due = garage.receive(request("hire", "10.00"))
    assert due.record.stage == "handover"
    assert open_tasks(due) == [("operations", 1, 1, 1)]


def test_what_nobody_must_approve_is_posted_at_once(garage: Office):
    case = garage.receive(request("purchase", "100.00"))
    case.stands_at("handover")
    assert case.book() == "Dr travel 100.00\nCr bank 100.00"
    case.act("esha", "hand_over")
    assert case.outcome() == "used"


def test_both_seats_of_a_level_approve_before_the_next_is_asked(garage: Office):
    case = garage.receive(request("purchase", "60000.00"))
    assert open_tasks(case) == [("finance_approver", 1, 1, 1), ("treasurer", 1, 1, 2)]

    assert decide_as(case, "esha", "treasurer").verdict == "seats_left"
    with refused("checkers_must_be_distinct"):
        decide_as(case, "esha", "finance_approver")
    assert decide_as(case, "bina", "finance_approver").verdict == "next_level"
    assert open_tasks(case) == [("finance_head", 1, 2, 1)]
    assert decide_as(case, "deepa", "finance_head").verdict == "approved"
    case.stands_at("handover")


def test_one_seat_that_rejects_ends_it_for_all(garage: Office):
    case = garage.receive(request("purchase", "60000.00"))
    decide_as(case, "bina", "finance_approver", "reject", "Too dear")
    assert case.outcome() == "rejected"
    assert open_tasks(case) == []
    states = garage.rows(
        "SELECT state FROM tasks WHERE process_id = :id ORDER BY seat", id=case.process
    )
    assert [row.state for row in states] == ["decided", "withdrawn"]


def test_an_edit_makes_every_seat_check_again(garage: Office):
    case = garage.receive(request("purchase", "60000.00"))
    decide_as(case, "bina", "finance_approver")
    case.act("asha", "dearer", given=request("purchase", "70000.00"))
    assert open_tasks(case) == [("finance_approver", 2, 1, 1), ("treasurer", 2, 1, 2)]

    with refused("field_must_be_editable"):
        case.act("asha", "dearer", given=request("hire", "80000.00"))
    decide_as(case, "bina", "finance_approver")
    decide_as(case, "esha", "treasurer")
    decide_as(case, "deepa", "finance_head")
    case.stands_at("handover")
    assert case.book() == "Dr travel 70000.00\nCr bank 70000.00"


def test_what_is_undone_stands_in_the_book_with_its_mirror(garage: Office):
    case = garage.receive(request("purchase", "100.00"))
    case.stands_at("handover")
    case.act("deepa", "return")
    assert case.outcome() == "reversed"
    assert case.record.status == "compensated"
    assert case.book() == ("Dr travel 100.00\nCr bank 100.00\nCr travel 100.00\nDr bank 100.00")


def test_a_date_that_comes_moves_the_process_on_and_asks(garage: Office):
    before_midnight = """
        UPDATE tenants SET clock_offset =
            (CURRENT_DATE + 2)::timestamp AT TIME ZONE time_zone - now() - interval '4 s'
        WHERE id = current_tenant()
    """
    garage.rows(before_midnight)
    try:
        tomorrow = garage.rows("SELECT business_today() + 1 AS day")[0].day
        case = garage.receive(request("hire", "10.00") | {"wanted_on": tomorrow.isoformat()})
        assert case.record.stage == "hire"
        case.stands_at("handover")
    finally:
        garage.rows("UPDATE tenants SET clock_offset = '0' WHERE id = current_tenant()")
    assert open_tasks(case) == [("operations", 1, 1, 1)]
    assert case.titles()[-1] == "The date has come: Waiting for handover"


def test_whoever_edited_checks_no_more(garage: Office):
    case = garage.receive(request("purchase", "60000.00"), by="asha")
    with garage_role(garage, "bina", "accounts_payable"):
        case.act("bina", "dearer", given=request("purchase", "900.00"))
        assert open_tasks(case) == [("finance_approver", 2, 1, 1)]
        with refused("checker_must_differ_from_maker"):
            decide_as(case, "bina", "finance_approver")


@contextmanager
def garage_role(office: Office, name: str, role: str) -> Iterator[None]:
    """One of the cast with a role more."""
    person = office.tenant.person(name)
    office.rows(
        "INSERT INTO role_grants (tenant_id, person_id, role, granted_at) "
        "VALUES (current_tenant(), :person, :role, now() - interval '1 day')",
        person=person, role=role,
    )  # fmt: skip
    try:
        yield
    finally:
        office.rows(
            "DELETE FROM role_grants WHERE person_id = :person AND role = :role",
            person=person, role=role,
        )  # fmt: skip


def test_while_something_is_undone_nobody_moves_the_process(garage: Office):
    case = garage.receive(request("purchase", "100.00"))
    case.stands_at("handover")
    garage.set_period("locked")
    try:
        case.act("deepa", "return")
        assert case.exception().step == "reverse_entry.cost"
        with refused("action_must_fit_stage"):
            case.act("esha", "hand_over")
    finally:
        garage.set_period("open")
    case.repair("esha", "retry")
    assert case.outcome() == "reversed"
