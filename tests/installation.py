"""A running installation: a worker and the API in this process, and a bank beside it.

`Installation.run` awaits in the loop that the worker and the API live in; `client` speaks HTTP as
one of the cast. The worker can be stopped and started again.
"""

import asyncio
import os
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx2
import uvicorn
from joserfc.jwk import OKPKey
from temporalio.client import Client
from temporalio.worker import Worker

from activities.desk import Desk
from activities.effects import Effects
from activities.partners.bank import Bank
from api.application import create_app
from api.edge import Edge
from config.keys import new_signing_key, public_half
from config.settings import Settings
from domain.access import token
from domain.access.token import Bearer
from domain.definitions.catalog import Catalog
from domain.processes import release
from local.ports import Ports
from sandbox.tenant import Tenant
from tests import shipped, unencrypted
from tests.database import ENGINE, Database
from tests.office import PAYLOAD_KEY
from tests.sandbox.bank_process import BankProcess
from workflows import client, worker
from workflows.instructions import Instructions

Result = TypeVar("Result")

ACTOR_KEY = new_signing_key()
BEARER_KEY = new_signing_key()


class Installation:
    """Everything an API call touches, for one module of tests."""

    def __init__(self, database: Database, bank: BankProcess) -> None:
        self.database = database
        self.bank = bank
        self.task_queue = f"tests-{uuid4().hex[:8]}"
        self.address = os.environ[ENGINE]
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.working: Worker | None = None
        self.url = f"http://127.0.0.1:{Ports.free().api}"

    def run(self, work: Coroutine[Any, Any, Result], *, seconds: float = 60) -> Result:
        """Await in the installation's loop, from a test's thread."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(seconds)

    @cached_property
    def catalog(self) -> Catalog:
        """The released definitions."""
        return release.load(self.database.app, shipped.definitions())

    @cached_property
    def temporal(self) -> Client:
        """A client with the codec of the installation."""
        return self.run(
            client.connect(
                self.address, namespace=Settings().temporal_namespace, payload_key=PAYLOAD_KEY
            )
        )

    @cached_property
    def instructions(self) -> Instructions:
        """What the API signs and sends with."""
        return Instructions(self.temporal, self.task_queue, OKPKey.import_key(ACTOR_KEY))

    @cached_property
    def edge(self) -> Edge:
        """What the API's routes have at hand."""
        return Edge(
            reader=self.database.reader,
            writer=self.database.edge,
            catalog=self.catalog,
            instructions=self.instructions,
            bearer_key=OKPKey.import_key(public_half(BEARER_KEY)),
            bearer_private=BEARER_KEY,
            secret=b"of the tests",
        )

    def start(self) -> None:
        """Worker and API."""
        self.thread.start()
        self.start_worker()
        config = uvicorn.Config(
            create_app(self.edge), host="127.0.0.1", port=int(self.url.rpartition(":")[2]),
            log_level="warning", lifespan="off",
        )  # fmt: skip
        self.server = uvicorn.Server(config)
        self.serving = asyncio.run_coroutine_threadsafe(self.server._serve(), self.loop)
        eventually(lambda: self.server.started)

    def stop(self) -> None:
        """Give everything back."""
        self.stop_worker()
        self.server.should_exit = True
        self.serving.result(20)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)

    def start_worker(self) -> None:
        """Take instructions."""

        async def started() -> Worker:
            desk = Desk(
                Effects(self.database.app), self.catalog, OKPKey.import_key(public_half(ACTOR_KEY))
            )
            made = worker.worker(
                self.temporal, self.task_queue, desk, Bank(self.bank.url), interceptors=[]
            )
            self.polling = asyncio.create_task(made.run())
            return made

        _ = self.temporal, self.catalog
        self.working = self.run(started())

    def stop_worker(self) -> None:
        """Take no more instructions."""
        if self.working is not None:
            self.run(self.working.shutdown())
            self.working = None

    def token(self, tenant: Tenant, login: str, *, seconds: int = 3600) -> str:
        """A bearer token of one of the cast."""
        return self.token_of(tenant.id, tenant.user(login), seconds=seconds)

    def token_of(self, tenant: UUID, user: UUID, *, seconds: int = 3600) -> str:
        """A bearer token of any user."""
        issued_at = int(time.time())
        return token.issue(BEARER_KEY, Bearer(tenant, user), issued_at=issued_at, seconds=seconds)

    def client(self, tenant: Tenant, login: str) -> httpx2.Client:
        """The API as one of the cast calls it."""
        return self.client_of(tenant.id, tenant.user(login))

    def client_of(self, tenant: UUID, user: UUID) -> httpx2.Client:
        """The API as any user calls it."""
        return self.caller(self.token_of(tenant, user))

    def caller(self, bearer: str | None = None) -> httpx2.Client:
        """The API as nobody calls it, or who has a token or key."""
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        return unencrypted.client(f"{self.url}/v1", headers=headers, timeout=60)


@contextmanager
def running_installation(database: Database, bank: BankProcess) -> Iterator[Installation]:
    """An installation for the length of a block."""
    installation = Installation(database, bank)
    installation.start()
    try:
        yield installation
    finally:
        installation.stop()


def eventually(found: Callable[[], Result], *, seconds: float = 20) -> Result:
    """What `found` returns once it is true."""
    deadline = time.monotonic() + seconds
    while not (result := found()):
        assert time.monotonic() < deadline, f"{found} was not true within {seconds} s"
        time.sleep(0.02)
    return result
