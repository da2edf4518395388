"""A process that starts others: all or none, whom they concern, what is lost, forged, withdrawn."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from temporalio.client import WorkflowFailureError

from activities.desk import Instruction
from domain.identifiers import new_uuid
from domain.processes import parting
from tests.domain.refused import refused
from tests.invoices import rupees
from tests.office import Case, Office
from tests.today import today
from workflows.instructions import queue_of
from workflows.kit import family
from workflows.kit.messages import StartProcess, Withdraw

AUDIT = {"vendor": "V-001", "paid_for": "Audit", "amount": rupees("29500.00")}
LICENCES = {"vendor": "V-002", "paid_for": "Licences", "amount": rupees("11800.00")}


def listed(office: Office, *payments: dict[str, Any], by: str = "asha") -> Case:
    """A list of payments that waits for its approval."""
    given = {
        "entry_date": today().isoformat(), "money_account": "bank", "method": "bank_transfer",
        "purpose": "Vendors", "payments": list(payments or (AUDIT, LICENCES)),
    }  # fmt: skip
    return replace(office, type="payment_run").receive(given, by=by)


def approved(office: Office, *payments: dict[str, Any]) -> Case:
    """The same, approved."""
    case = listed(office, *payments)
    case.decide("deepa")
    return case


def started(case: Case) -> list[Any]:
    statement = "SELECT * FROM processes WHERE parent_id = :id ORDER BY child_item, child_attempt"
    return list(case.office.rows(statement, id=case.process))


def test_when_one_is_refused_none_is_started_until_two_people_mend_the_list(office: Office):
    case = approved(office, AUDIT, LICENCES | {"vendor": "V-009"})
    parked = case.exception()

    assert parked.cause == "party_must_be_active"
    assert parked.message.startswith("payments, row 2: ")
    assert started(case) == []
    with refused("step_must_be_skippable"):
        case.propose("esha", "skip", "They can wait")


def test_a_vendor_who_is_active_again_is_paid_with_the_others(office: Office):
    case = approved(office, AUDIT, LICENCES | {"vendor": "V-009"})
    case.exception()
    office.rows("UPDATE parties SET active = true WHERE code = 'V-009'")
    try:
        case.repair("esha", "retry")
        case.child("payments", 2)
    finally:
        office.rows("UPDATE parties SET active = false WHERE code = 'V-009'")
    assert [row.child_attempt for row in started(case)] == [1, 1]


def test_a_list_that_starts_nothing_can_be_given_up(office: Office):
    case = approved(office, AUDIT | {"vendor": "V-009"})
    case.exception()
    case.repair("deepa", "cancel", "The vendor is gone")

    assert case.outcome() == "cancelled"


def test_whoever_changed_the_list_checks_none_of_its_payments(office: Office):
    """Nila audits payments, and lists them too for once."""
    case = listed(office)
    nila = office.tenant.person("nila")
    office.rows(
        "UPDATE processes SET makers = makers || :nila WHERE id = :id", nila=nila, id=case.process
    )
    case.decide("deepa")

    child = case.child("payments", 1)
    assert {office.tenant.person("asha"), nila} == set(child.record.makers)
    with refused("checker_must_differ_from_maker"):
        child.decide("nila")


def test_the_maker_may_start_them_by_the_rights_she_has_then(office: Office):
    case = listed(office)
    with without_role(office, "asha", "accounts_payable"):
        case.decide("deepa")
        assert case.exception().cause == "role_must_allow_action"
    case.repair("esha", "retry")
    case.child("payments", 2)


@contextmanager
def without_role(office: Office, who: str, role: str) -> Iterator[None]:
    """As long as this lasts she does not hold the role."""
    person = {"person": office.tenant.person(who), "role": role}
    office.rows("DELETE FROM role_grants WHERE person_id = :person AND role = :role", **person)
    try:
        yield
    finally:
        office.rows(
            "INSERT INTO role_grants (tenant_id, person_id, role)"
            " SELECT tenant_id, id, :role FROM persons WHERE id = :person",
            **person,
        )


def test_a_start_past_the_api_that_names_a_parent_is_refused(office: Office):
    case = listed(office)
    definition = office.catalog.get("payment")
    start = StartProcess(
        office.tenant.id, new_uuid(), office.tenant.company, definition.hash, {},
        Instruction(office.tenant.user("asha"), ""), "", parent=case.process,
    )  # fmt: skip

    async def forged() -> None:
        await office.temporal.execute_workflow(
            "payment", start, id=f"forged-{start.process}",
            task_queue=queue_of(definition, office.task_queue),
        )  # fmt: skip

    with pytest.raises(WorkflowFailureError) as failed:
        office.loop.run(forged())
    assert failed.value.cause.cause.type == "child_must_be_opened_by_its_parent"
    assert office.rows("SELECT 1 FROM processes WHERE id = :id", id=start.process) == []


def test_a_child_that_nobody_led_away_is_not_withdrawn(office: Office):
    child = approved(office).child("payments", 1)

    with refused("child_must_be_withdrawn_by_its_parent"):
        child.send("withdraw", Withdraw("somebody"), parting.Withdrawn)
    child.stands_at("entry_audit")


def test_a_signal_that_is_lost_is_made_up_for(office: Office, monkeypatch: pytest.MonkeyPatch):
    async def to_nobody(*_: object) -> None:
        """The signal, lost."""

    monkeypatch.setattr("workflows.roads.Roads.tell_ended", to_nobody)
    monkeypatch.setattr(family, "FIRST_LOOK", family.FIRST_LOOK / 60)
    case = approved(office, AUDIT)
    case.child("payments").decide("nila")

    assert case.outcome() == "paid"


def test_a_signal_that_lies_ends_nothing(office: Office):
    case = approved(office, AUDIT)
    child = case.child("payments")
    office.loop.run(case.handle.signal("child_ended", child.process))

    child.decide("nila")
    assert case.outcome() == "paid"
    assert case.titles()[-1].endswith("1 of 1 completed")


def test_one_that_stands_still_keeps_the_list_from_being_cancelled(office: Office):
    case = approved(office)
    first, second = case.child("payments", 1), case.child("payments", 2)
    office.set_period("locked")
    try:
        first.decide("nila")
        first.exception()
        case.act("deepa", "cancel", "The bank is on strike")
        second.stands_at("cancelled")
    finally:
        office.set_period("open")
    first.repair("esha", "retry")

    first.stands_at("final")
    case.stands_at("unpaid")
    assert case.record.reason == f"Not completed: {second.opened.reference}."


def test_the_withdrawn_say_with_whom_and_why(office: Office):
    case = approved(office)
    case.act("deepa", "cancel", "The bank is on strike")

    assert case.outcome() == "cancelled"
    reason = f"Withdrawn with {case.opened.reference} by Deepa Menon: The bank is on strike"
    assert [(row.stage, row.reason) for row in started(case)] == [("cancelled", reason)] * 2
    assert case.record.reason == "The bank is on strike"


def test_what_was_paid_is_not_said_to_be_something_else(office: Office):
    case = approved(office)
    case.child("payments", 1).decide("nila")
    case.child("payments", 2).decide("nila", "reject", "Too much")
    case.stands_at("unpaid")
    changed = case.document | {"payments": [AUDIT | {"amount": rupees("1.00")}, LICENCES]}
    case.act("asha", "change", given=changed)
    case.decide("deepa")

    assert case.exception().cause == "child_must_be_as_started"
    with refused("children_must_be_undone"):
        case.repair("deepa", "cancel", "All wrong")


def at_branch(case: Case, branch: str) -> Case:
    """The list, as one of a type that is of a branch."""
    statement = "UPDATE processes SET branch = :branch WHERE id = :id"
    case.office.rows(statement, branch=branch, id=case.process)
    return case


def test_what_names_no_branch_is_of_the_branch_of_its_list(office: Office):
    case = at_branch(listed(office), "HBL")
    case.decide("deepa")
    case.child("payments", 2)

    assert [row.branch for row in started(case)] == ["HBL", "HBL"]


def test_a_maker_who_has_her_role_elsewhere_starts_none_at_that_branch(office: Office):
    case = at_branch(listed(office), "HBL")
    with only_at(office, "asha", "accounts_payable", "BLR"):
        case.decide("deepa")
        parked = case.exception()
    assert parked.cause == "role_must_cover_branch"
    assert started(case) == []
    case.repair("esha", "retry")
    case.child("payments", 2)


@contextmanager
def only_at(office: Office, who: str, role: str, branch: str) -> Iterator[None]:
    """As long as this lasts she holds the role at that branch alone."""
    person = {"person": office.tenant.person(who), "role": role}
    statement = "UPDATE role_grants SET branch = :branch WHERE person_id = :person AND role = :role"
    office.rows(statement, branch=branch, **person)
    try:
        yield
    finally:
        office.rows(statement, branch=None, **person)
