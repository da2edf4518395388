"""Several of everything: two doors and two workers act as one, old and new code side by side."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from temporalio.client import Client
from temporalio.service import RPCError

from domain.identifiers import TASK, written
from local.members import API, WORKER
from local.ports import Ports
from tests import unencrypted
from tests.chaos.customer import Customer
from tests.chaos.errand import Errand
from tests.chaos.newer import NEXT, Newer
from tests.chaos.outcomes import OUTCOMES, all_of
from tests.chaos.test_kills import IN_MOTION
from tests.chaos.world import World, world
from workflows import catalog, worker
from workflows.invoice_approval import InvoiceApproval
from workflows.kit import release
from workflows.worker import Workers

SECOND = "worker-2"
QUEUE = "two-versions"


@dataclass(frozen=True)
class Doors:
    """Two APIs. Each call goes to both at once, under the same key, as an impatient client does."""

    first: httpx2.AsyncClient
    second: httpx2.AsyncClient

    async def post(self, url: str, **call: Any) -> httpx2.Response:
        """The answer of the door that carried it out; the other one must agree."""
        answers = await asyncio.gather(*(door.post(url, **call) for door in self.both))
        done = [answer for answer in answers if answer.is_success]
        assert len({answer.text for answer in done}) <= 1, [answer.text for answer in done]
        assert len({answer.json()["id"] for answer in done}) <= 1
        return (done or answers)[0]

    @property
    def both(self) -> tuple[httpx2.AsyncClient, httpx2.AsyncClient]:
        """In turn."""
        return self.first, self.second


@asynccontextmanager
async def second_door(made: World) -> AsyncIterator[httpx2.AsyncClient]:
    """Another API on the same servers, with a port of its own."""
    url = f"http://127.0.0.1:{Ports.free().api}"
    environment = {**os.environ, **made.stack.environment, "KONTOR_API_URL": url}
    process = subprocess.Popen([sys.executable, "-m", "api.app"], env=environment)
    async with unencrypted.waiting_client(url, timeout=30) as door:
        try:
            await answers(door)
            yield door
        finally:
            process.terminate()
            process.wait(20)


async def answers(door: httpx2.AsyncClient) -> None:
    """Wait until it serves."""
    for _ in range(600):
        try:
            if (await door.get("/health/live")).is_success:
                return
        except httpx2.TransportError:
            await asyncio.sleep(0.1)
    raise AssertionError("the second API does not answer")


@pytest.fixture
def made() -> Iterator[World]:
    with world((*World.SERVERS, WORKER, API)) as made:
        yield made


def test_two_doors_and_two_workers_behave_as_one(made: World) -> None:
    async def run() -> None:
        temporal = await made.temporal()
        await asyncio.to_thread(made.stack.start_worker, SECOND)
        async with second_door(made) as door:
            made.api = Doors(made.api, door)  # type: ignore[assignment]
            await all_of(
                *(
                    script(Customer(made, temporal, "kontor", **about))
                    for script, about in map(OUTCOMES.__getitem__, IN_MOTION)
                )
            )
        assert await made.findings() == []

    asyncio.run(run())


def test_of_two_decisions_at_two_doors_one_counts(made: World) -> None:
    async def run() -> None:
        temporal = await made.temporal()
        async with second_door(made) as door:
            customer = Customer(made, temporal, "kontor")
            await customer.open()
            task = await customer.waits_for(
                "SELECT id, subject_hash FROM tasks WHERE process_id = %s AND state = 'open'"
            )
            path = f"/v1/tasks/{written(TASK, task['id'])}"

            async def decide(at: httpx2.AsyncClient, action: str) -> httpx2.Response:
                headers = {
                    "Authorization": customer.bearer("bina"),
                    "Idempotency-Key": uuid4().hex,
                    "If-Match": f'"{task["subject_hash"]}"',
                }
                return await at.post(f"{path}/{action}", json={"reason": "Why"}, headers=headers)

            said = await asyncio.gather(decide(made.api, "approve"), decide(door, "reject"))
            won, lost = sorted(said, key=lambda answer: answer.status_code)
            assert (won.status_code, lost.status_code) == (200, 409)
            assert lost.json()["code"] == "already_decided"
            assert lost.json()["who"]["action"] == won.json()["decision"]["action"]

    asyncio.run(run())


@asynccontextmanager
async def serving(
    made: World, patch: pytest.MonkeyPatch, process: type[InvoiceApproval]
) -> AsyncIterator[Workers]:
    """A worker of one release. It forgets each workflow at once: the next task replays it all."""
    patch.setitem(catalog.PROCESSES, "InvoiceApproval", process)
    patch.setitem(worker.TUNING, "max_cached_workflows", 0)  # type: ignore[misc]
    async with await made.worker_here(QUEUE) as running:
        yield running


async def opened(made: World, temporal: Client, **about: Any) -> list[Errand]:
    """Invoices that wait for their approval."""
    errands = [Errand(made, temporal, QUEUE, patience=400, **about) for _ in range(3)]
    await all_of(*(errand.open() for errand in errands))
    return errands


async def pay(errands: Sequence[Errand]) -> None:
    """Approve them all and see them paid."""
    await all_of(*(errand.decide("bina", "approve") for errand in errands))
    await all_of(*(errand.ends("paid") for errand in errands))


async def timers(errand: Errand) -> int:
    """How often it waited, by its history."""
    history = await errand.handle.fetch_history()
    return sum(event.HasField("timer_fired_event_attributes") for event in history.events)


def test_old_and_new_workers_finish_each_others_processes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A rolling release: the old one, both, both after it was announced, the new one alone."""

    async def run(made: World) -> None:
        temporal = await made.temporal()
        async with serving(made, monkeypatch, InvoiceApproval):
            early, kept = await opened(made, temporal), await opened(made, temporal)
            async with serving(made, monkeypatch, Newer):
                await pay(early + await opened(made, temporal))
            # The new one was taken back: what it began goes on.
            await pay(kept[:1])
        monkeypatch.setattr(release, "RELEASE", NEXT)
        async with serving(made, monkeypatch, Newer):
            announced = await opened(made, temporal, release=NEXT)
            await pay(kept[1:] + announced)
        assert [await timers(each) for each in (*kept, *announced)] == [0, 0, 0, 1, 1, 1]
        assert await made.findings() == []

    with world() as made:
        asyncio.run(run(made))


def test_a_process_of_newer_code_waits_for_newer_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run(made: World) -> None:
        temporal = await made.temporal()
        errand = Errand(made, temporal, QUEUE, release=NEXT)
        async with serving(made, monkeypatch, InvoiceApproval):
            opening = asyncio.create_task(errand.open())
            await failed_task(errand)
            assert await made.rows("SELECT 1 FROM processes WHERE id = %s", errand.id) == []
        monkeypatch.setattr(release, "RELEASE", NEXT)
        async with serving(made, monkeypatch, Newer):
            await opening
            await pay([errand])
        assert await made.findings() == []

    with world() as made:
        asyncio.run(run(made))


async def failed_task(errand: Errand) -> None:
    """Wait until a worker has failed a workflow task of it, saying why."""
    while True:
        with suppress(RPCError):
            history = await errand.handle.fetch_history()
            for event in history.events:
                if event.HasField("workflow_task_failed_event_attributes"):
                    said = event.workflow_task_failed_event_attributes.failure.message
                    assert "Start workers of the newer code" in said or "Encoded" in said
                    return
        await errand.pause("no workflow task has failed")
