"""A world that can be broken: real servers on free ports, and workers that die where they are told.

Workers are real processes with the real main. They are forked from a server that has imported it
already, since importing costs more than a case lasts.
"""

import asyncio
import json
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from copy import copy
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID, uuid4

import psycopg
import yaml
from joserfc.jwk import OKPKey
from psycopg.rows import dict_row
from sqlalchemy import Engine, create_engine
from temporalio.client import Client
from temporalio.worker import Interceptor, Worker

import config
from activities.desk import Desk
from activities.effects import Effects
from activities.partners.bank import Bank
from config import database, keys
from config.settings import Settings
from domain.definitions import source
from domain.definitions.catalog import Catalog
from domain.identifiers import TENANT, written
from domain.processes import release
from local.members import BANK, POSTGRES, TEMPORAL
from local.ports import Ports
from local.problem import LocalProblem
from local.stack import Stack
from migrations.schema import upgrade
from sandbox.auditor import Asked, Places, Row, audit
from sandbox.tenant import Tenant, open_tenant
from tests import unencrypted
from tests.forked import forked
from workflows import catalog, client
from workflows.worker import ACTIVITY_SLOTS, worker

PASSWORD = "of the tests"
READY_SECONDS = 90
RESTART_TRIES = 30
REMINDED = "invoice_approval_reminded"
SKIPPABLE = "period_state_skippable"


class World:
    """A stack with a tenant in it, what clients asked of it, and hands to break it."""

    SERVERS: ClassVar[Sequence[str]] = (POSTGRES, TEMPORAL, BANK)

    def __init__(self, home: Path, members: Sequence[str] = SERVERS, *, durable: bool) -> None:
        settings = {"KONTOR_LOGIN_PASSWORD": PASSWORD, "KONTOR_DEFINITIONS": str(definitions(home))}
        self.stack = Stack(
            home, ports=Ports.free(), members=members, settings=settings, durable=durable
        )
        self.tenant = Tenant()
        self.tenants = [self.tenant]
        self.asked: list[Asked] = []
        self.numbers = 0
        self.tokens: dict[tuple[UUID, str], tuple[str, int]] = {}
        self.idle: list[psycopg.AsyncConnection[Row]] = []
        self.bank = unencrypted.waiting_client(
            f"http://127.0.0.1:{self.stack.ports.bank}", timeout=5
        )

        self.engine: Engine | None = None
        self.api = unencrypted.waiting_client(
            f"http://127.0.0.1:{self.stack.ports.api}", timeout=30
        )

    def up(self) -> None:
        """Servers, schema, tenant."""
        self.stack.up(self.SERVERS)
        url = self.stack.environment["KONTOR_DATABASE_URL"]
        upgrade(url, PASSWORD)
        engine = create_engine(url)
        open_tenant(engine, self.tenant)
        engine.dispose()
        self.stack.up([name for name in self.stack.members if name not in self.SERVERS])

    @cached_property
    def settings(self) -> Settings:
        """The settings of its members."""
        given = {name.removeprefix("KONTOR_").lower(): value for name, value in self.environment()}
        return Settings.model_validate(given)

    def environment(self) -> Iterator[tuple[str, str]]:
        """The KONTOR_ variables of its members."""
        yield from self.stack.environment.items()

    @cached_property
    def catalog(self) -> Catalog:
        """The definitions that its workers know."""
        return catalog.definitions(self.settings.definitions)

    @cached_property
    def bearer_key(self) -> bytes:
        """With which tokens of its callers are issued."""
        return keys.load(self.settings).bearer_private

    @cached_property
    def actor_key(self) -> OKPKey:
        """With which the API signs."""
        return OKPKey.import_key(keys.load(self.settings).actor_private)

    async def temporal(self) -> Client:
        """A client with the codec of this world."""
        settings = self.settings
        return await client.connect(
            settings.temporal_address,
            namespace=settings.temporal_namespace,
            payload_key=keys.load(settings).payload,
        )

    @property
    def database_url(self) -> str:
        """The superuser's, for tests to look."""
        return self.stack.environment["KONTOR_DATABASE_URL"].replace("+psycopg", "")

    async def rows(self, sql: str, *values: Any) -> list[Row]:
        """Look into the database, past row-level security."""
        connection = self.idle.pop() if self.idle else await self.connected()
        async with AsyncExitStack() as broken:
            broken.push_async_callback(connection.close)
            found = await (await connection.execute(sql, values)).fetchall()
            broken.pop_all()
        self.idle.append(connection)
        return found

    async def connected(self) -> psycopg.AsyncConnection[Row]:
        """One more connection of the superuser."""
        return await psycopg.AsyncConnection.connect(
            self.database_url, connect_timeout=3, row_factory=dict_row, autocommit=True
        )

    def number(self) -> str:
        """An invoice number that was not used yet."""
        self.numbers += 1
        return f"C{self.numbers:06}"

    def opened(self, tenant: Tenant) -> "World":
        """The same world as somebody of another tenant sees it, which is made."""
        engine = create_engine(self.stack.environment["KONTOR_DATABASE_URL"])
        open_tenant(engine, tenant)
        engine.dispose()
        self.tenants.append(tenant)
        other = copy(self)
        other.tenant = tenant
        return other

    def worker_process(self, task_queue: str, **settings: str) -> "WorkerProcess":
        """A worker of a queue, with settings of its own such as crash_at."""
        own = {f"KONTOR_{name.upper()}": value for name, value in settings.items()}
        ready = self.stack.home / "run" / f"{uuid4().hex}.ready"
        own |= {"KONTOR_TASK_QUEUE": task_queue, "KONTOR_READY_FILE": str(ready)}
        return WorkerProcess({**self.stack.environment, **own}, ready)

    async def worker_here(self, task_queue: str, *interceptors: Interceptor) -> Worker:
        """A worker of a queue in this process; a context manager that polls inside."""
        if self.engine is None:
            self.engine = database.engine(self.settings, "kontor_app", pool=2 * ACTIVITY_SLOTS)
            self.released = release.load(self.engine, self.catalog)
        own = OKPKey.import_key(keys.load(self.settings).actor_public)
        desk = Desk(Effects(self.engine), self.released, own)
        bank = Bank(self.settings.bank_url)
        return worker(
            await self.temporal(), task_queue, desk, bank, interceptors=list(interceptors)
        )

    @asynccontextmanager
    async def working(self, task_queue: str, **settings: str) -> AsyncIterator["WorkerProcess"]:
        """A worker that polls, for the length of a block."""
        process = self.worker_process(task_queue, **settings)
        try:
            await process.polls()
            yield process
        finally:
            process.end()

    async def revive(self, name: str) -> None:
        """Start a member again; right after a kill its files may still be held for a moment."""
        for _ in range(RESTART_TRIES):
            with suppress(LocalProblem):
                await asyncio.to_thread(self.stack.restart, name)
                return
            await asyncio.sleep(1)
        await asyncio.to_thread(self.stack.restart, name)

    async def findings(self, *, patience: float = 30) -> list[str]:
        """What the auditor finds: it must be nothing."""
        settings = self.settings
        places = Places(
            self.database_url,
            str(self.bank.base_url),
            settings.temporal_address,
            settings.temporal_namespace,
            {str(each.id): written(TENANT, each.id) for each in self.tenants},
        )
        (self.stack.home / "asked.jsonl").write_text(
            "".join(json.dumps(asked.__dict__) + "\n" for asked in self.asked)
        )
        found, _ = await audit(places, self.asked, patience=patience)
        return found


