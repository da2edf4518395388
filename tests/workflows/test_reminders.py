"""Checkers are reminded, and at the deadline somebody else is asked as well."""

import os
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest

from domain.definitions.catalog import Catalog
from sandbox.tenant import Tenant, open_tenant
from tests.database import ENGINE, Database
from tests.notifications import Telling
from tests.office import Case, Office, open_office
from tests.sandbox.bank_process import BankProcess


@pytest.fixture
def hasty(database: Database, bank: BankProcess, definitions: Catalog) -> Iterator[Office]:
    """An office whose checkers are reminded every second and have two."""
    shipped = definitions.get("invoice_approval")
    by_amount = shipped.approvals["by_amount"]
    soon = by_amount.model_copy(update={"remind_every": "1s", "deadline": "2s"})
    correction = shipped.stages["correction"].model_copy(update={"remind_every": "1s"})
    stages = shipped.stages | {"correction": correction}
    definition = shipped.model_copy(update={"approvals": {"by_amount": soon}, "stages": stages})
    own = Catalog(
        {"invoice_approval": definition}, definitions.roles, definitions.accounts,
        templates=definitions.templates,
    )  # fmt: skip
    tenant = open_tenant(database.admin, Tenant(uuid4()))
    with open_office(database, tenant, bank, own, address=os.environ[ENGINE]) as opened:
        yield opened


def reminded(case: Case, times: int) -> None:
    deadline = time.monotonic() + 20
    while case.task.reminders < times:
        assert time.monotonic() < deadline, f"reminded {case.task.reminders} times"
        time.sleep(0.1)


def test_a_checker_who_waits_is_reminded_and_then_another_is_asked(hasty: Office):
    telling = Telling(hasty)
    case = hasty.receive()
    telling.tell()
    reminded(case, 1)

    reminded(case, 2)
    assert case.task.escalated_to == "finance_head"
    telling.tell()
    assert ("bina", "task_reminded") in telling.of(case)
    assert ("deepa", "task_escalated") in telling.of(case)
    assert ("deepa", "task_opened") not in telling.of(case)
    assert case.decide("deepa").verdict == "approved"
    assert "Escalated to finance_head" in case.titles()


def test_a_correction_that_waits_is_not_escalated(hasty: Office):
    case = hasty.receive()
    case.decide("bina", "send_back", "Wrong")
    reminded(case, 3)

    assert case.task.kind == "correction"
    assert case.task.escalated_to is None
    case.act("asha", "cancel", "Never mind")
