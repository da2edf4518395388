"""Leaving out an operation that is parked: by two people, where its definition says so."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from sandbox.tenant import Tenant, open_tenant
from tests.database import ENGINE, Database
from tests.domain.refused import refused
from tests.office import Case, Office, open_office
from tests.sandbox.bank_process import BankProcess
from tests.today import today
from tests.workflows.bulk_scenarios import desk, ordered
from workflows import catalog

CONFIG = Path(__file__).parents[2] / "config"
LAST_MONTH = (today().replace(day=1) - timedelta(days=1)).isoformat()


@pytest.fixture(scope="module")
def gate(
    database: Database, bank: BankProcess, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    """An office whose locking of a month may be left out."""
    home = tmp_path_factory.mktemp("config")
    (home / "processes").mkdir()
    for name in ("roles.yaml", "chart_of_accounts.yaml"):
        (home / name).write_text((CONFIG / name).read_text())
    shipped = (CONFIG / "processes/ledger/period_state.yaml").read_text()
    text = shipped.replace("does: set_period,", "does: set_period, may_skip: true,")
    (home / "processes" / "period_state.yaml").write_text(text)
    as_shipped = shipped.replace("process: period_state", "process: period_unskippable")
    as_shipped = as_shipped.replace("reference_prefix: PER", "reference_prefix: PUN")
    (home / "processes" / "period_unskippable.yaml").write_text(as_shipped)
    bulk = (CONFIG / "processes/operations/bulk_action.yaml").read_text()
    (home / "processes" / "bulk_action.yaml").write_text(bulk)
    tenant = open_tenant(database.admin, Tenant(uuid4()))
    own = catalog.definitions(home / "processes")
    with open_office(database, tenant, bank, own, address=os.environ[ENGINE]) as opened:
        yield replace(opened, type="period_state")


@contextmanager
def locks_in_vain(office: Office, many: int = 1) -> Iterator[list[Case]]:
    """Asked to lock a month whose year was closed in the meantime."""
    asked = {"day": LAST_MONTH, "state": "locked", "reason": "Filed"}
    cases = [office.receive(asked) for _ in range(many)]
    set_state(office, "closed")
    try:
        for case in cases:
            case.decide("bina")
            assert case.exception().cause == "period_must_not_be_closed"
        yield cases
    finally:
        set_state(office, "open")


@contextmanager
def lock_in_vain(office: Office) -> Iterator[Case]:
    """One of them."""
    with locks_in_vain(office) as (case,):
        yield case


def set_state(office: Office, state: str) -> None:
    """As if the year were closed."""
    office.rows(
        "UPDATE periods SET state = :state WHERE :day BETWEEN starts_on AND ends_on",
        state=state, day=LAST_MONTH,
    )  # fmt: skip


def test_two_people_leave_out_a_step_that_may_be_left_out(gate: Office):
    with lock_in_vain(gate) as case:
        waiting = case.propose("esha", "skip", "The year is closed, which locks it")
        with refused("checker_must_differ_from_maker"):
            case.confirm("esha", waiting["hash"])
        case.confirm("deepa", waiting["hash"])
        assert case.outcome() == "done"
    assert case.exceptions() == [("resolved", "skip", 1)]


def test_what_an_operation_works_on_is_not_fixed_after_approval(gate: Office):
    with lock_in_vain(gate) as case:
        changed = {"day": today().isoformat(), "state": "locked", "reason": "Filed"}
        with refused("approval_must_cover_the_fix"):
            case.propose("esha", "fix", "The other month", changed)
        case.repair("deepa", "cancel", "Done already")
        assert case.outcome() == "cancelled"


def test_what_nobody_marked_is_not_left_out(gate: Office):
    with lock_in_vain(replace(gate, type="period_unskippable")) as case:
        with refused("step_must_be_skippable"):
            case.propose("esha", "skip", "The year is closed, which locks it")
        case.repair("deepa", "cancel", "The year is closed")
        assert case.outcome() == "cancelled"


def outcomes(bulk: Case) -> list[tuple[str, str | None]]:
    """What became of each item of bulk work."""
    statement = "SELECT state, code FROM bulk_items WHERE process_id = :id ORDER BY position"
    return [tuple(row) for row in bulk.office.rows(statement, id=bulk.process)]


def test_many_steps_are_left_out_by_two_people_at_once(gate: Office):
    with locks_in_vain(gate, 2) as (first, second):
        parked = [case.exception().id for case in (first, second)]
        eshas = desk(gate, "esha").freeze_parked(parked)
        proposed = ordered(gate, eshas, "skip", "The year is closed", by="esha")
        assert proposed.outcome() == "done"
        assert proposed.titles()[-1] == "Propose to skip: 2 of 2 done"
        assert first.exceptions() == [("open", None, 1)]

        # Neither under what was seen before it was proposed, nor by whoever proposed it.
        unseen = ordered(gate, eshas, "confirm", by="esha")
        assert unseen.outcome() == "done"
        own = ordered(gate, desk(gate, "esha").freeze_parked(parked), "confirm", by="esha")
        assert own.outcome() == "done"
        assert outcomes(own) == [("failed", "checker_must_differ_from_maker")] * 2

        seen = desk(gate, "deepa").freeze_parked(parked)
        confirmed = ordered(gate, seen, "confirm", by="deepa")
        assert confirmed.outcome() == "done"
        assert outcomes(confirmed) == [("done", None)] * 2
        assert [case.outcome() for case in (first, second)] == ["done", "done"]
    assert first.exceptions() == second.exceptions() == [("resolved", "skip", 1)]
