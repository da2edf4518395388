"""Where the sides meet: one stack, a worker of ours and one of the floor, and their drivers."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from joserfc.jwk import OKPKey
from sqlalchemy import Engine
from temporalio.client import Client

from benchmarks import floor
from benchmarks.contest import ENGINE, FLOOR, REST, Driver
from benchmarks.driving import TYPE, EngineDriver, FloorDriver
from benchmarks.invoices import Invoice
from benchmarks.meter import FLOOR_WORKER, Meter
from benchmarks.rest import RestDriver
from config import database, keys
from config.settings import ROOT, Settings
from domain.definitions.model import Definition
from local import home as homes
from local.members import ALL, API, BANK, POSTGRES, TEMPORAL, WORKER
from local.ports import Ports
from local.stack import Stack
from migrations.logins import APPLICATION
from sandbox.tenant import Tenant
from workflows import archive, catalog, client

FLOOR_QUEUE = "floor"


@dataclass
class Arena:
    """Drivers by side, the meter, and what the check needs."""

    drivers: Mapping[str, Driver[Invoice]]
    meter: Meter
    engine: Engine
    bank_url: str
    definition: Definition
    tenant: Tenant
    clients: Mapping[str, Client]


@contextmanager
def stack() -> Iterator[Stack]:
    """Our servers and worker on free ports, durable as in earnest, deleted afterwards."""
    with homes.temporary() as home, Stack(home, ports=Ports.free(), members=ALL) as running:
        yield running


def settings_of(running: Stack) -> Settings:
    """The settings that the members of a stack are given."""
    named = running.environment.items()
    return Settings.model_validate(
        {name.removeprefix("KONTOR_").lower(): value for name, value in named}
    )


@contextmanager
def floor_worker(address: str, namespace: str, database: str = "") -> Iterator[int]:
    """The floor's worker in a process of its own; its process id. It ends when its input does.

    With the address of a `database` it runs the floor of lifecycles too.
    """
    command = [
        sys.executable, "-m", "benchmarks.floor_worker", address, namespace, FLOOR_QUEUE, database,
    ]  # fmt: skip
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin
        assert process.stdout
        if process.stdout.readline() != b"ready\n":
            raise RuntimeError("The floor's worker did not start; its message stands above.")
        yield process.pid
        process.stdin.close()


async def connected(settings: Settings) -> tuple[Client, Client]:
    """Our client and the floor's. The archiver is paused: it copies histories of both at once."""
    address, namespace = settings.temporal_address, settings.temporal_namespace
    own = keys.load(settings)
    ours = await client.connect(address, namespace=namespace, payload_key=own.payload)
    schedule = ours.get_schedule_handle(f"kontor/{archive.NAME}/{settings.task_queue}")
    await schedule.pause(note="A benchmark runs.")
    return ours, await floor.connect(address, namespace)


def metered(running: Stack, floor_pid: int) -> Meter:
    """Reads the CPU time of every program of the stack and of the floor's worker."""
    programs = {name: running.pid(name) for name in (WORKER, TEMPORAL, POSTGRES, BANK, API)}
    return Meter({**programs, FLOOR_WORKER: floor_pid})


@asynccontextmanager
async def arena(running: Stack, settings: Settings) -> AsyncIterator[Arena]:
    """Everything connected for the invoice."""
    own = keys.load(settings)
    ours, theirs = await connected(settings)
    definition = catalog.definitions(settings.definitions).get(TYPE)
    tenant = Tenant()
    engine = database.engine(settings, APPLICATION, pool=2)
    with floor_worker(settings.temporal_address, settings.temporal_namespace) as floor_pid:
        actor_key = OKPKey.import_key(own.actor_private)
        drivers: dict[str, Driver[Invoice]] = {
            FLOOR: FloorDriver(theirs, FLOOR_QUEUE),
            ENGINE: EngineDriver(ours, settings.task_queue, actor_key, definition, tenant),
            REST: RestDriver.at(settings.api_url, own.bearer_private, tenant),
        }
        clients = {FLOOR: theirs, ENGINE: ours}
        meter = metered(running, floor_pid)
        yield Arena(drivers, meter, engine, settings.bank_url, definition, tenant, clients)
    engine.dispose()
