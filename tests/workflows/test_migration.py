"""A process that waits is moved to another version by two persons, and goes on under its rules."""

import os
from dataclasses import replace
from uuid import uuid4

from activities.migrations import Migrate
from activities.twice import DeliverTwice
from domain.database import transaction
from domain.definitions.catalog import Catalog
from domain.identifiers import new_uuid
from domain.processes import release
from sandbox.tenant import Tenant, open_tenant
from tests.database import ENGINE, Database
from tests.domain.refused import refused
from tests.office import Case, Office, open_office
from tests.sandbox.bank_process import BankProcess
from tests.scenarios import drafted
from tests.scenarios.drafted import PAYMENT
from tests.scenarios.scenario import document
from tests.today import today
from tests.workflows.replaying import replayed


def version(office: Office, source: str) -> str:
    """The hash of a version that esha drafted and deepa approved."""
    draft = drafted.drafted(office.database, office.tenant, office.catalog, source=source)
    hash = drafted.definition("payment", source, office.catalog).hash
    changing = replace(office, type="definition_change")
    case = changing.receive(dict(drafted.change(draft, hash)), by="esha")
    case.decide("deepa")
    case.stands_at("activated")
    return hash


def payment(office: Office) -> Case:
    """A payment of 60,000.00 under what is shipped: two levels."""
    given = document(office.catalog.get("payment")) | {
        "entry_date": today().isoformat(),
        "amount": {"amount": 60_000_00, "currency": "INR"},
    }
    return replace(office, type="payment").receive(given)


def migration(office: Office, case: Case, to: str) -> Case:
    """What esha asks for."""
    asked = {"process": case.id, "definition": to, "reason": "The head has left"}
    return replace(office, type="process_migration").receive(asked, by="esha")


def limit(amount: str) -> str:
    """The payment with another limit of one signature."""
    return PAYMENT.replace("50000.00 INR", f"{amount} INR")


def test_a_waiting_process_goes_on_under_the_other_version(office: Office):
    to = version(office, limit("75000.00"))
    case = payment(office)
    case.decide("nila")
    assert (case.task.role, case.task.levels) == ("finance_head", 2)

    moving = migration(office, case, to)
    with refused("checker_must_differ_from_maker"):
        moving.decide("esha")
    assert case.record.definition_hash != to
    moving.decide("deepa")
    assert moving.outcome() == "moved"

    # Every level checks again, by the rules of the other version.
    assert case.record.definition_hash == to
    assert (case.task.role, case.task.levels, case.task.round) == ("accountant", 1, 2)
    case.decide("nila")
    assert case.outcome() == "final"
    assert case.book() == "Dr vendor_payable 60000.00\nCr bank 60000.00"
    assert f"Moved to the version {to}" in case.titles()

    # Whoever takes the process over replays the move.
    history = office.loop.run(case.handle.fetch_history())
    assert office.loop.run(replayed(history)).replay_failure is None


def test_a_stage_that_means_something_else_parks_the_migration_and_moves_nothing(office: Office):
    fewer = (
        limit("76000.00")
        .replace(", sent_back: correction", "")
        .replace("from: [entry_audit, correction]", "from: [entry_audit]")
    )
    amend = "  amend: {title: Correct the payment"
    source = "\n".join(
        line for line in fewer.split("\n") if not line.startswith((amend, "  correction:"))
    )
    to = version(office, source)
    case = payment(office)
    moving = migration(office, case, to)
    moving.decide("deepa")

    assert moving.exception().cause == "stage_must_mean_the_same"
    assert case.record.definition_hash != to
    moving.repair("deepa", "cancel", "It stays")
    assert moving.outcome() == "cancelled"
    case.decide("nila")
    case.decide("deepa")
    assert case.outcome() == "final"


def test_a_field_that_the_other_version_wants_stops_the_migration(office: Office):
    site = "  site: {type: text, label: Site, required: true}\n"
    wanted = limit("77000.00").replace("  amount: {type", f"{site}  amount: {{type")
    to = version(office, wanted.replace("example:\n", "example:\n  site: Hubballi\n"))
    moving = migration(office, payment(office), to)
    moving.decide("deepa")

    assert moving.exception().cause == "input_must_match_definition"


def test_nothing_moves_a_process_past_what_was_agreed(office: Office):
    to = version(office, limit("78000.00"))
    case = payment(office)
    moving = migration(office, case, to)

    # Nobody approved it yet; there is none; it is about another process.
    for id in (moving.process, new_uuid(), case.process):
        with refused("migration_must_be_agreed"):
            case.send("migrate", Migrate(id, to), dict)
    unknown = own_but_never_agreed(office)
    with refused("version_must_be_known"):
        case.send("migrate", Migrate(moving.process, unknown), dict)
    assert case.record.definition_hash != to


def own_but_never_agreed(office: Office) -> str:
    """A definition that was released, as another tenant's version is, and is none of ours."""
    definition = drafted.definition("payment", limit("78500.00"), office.catalog)
    with transaction(office.database.app, office.tenant.id) as connection:
        release.release(connection, definition)
    return definition.hash


def test_a_process_that_ended_is_not_moved(office: Office):
    to = version(office, limit("79000.00"))
    case = payment(office)
    case.decide("nila")
    case.decide("deepa")
    assert case.outcome() == "final"
    moving = migration(office, case, to)
    moving.decide("deepa")

    assert moving.exception().cause == "process_must_be_open"


def test_a_migration_whose_every_step_is_delivered_twice_moves_once(
    database: Database, bank: BankProcess, definitions: Catalog
):
    tenant = open_tenant(database.admin, Tenant(uuid4()))
    twice = [DeliverTwice()]
    with open_office(
        database, tenant, bank, definitions, address=os.environ[ENGINE], interceptors=twice
    ) as office:
        to = version(office, limit("75000.00"))
        case = payment(office)
        moving = migration(office, case, to)
        moving.decide("deepa")

        assert moving.outcome() == "moved"
        assert case.record.definition_hash == to
        assert [title for title in case.titles() if title.startswith("Moved")] == [
            f"Moved to the version {to}"
        ]
        assert (case.task.levels, case.task.round) == (1, 2)
