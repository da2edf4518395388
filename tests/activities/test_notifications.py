"""Who is told what happens in a process: once per cause, in words of her language, and no more."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from domain.identifiers import TASK, written
from sandbox.tenant import Tenant, open_tenant
from tests.invoices import large_invoice
from tests.notifications import PowerFailed, Telling
from tests.office import Office
from workflows.notifications import TellPeople

AGAIN = "DELETE FROM notification_places"


def test_whoever_may_approve_is_told_of_a_task_and_its_maker_is_not(
    office: Office, telling: Telling
):
    case = office.receive()
    telling.tell()

    assert telling.of(case) == [("bina", "task_opened")]
    (row,) = telling.rows(case)
    assert row.subject == f"Vendor invoice approval {case.opened.reference} waits for you"
    assert "₹29,500.00, from Asha Rao." in row.body
    assert row.body.endswith(f"https://kontor.example/v1/tasks/{written(TASK, case.task.id)}")


def test_each_level_is_told_when_it_is_its_turn(office: Office, telling: Telling):
    case = office.receive(large_invoice())
    telling.tell()
    case.decide("bina")
    telling.tell()
    assert telling.of(case) == [("bina", "task_opened"), ("deepa", "task_opened")]

    case.decide("deepa", "reject", "Not ours")
    telling.tell()
    assert telling.of(case)[2:] == [("asha", "rejected")]
    assert "Reason: Not ours" in telling.rows(case)[-1].body


def test_what_is_sent_back_is_told_once_with_the_reason(office: Office, telling: Telling):
    case = office.receive()
    case.decide("bina", "send_back", "The description says nothing")
    telling.tell()

    assert telling.of(case) == [("asha", "sent_back")]
    assert "The description says nothing" in telling.rows(case)[0].body


def test_a_parked_step_is_told_to_those_who_repair(office: Office, telling: Telling):
    case = office.receive()
    office.set_period("locked")
    try:
        case.decide("bina")
        case.exception()
    finally:
        office.set_period("open")
    telling.tell()

    told = telling.of(case)
    assert ("asha", "approved") in told
    assert ("esha", "exception_opened") in told
    rows = [row for row in telling.rows(case) if row.name == "exception_opened"]
    assert all("is locked" in row.body for row in rows)
    assert "asha" not in {who for who, name in told if name == "exception_opened"}


@pytest.mark.parametrize("point", ["before-tx", "in-tx", "after-commit-before-return"])
def test_a_teller_that_dies_leaves_one_message(office: Office, telling: Telling, point: str):
    case = office.receive()
    with pytest.raises(PowerFailed):
        telling.dying(f"tell/{point}").tell()
    telling.tell()

    assert telling.of(case) == [("bina", "task_opened")]


def test_events_that_are_read_twice_tell_once(office: Office, telling: Telling):
    case = office.receive()
    telling.tell()
    office.rows(AGAIN)
    telling.tell()

    assert telling.of(case) == [("bina", "task_opened")]


def test_many_tellers_at_once_tell_once(office: Office, telling: Telling):
    cases = [office.receive() for _ in range(3)]
    with ThreadPoolExecutor(4) as tellers:
        list(tellers.map(lambda _: telling.tell(), range(4)))
    telling.tell()

    assert [telling.of(case) for case in cases] == [[("bina", "task_opened")]] * 3


def test_one_that_was_decided_before_it_was_told_asks_nobody(office: Office, telling: Telling):
    case = office.receive()
    case.act("asha", "cancel", "Entered twice")
    telling.tell()

    assert telling.of(case) == []


def test_a_person_is_told_in_her_language(office: Office, telling: Telling):
    case = office.receive()
    telling.contact("bina", case, language="hi")
    telling.tell()
    telling.contact("bina", case, language="en")

    (row,) = telling.rows(case)
    assert row.language == "hi"
    assert row.subject == f"Vendor invoice approval {case.opened.reference} आपके पास लंबित है"


def test_another_tenant_has_none_of_it(office: Office, telling: Telling):
    case = office.receive()
    telling.tell()
    assert telling.of(case)
    other = open_tenant(office.database.admin, Tenant(uuid4()))
    telling.turns.tell(other.id)

    own, office.tenant = office.tenant, other
    try:
        assert office.rows("SELECT 1 FROM notifications") == []
    finally:
        office.tenant = own


def test_what_cannot_be_worded_is_shown_as_failed_and_the_rest_is_told(
    office: Office, telling: Telling
):
    broken, whole = office.receive(), office.receive()
    office.rows(
        "UPDATE documents SET content = content || jsonb_build_object('cgst', "
        "jsonb_build_object('amount', 'no', 'currency', 'INR')) WHERE process_id = :id",
        id=broken.process,
    )
    telling.tell()

    assert telling.of(whole) == [("bina", "task_opened")]
    (row,) = telling.rows(broken, "email")
    assert (row.state, row.person_id) == ("failed", None)
    assert "ValueError" in row.problem


def test_the_worker_tells_by_itself_and_no_process_waits_for_it(office: Office, telling: Telling):
    case = office.receive()
    office.loop.run(
        office.temporal.execute_workflow(
            TellPeople.run, args=[2.0, 1], id=f"tell-{uuid4()}", task_queue=office.task_queue
        )
    )
    assert telling.of(case) == [("bina", "task_opened")]
