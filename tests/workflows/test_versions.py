"""Definitions that came into being after a worker began: it finds them by their hash, and heals."""

import threading
import time
from dataclasses import replace

import pytest
from sqlalchemy import text

from domain import identifiers
from domain.database import transaction
from domain.definitions.catalog import Catalog, DefinitionUnknown
from domain.definitions.model import Definition
from domain.processes import release
from tests.office import Case, Office
from tests.scenarios import drafted
from tests.scenarios.scenario import document
from tests.today import today


def own(catalog: Catalog, limit: str) -> Definition:
    """The payment with another limit."""
    source = drafted.PAYMENT.replace("50000.00 INR", f"{limit} INR")
    return drafted.definition("payment", source, catalog)


def knowing(office: Office, definition: Definition) -> Office:
    """The cast with a catalogue of their own, of which the worker knows nothing."""
    return replace(office, catalog=office.catalog.overlaid([definition]), type="payment")


def released(office: Office, definition: Definition) -> None:
    """What an activation leaves behind."""
    with transaction(office.database.app, office.tenant.id) as connection:
        release.release(connection, definition)


def given(office: Office) -> dict:
    """A payment of today, of 60,000.00."""
    return document(office.catalog.get("payment")) | {
        "entry_date": today().isoformat(),
        "amount": {"amount": 60_000_00, "currency": "INR"},
    }


def test_a_worker_that_never_saw_a_version_picks_it_up_by_its_hash(office: Office):
    definition = own(office.catalog, "75000.00")
    assert definition.hash not in office.catalog.hashes
    released(office, definition)

    began = time.monotonic()
    case = knowing(office, definition).receive(given(office))

    # No task of the workflow failed on the way: the engine would have waited ten seconds.
    assert time.monotonic() - began < 8
    assert "WORKFLOW_TASK_FAILED" not in case.event_types()
    assert case.record.definition_hash == definition.hash
    assert case.task.levels == 1
    case.decide("nila")
    assert case.outcome() == "final"


def test_a_process_whose_version_is_nowhere_heals_when_it_is_there(office: Office):
    definition = own(office.catalog, "80000.00")
    late = threading.Timer(2, released, (office, definition))
    late.start()
    case = knowing(office, definition).receive(given(office))
    late.join()

    assert case.record.definition_hash == definition.hash
    assert case.task.levels == 1


def test_two_versions_of_one_type_run_side_by_side(office: Office):
    definition = own(office.catalog, "90000.00")
    released(office, definition)
    shipped = replace(office, type="payment").receive(given(office))
    case = knowing(office, definition).receive(given(office))

    assert (shipped.task.levels, case.task.levels) == (2, 1)
    case.decide("nila")
    shipped.decide("nila")
    shipped.decide("deepa")
    assert (shipped.outcome(), case.outcome()) == ("final", "final")


def test_a_hash_that_nobody_released_stays_a_fault(office: Office):
    with pytest.raises(DefinitionUnknown):
        office.catalog.by_hash("cfg_00000000000000000000000000")


def test_what_a_hash_means_is_asked_for_once(definitions: Catalog):
    found = own(definitions, "70000.00")
    asked: list[str] = []

    def finding(wanted: str) -> Definition:
        asked.append(wanted)
        return found

    known = definitions.with_released((), finding)
    assert known.by_hash(found.hash) is known.by_hash(found.hash) is found
    assert asked == [found.hash]


def test_a_database_that_does_not_answer_is_a_fault_within_the_time_of_a_task(
    definitions: Catalog, monkeypatch: pytest.MonkeyPatch
):
    class Hanging:
        """An engine whose connections never come."""

        def begin(self) -> None:
            time.sleep(5)

    monkeypatch.setattr(release, "PATIENCE_SECONDS", 0.2)
    known = definitions.with_released((), release.released_since(Hanging()))  # type: ignore[arg-type]
    began = time.monotonic()
    with pytest.raises(DefinitionUnknown):
        known.by_hash("cfg_00000000000000000000000000")
    assert time.monotonic() - began < 2


def change(office: Office, draft: str, definition: Definition, *, by: str = "esha") -> Case:
    """What somebody asks for."""
    asked = drafted.change(draft, definition.hash)
    return replace(office, type="definition_change").receive(dict(asked), by=by)


def granted(office: Office, name: str, role: str) -> None:
    """One of the cast gets another role."""
    office.rows(
        "INSERT INTO role_grants (tenant_id, person_id, role) VALUES (:tenant, :person, :role) "
        "ON CONFLICT DO NOTHING RETURNING 1",
        tenant=office.tenant.id, person=office.tenant.person(name), role=role,
    )  # fmt: skip


def test_who_drafted_does_not_approve_what_another_submitted(office: Office):
    """Esha has bina submit her draft, and holds the role of who approves."""
    granted(office, "bina", "operations")
    granted(office, "esha", "finance_head")
    source = drafted.PAYMENT.replace("50000.00 INR", "91000.00 INR")
    draft = drafted.drafted(office.database, office.tenant, office.catalog, source=source)
    case = change(office, draft, own(office.catalog, "91000.00"), by="bina")
    case.decide("esha")

    assert case.exception().cause == "draft_must_be_submitted_by_its_maker"
    assert office.rows("SELECT 1 FROM definition_versions WHERE type = 'payment'") == []


def test_a_draft_that_changed_since_it_was_approved_comes_into_no_force(office: Office):
    definition = own(office.catalog, "92000.00")
    source = drafted.PAYMENT.replace("50000.00 INR", "92000.00 INR")
    draft = drafted.drafted(office.database, office.tenant, office.catalog, source=source)
    case = change(office, draft, definition)
    with transaction(office.database.edge, office.tenant.id) as connection:
        connection.execute(
            text("UPDATE definition_drafts SET source = replace(source, '92000', '99000') "
                 "WHERE id = :id"), {"id": identifiers.read("drf", draft)},
        )  # fmt: skip
    case.decide("deepa")

    assert case.exception().cause == "draft_must_be_as_it_was_seen"
    assert office.rows("SELECT 1 FROM definition_versions WHERE type = 'payment'") == []