class WorkerProcess:
    """One worker, forked from a server that has imported its main."""

    def __init__(self, environment: Mapping[str, str], ready: Path) -> None:
        self.ready = ready
        self.process = forked(work, dict(environment))

    async def polls(self) -> None:
        """Wait until it takes work."""
        async with asyncio.timeout(READY_SECONDS):
            while not self.ready.exists():
                assert self.process.is_alive(), f"the worker ended with {self.process.exitcode}"
                await asyncio.sleep(0.05)

    async def died(self, seconds: float = 60) -> bool:
        """Whether it was killed within a time, as a crash point does it."""
        for _ in range(int(seconds * 20)):
            if not self.process.is_alive():
                return self.process.exitcode == -signal.SIGKILL
            await asyncio.sleep(0.05)
        return False

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self.process.pid is not None
        os.kill(self.process.pid, number)

    def end(self) -> None:
        """Kill it."""
        if self.process.is_alive():
            self.process.kill()
        self.process.join(10)


def work(environment: Mapping[str, str]) -> None:
    """The worker's main, in the environment it would be started with."""
    os.environ.update(environment)
    from tests import preloaded
    from workflows.worker import main

    catalog.definitions = preloaded.definitions
    asyncio.run(main(Settings()))


def definitions(home: Path) -> Path:
    """The shipped definitions; one whose checkers are reminded after seconds; one to be skipped.

    The former can be withdrawn, too, by an action that would undo what does not stand yet.
    """
    shipped = Path(config.__file__).parent
    folder = home / "definitions"
    shutil.copytree(shipped / "processes", folder / "processes")
    for name in ("roles.yaml", "chart_of_accounts.yaml"):
        shutil.copy(shipped / name, folder / name)
    definition = read(shipped / "processes/finance/invoice_approval.yaml")
    definition["process"], definition["reference_prefix"] = REMINDED, "SOON"
    definition["approvals"]["by_amount"] |= {"remind_every": "1s", "deadline": "2s"}
    withdraw = {"title": "Withdraw", "by": ["accounts_payable"], "from": ["approval"]}
    definition["actions"]["withdraw"] = withdraw | {"to": "cancelled", "undoes": ["invoice"]}
    write(folder / f"processes/finance/{REMINDED}.yaml", definition)
    period = read(shipped / "processes/ledger/period_state.yaml")
    period["process"], period["reference_prefix"] = SKIPPABLE, "SKIP"
    period["stages"]["setting"]["may_skip"] = True
    write(folder / f"processes/ledger/{SKIPPABLE}.yaml", period)
    return folder / "processes"


def read(file: Path) -> Any:
    """A definition as plain values."""
    return source.read(file).content


def write(file: Path, definition: Any) -> None:
    """The values as a definition."""
    file.write_text(yaml.safe_dump(definition, sort_keys=False))


@contextmanager
def world(members: Sequence[str] = World.SERVERS, *, durable: bool = False) -> Iterator[World]:
    """A world in a home that is deleted afterwards. A kill loses no write even if not durable."""
    home = Path(tempfile.mkdtemp(prefix="kontor-chaos-"))
    home.chmod(0o755)
    made = World(home, members, durable=durable)
    try:
        made.up()
        yield made
    finally:
        if made.engine is not None:
            made.engine.dispose()
        made.stack.down()
        shutil.rmtree(home, ignore_errors=True)
