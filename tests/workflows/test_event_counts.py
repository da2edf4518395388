"""Histories stay small: the smallest approval of the kit, and the invoice's own count."""

import os
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest
from temporalio import workflow

from domain.definitions.catalog import Catalog
from sandbox.tenant import Tenant, open_tenant
from tests.database import ENGINE, Database
from tests.office import Office, open_office
from tests.sandbox.bank_process import BankProcess
from tests.workflows.scenarios import SCENARIOS
from workflows import catalog
from workflows.kit.approval import Approvable
from workflows.kit.messages import StartProcess

WORKFLOW_TASK = ["WORKFLOW_TASK_SCHEDULED", "WORKFLOW_TASK_STARTED", "WORKFLOW_TASK_COMPLETED"]
ACTIVITY = ["ACTIVITY_TASK_SCHEDULED", "ACTIVITY_TASK_STARTED", "ACTIVITY_TASK_COMPLETED"]


@workflow.defn
class Smallest(Approvable):
    """Received, decided, done."""

    @workflow.init
    def __init__(self, start: StartProcess) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: StartProcess) -> str:
        """The kit's approval and nothing else."""
        await self.opened()
        await self.waited()
        return self.stage


@pytest.fixture
def smallest(
    database: Database,
    bank: BankProcess,
    definitions: Catalog,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Office]:
    """An office whose only process is the smallest: no reminder, one level."""
    monkeypatch.setitem(catalog.PROCESSES, "Smallest", Smallest)
    shipped = definitions.get("invoice_approval")
    by_amount = shipped.approvals["by_amount"]
    silent = by_amount.model_copy(update={"remind_every": None, "deadline": None})
    changes = {"workflow": "Smallest", "approvals": {"by_amount": silent}}
    definition = shipped.model_copy(update=changes)
    own = Catalog({"invoice_approval": definition}, definitions.roles, definitions.accounts)
    tenant = open_tenant(database.admin, Tenant(uuid4()))
    with open_office(database, tenant, bank, own, address=os.environ[ENGINE]) as opened:
        yield opened


def test_the_smallest_approval_is_23_events(smallest: Office):
    case = smallest.receive()
    case.decide("bina")

    assert case.outcome() == "posting"
    # The receipt's own update adds two to these, where it is asked for with the start.
    events = [name for name in case.event_types() if name not in RECEIPT]
    assert case.event_types().count("WORKFLOW_EXECUTION_UPDATE_ACCEPTED") == 2
    assert len(case.event_types()) == 23 + 2
    assert [name for name in EXPECTED if name not in RECEIPT] == events


RECEIPT = ("WORKFLOW_EXECUTION_UPDATE_ACCEPTED", "WORKFLOW_EXECUTION_UPDATE_COMPLETED")
EXPECTED = [
    "WORKFLOW_EXECUTION_STARTED",
    *WORKFLOW_TASK,
    *ACTIVITY,
    *WORKFLOW_TASK,
    "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES",
    *WORKFLOW_TASK,
    "WORKFLOW_EXECUTION_UPDATE_ACCEPTED",
    *ACTIVITY,
    *WORKFLOW_TASK,
    "WORKFLOW_EXECUTION_UPDATE_COMPLETED",
    "WORKFLOW_EXECUTION_COMPLETED",
]


def test_an_invoice_that_is_due_keeps_its_count(office: Office):
    play, _ = SCENARIOS["paid_when_due"]
    case = play(office)
    case.outcome()

    assert len(case.event_types()) == 46


def test_an_invoice_that_waits_for_its_date_keeps_its_count(office: Office):
    case = office.receive()
    case.decide("bina")
    # An instruction that comes before the timer stands would share a workflow task, and save three.
    while case.event_types().count("TIMER_STARTED") < 2:
        time.sleep(0.05)
    case.act("esha", "pay_now")
    case.outcome()

    assert len(case.event_types()) == 60
