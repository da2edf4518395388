"""What leaves a process where it stands: signed by the API, done once, under the rights of now."""

from dataclasses import replace

from sqlalchemy import text

from domain.approvals import tending
from domain.approvals.tending import Tended, Wish
from domain.identifiers import TASK, written
from sandbox.tenant import as_owner
from tests.domain.refused import refused
from tests.office import Office
from workflows.kit.messages import Tend


def test_what_the_api_did_not_sign_is_refused_without_a_trace(office: Office):
    case = office.receive()
    before = len(case.event_types())
    wish = Wish("claim", case.task.id)
    subject = written(TASK, case.task.id)
    other = Wish("claim", case.task.id, words="Something else")
    signed = office.signed("bina", "claim", subject, tending.content(other))

    with refused("actor_must_be_signed"):
        case.send("tend", Tend(case.call(), wish, signed), Tended)
    assert "WORKFLOW_EXECUTION_UPDATE_ACCEPTED" not in case.event_types()[before:]
    assert case.task.claimed_by is None


def test_rights_are_those_of_now(office: Office):
    case = office.receive()
    tenant = office.tenant
    revoke = text("UPDATE role_grants SET revoked_at = :at WHERE person_id = :p AND role = :role")
    values = {"p": tenant.person("bina"), "role": "finance_approver"}
    with as_owner(office.database.admin, tenant.id) as connection:
        now = connection.scalar(text("SELECT now()"))
        connection.execute(revoke, {**values, "at": now})
    try:
        with refused("role_must_allow_action"):
            case.tend("bina", "claim")
    finally:
        with as_owner(office.database.admin, tenant.id) as connection:
            connection.execute(revoke, {**values, "at": None})
    case.tend("bina", "claim")


def test_a_task_of_another_process_is_not_tended_here(office: Office):
    case, other = office.receive(), office.receive()
    wish = Wish("claim", other.task.id)
    subject = written(TASK, other.task.id)
    instruction = office.signed("bina", "claim", subject, tending.content(wish))

    with refused("task_must_exist"):
        case.send("tend", Tend(case.call(), wish, instruction), Tended)
    assert other.task.claimed_by is None


def test_a_process_that_is_tended_stays_where_it_is(office: Office):
    case = office.receive()
    stood = case.record
    case.tend("bina", "comment", words="Which cost centre?")
    case.tend("bina", "claim")
    case.tend("bina", "snooze", until="2126-01-01T10:00:00+05:30")

    assert case.record.stage == stood.stage
    assert case.record.sequence == stood.sequence
    case.decide("bina")
    assert replace(case).stands_at("awaiting_due_date")
