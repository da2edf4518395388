"""The ledger's care on its schedules: every tenant, whatever became of the one before."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from temporalio.worker import Worker

from activities.integrity import IntegrityActivities, Sealing
from config.settings import Settings
from domain.database import transaction
from domain.ledger import checks
from sandbox.tenant import Tenant, open_tenant
from tests.book import Book
from tests.database import ENGINE
from tests.domain.ledger.sealed import Sealed
from tests.office import PAYLOAD_KEY
from workflows import client, ledger_care
from workflows.ledger_care import SealLedgers, VerifyLedgers
from workflows.sandboxing import runner
from workflows.worker import activities_of


@pytest.fixture
def books(database):
    """Two tenants with an entry each."""
    made = []
    for _ in range(2):
        tenant = open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY)
        made.append(Sealed(Book(database, tenant)))
        made[-1].sales(1)
        made[-1].settle()
    return made


def care(database, folder, signer, *runs):
    """What the workflows answer, one after the other, with a worker of their own."""

    async def run():
        queue = f"care-{uuid4().hex[:8]}"
        temporal = await client.connect(
            os.environ[ENGINE], namespace=Settings().temporal_namespace, payload_key=PAYLOAD_KEY
        )
        await ledger_care.schedule(temporal, queue)
        await ledger_care.schedule(temporal, queue)
        group = IntegrityActivities(database.app, Sealing(signer, folder))
        async with Worker(
            temporal, task_queue=queue, workflows=ledger_care.WORKFLOWS,
            activities=activities_of(group), activity_executor=ThreadPoolExecutor(4),
            workflow_runner=runner(),
        ):  # fmt: skip
            answers = [
                await temporal.execute_workflow(each, id=f"{queue}/{number}", task_queue=queue)
                for number, each in enumerate(runs)
            ]
        schedules = [each.id async for each in await temporal.list_schedules()]
        for id in schedules:
            if id.endswith(queue):
                await temporal.get_schedule_handle(id).delete()
        return answers

    return asyncio.run(run())


def test_every_tenant_is_sealed_and_verified(database, books, tmp_path):
    sealed, again, differences = care(
        database, tmp_path, books[0].signer, SealLedgers.run, SealLedgers.run, VerifyLedgers.run
    )
    assert (sealed, again, differences) == (2, 0, [])
    for each in books:
        assert (each.verify().entries, each.verify().difference) == (1, None)
        with transaction(database.app, each.book.tenant.id) as connection:
            assert checks.last(connection, each.book.company).found.holds
            assert checks.last(connection, None).found.holds


def test_a_tenant_whose_ledger_differs_does_not_hold_up_the_others(database, books, tmp_path):
    mine, other = books
    mine.damage("UPDATE balances SET debit = debit + 1 WHERE debit > 0")
    sealed, differences = care(database, tmp_path, mine.signer, SealLedgers.run, VerifyLedgers.run)
    assert sealed >= 2
    (difference,) = differences
    assert "bank: balances" in difference
    with transaction(database.app, other.book.tenant.id) as connection:
        assert checks.last(connection, other.book.company).found.holds
