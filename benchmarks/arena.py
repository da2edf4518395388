"""Where the sides meet: one stack, a worker of ours and one of the floor, and their drivers."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

from joserfc.jwk import OKPKey
from sqlalchemy import Engine
from temporalio.client import Client

from benchmarks import floor
from benchmarks.driving import TYPE, Driver, EngineDriver, FloorDriver
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
FLOOR, ENGINE, REST = "floor", "engine", "rest"


@dataclass
class Arena:
    """Drivers by side, the meter, and what the check needs."""

    drivers: Mapping[str, Driver]
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
def floor_worker(address: str, namespace: str) -> Iterator[int]:
    """The floor's worker in a process of its own; its process id. It ends when its input does."""
    command = [sys.executable, "-m", "benchmarks.floor_worker", address, namespace, FLOOR_QUEUE]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin
        assert process.stdout
        if process.stdout.readline() != b"ready\n":
            raise RuntimeError("The floor's worker did not start; its message stands above.")
        yield process.pid
        process.stdin.close()


@asynccontextmanager
async def arena(running: Stack, settings: Settings) -> AsyncIterator[Arena]:
    """Everything connected. The archiver is paused: it copies histories of both rounds at once."""
    address, namespace = settings.temporal_address, settings.temporal_namespace
    own = keys.load(settings)
    ours = await client.connect(address, namespace=namespace, payload_key=own.payload)
    theirs = await floor.connect(address, namespace)
    schedule = ours.get_schedule_handle(f"kontor/{archive.NAME}/{settings.task_queue}")
    await schedule.pause(note="A benchmark runs.")
    definition = catalog.definitions(settings.definitions).get(TYPE)
    tenant = Tenant()
    engine = database.engine(settings, APPLICATION, pool=2)
    with floor_worker(address, namespace) as floor_pid:
        programs = {name: running.pid(name) for name in (WORKER, TEMPORAL, POSTGRES, BANK, API)}
        drivers: dict[str, Driver] = {
            FLOOR: FloorDriver(theirs, FLOOR_QUEUE),
            ENGINE: EngineDriver(
                ours,
                settings.task_queue,
                OKPKey.import_key(own.actor_private),
                definition.hash,
                tenant,
            ),
            REST: RestDriver.at(settings.api_url, own.bearer_private, tenant),
        }
        meter = Meter({**programs, FLOOR_WORKER: floor_pid})
        clients: dict[str, Any] = {FLOOR: theirs, ENGINE: ours}
        yield Arena(drivers, meter, engine, settings.bank_url, definition, tenant, clients)
    engine.dispose()
