"""What the record shows already counts, however late the process itself is told of it."""

import asyncio
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.worker import ExecuteActivityInput

from domain.definitions.catalog import Catalog
from domain.identifiers import new_uuid
from domain.refusal import Refusal
from tests.around import Around, Call
from tests.conftest import ENGINE
from tests.database import Database
from tests.domain.refused import refused
from tests.invoices import invoice
from tests.office import PATIENCE, Case, Office, open_office
from tests.sandbox.bank_process import BankProcess
from tests.today import today
from tests.workflows.test_families import approved
from workflows.kit import approval, process
from workflows.kit.process import Process

A_MOMENT = timedelta(seconds=0.2)
MOMENTS = 5
LEAD = {"name": "Meera Nair", "contact": "meera@nair-textiles.example", "source": "event"}


class LateAnswer(Around):
    """Does what it is asked at once, and says so only when `told` is set: as when a worker dies."""

    def __init__(self) -> None:
        self.told = threading.Event()
        self.of = "open_process"

    async def carry_out(self, call: Call, input: ExecuteActivityInput) -> Any:
        """The answer, late."""
        answer = await call(input)
        if input.fn.__name__ == self.of:
            await asyncio.to_thread(self.told.wait, 8)
        return answer


@pytest.fixture
def late(
    database: Database,
    bank: BankProcess,
    definitions: Catalog,
    office: Office,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[tuple[Office, LateAnswer]]:
    """An office in which a process hears late of what was done."""
    for module in (process, approval):
        monkeypatch.setattr(module, "CATCH_UP", A_MOMENT)
    interceptor = LateAnswer()
    with open_office(
        database, office.tenant, bank, definitions, address=os.environ[ENGINE],
        interceptors=[interceptor],
    ) as opened:  # fmt: skip
        yield opened, interceptor


def seen(office: Office, pool: ThreadPoolExecutor) -> Case:
    """A case whose task stands in the record, while the process knows of none."""
    id = new_uuid()
    pool.submit(office.receive, process=id)
    while not (rows := office.rows("SELECT * FROM tasks WHERE process_id = :id", id=id)):
        time.sleep(0.02)
    (row,) = office.rows("SELECT workflow_id FROM processes WHERE id = :id", id=rows[0].process_id)
    handle = office.temporal.get_workflow_handle(row.workflow_id)
    return Case(office, id, handle, None)  # type: ignore[arg-type]


def test_a_task_that_is_seen_can_be_decided_before_the_process_knows_of_it(late):
    office, answer = late
    with ThreadPoolExecutor() as pool:
        case = seen(office, pool)
        deciding = pool.submit(case.decide, "bina")
        time.sleep(MOMENTS * A_MOMENT.total_seconds())
        assert not deciding.done()
        answer.told.set()
        assert deciding.result().verdict == "approved"


def test_an_action_that_is_offered_can_be_taken_before_the_process_knows_of_it(late):
    office, answer = late
    with ThreadPoolExecutor() as pool:
        case = seen(office, pool)
        acting = pool.submit(case.act, "asha", "cancel", "Entered twice")
        time.sleep(MOMENTS * A_MOMENT.total_seconds())
        assert not acting.done()
        answer.told.set()
        acting.result()
    case.stands_at("cancelled")


def test_an_action_that_a_decision_made_possible_is_taken_after_it(late):
    office, answer = late
    answer.of = "decide_task"
    given = invoice()
    case = office.receive(given)
    with ThreadPoolExecutor() as pool:
        deciding = pool.submit(case.decide, "bina", "send_back", "Whose is it?")
        case.stands_at("correction")
        acting = pool.submit(case.amend, "asha", given | {"invoice_number": f"{case.id[-8:]}/A"})
        time.sleep(MOMENTS * A_MOMENT.total_seconds())
        assert not acting.done()
        answer.told.set()
        assert deciding.result().verdict == "sent_back"
        acting.result()
    case.stands_at("approval")


def test_of_two_actions_at_a_stage_with_a_date_the_second_is_taken_after_the_first(late):
    office, answer = late
    answer.of = "take_action"
    answer.told.set()
    in_a_week, later = (str(today() + timedelta(days=days)) for days in (7, 8))
    lead = replace(office, type="crm_lead").receive(LEAD | {"next_follow_up": in_a_week})
    lead.act("asha", "contacted", given=lead.document)
    lead.stands_at("contacted")
    answer.told.clear()
    with ThreadPoolExecutor() as pool:
        noting = pool.submit(
            lead.act, "asha", "contacted", given=lead.document | {"next_follow_up": later}
        )
        while lead.document["next_follow_up"] != later:
            time.sleep(0.02)
        setting_aside = pool.submit(lead.act, "deepa", "disqualify", "A competitor of ours")
        time.sleep(MOMENTS * A_MOMENT.total_seconds())
        answer.told.set()
        noting.result(PATIENCE)
        setting_aside.result(PATIENCE)
    assert lead.outcome() == "unqualified"


def test_one_that_was_just_decided_on_is_withdrawn_with_its_list(late):
    office, answer = late
    answer.of = "decide_task"
    answer.told.set()
    run = approved(office)
    child = run.child("payments", 2)
    answer.told.clear()
    with ThreadPoolExecutor() as pool:
        deciding = pool.submit(child.decide, "nila", "send_back", "Which transfer?")
        child.stands_at("correction")
        run.act("deepa", "cancel", "The bank is on strike")
        time.sleep(MOMENTS * A_MOMENT.total_seconds())
        answer.told.set()
        assert deciding.result().verdict == "sent_back"
    assert run.outcome() == "cancelled"


def test_a_task_that_nobody_will_ever_bring_is_refused(late):
    office, answer = late
    answer.told.set()
    case = office.receive()
    with refused("task_must_be_open"):
        case.decide_task("bina", new_uuid(), "approve", None, seen=case.task.subject_hash)


def test_what_comes_at_the_moment_the_time_is_over_is_not_refused(monkeypatch):
    idle, come = SimpleNamespace(under_way=0), []
    refusal = Refusal("task_must_be_open", "It is no longer waiting.")

    def waiting(brings: Sequence[str]) -> Any:
        async def until(arrived: Callable[[], bool], *, timeout: timedelta) -> None:
            come.extend(brings)
            raise TimeoutError

        return SimpleNamespace(wait_condition=until)

    def catch_up() -> None:
        asyncio.run(Process.caught_up(cast(Process, idle), lambda: bool(come), refusal))

    monkeypatch.setattr(process, "workflow", waiting([]))
    with pytest.raises(ApplicationError, match="no longer waiting"):
        catch_up()
    monkeypatch.setattr(process, "workflow", waiting(["task"]))
    catch_up()
