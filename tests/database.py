"""Databases of tests: one server for the run, one migrated template, a copy for each module."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import ClassVar
from uuid import uuid4

from sqlalchemy import URL, Engine, create_engine, make_url

from domain.database import connect
from local.members import POSTGRES, TEMPORAL
from local.ports import Ports
from local.stack import Stack
from migrations import logins
from migrations.schema import upgrade

SERVER = "KONTOR_TEST_POSTGRES"
ENGINE = "KONTOR_TEST_TEMPORAL"
PASSWORD = "of the tests"
TEMPLATE = "migrated"


@contextmanager
def servers(*members: str) -> Iterator[Stack]:
    """The servers of one test run on free ports, in a home that is deleted afterwards."""
    home = Path(tempfile.mkdtemp(prefix="kontor-tests-"))
    home.chmod(0o755)
    stack = Stack(home, ports=Ports.free(), members=members or (POSTGRES, TEMPORAL), durable=False)
    try:
        stack.up()
        os.environ[SERVER] = stack.postgres.url("postgres")
        if TEMPORAL in stack.members:
            os.environ[ENGINE] = stack.temporal.address
        make_template()
        yield stack
    finally:
        os.environ.pop(SERVER, None)
        os.environ.pop(ENGINE, None)
        stack.down()
        shutil.rmtree(home, ignore_errors=True)


def make_template() -> None:
    """Migrate once what every test's database is a copy of."""
    execute(f"CREATE DATABASE {TEMPLATE}")
    upgrade(written(server().set(database=TEMPLATE)), PASSWORD)


def server() -> URL:
    """The server of this run, as its superuser."""
    return make_url(os.environ[SERVER])


def written(url: URL) -> str:
    """The URL as text, password and all."""
    return url.render_as_string(hide_password=False)


def execute(statement: str) -> None:
    """One statement outside any transaction and any database of a test."""
    engine = create_engine(server(), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


@dataclass
class Database:
    """A database of one module of tests: its URLs and engines, by login."""

    # Connections that an engine holds at most.
    width: ClassVar[int] = 32
    name: str
    engines: dict[str, Engine] = field(default_factory=dict)

    @property
    def admin_url(self) -> str:
        """The superuser, who migrates and seeds."""
        return written(server().set(database=self.name))

    @property
    def app_url(self) -> str:
        """The login of the workers."""
        return self.url_of(logins.APPLICATION)

    @property
    def reader_url(self) -> str:
        """The login of the API for business tables."""
        return self.url_of(logins.READER)

    @property
    def edge_url(self) -> str:
        """The login of the API for what belongs to the edge."""
        return self.url_of(logins.EDGE)

    def url_of(self, login: str) -> str:
        """The URL of one of the product's logins."""
        return written(server().set(database=self.name, username=login, password=PASSWORD))

    @cached_property
    def admin(self) -> Engine:
        """An engine of the superuser."""
        return self.kept(self.admin_url)

    @cached_property
    def app(self) -> Engine:
        """An engine of the application, wide enough for the threads of a race."""
        return self.kept(self.app_url, keeps_plans=True)

    @cached_property
    def reader(self) -> Engine:
        """An engine of the reader."""
        return self.kept(self.reader_url)

    @cached_property
    def edge(self) -> Engine:
        """An engine of the edge."""
        return self.kept(self.edge_url)

    def settle(self, *, seconds: float = 60) -> None:
        """Wait until whatever began before now is over, be it in the database of another test."""
        with self.admin.begin() as connection:
            now = connection.exec_driver_sql("SELECT pg_current_xact_id()::text").scalar_one()
        deadline = time.monotonic() + seconds
        over = f"SELECT pg_snapshot_xmin(pg_current_snapshot()) > '{now}'"
        while True:
            with self.admin.connect() as connection:
                if connection.exec_driver_sql(over).scalar_one():
                    return
            assert time.monotonic() < deadline, "A transaction is open for long"
            time.sleep(0.05)

    def kept(self, url: str, *, keeps_plans: bool = False) -> Engine:
        """An engine that is disposed of with the database."""
        if url not in self.engines:
            self.engines[url] = connect(url, pool_size=self.width, keeps_plans=keeps_plans)
        return self.engines[url]


@contextmanager
def database(*, template: str = TEMPLATE) -> Iterator[Database]:
    """A copy of the template that is dropped afterwards; `template0` is an empty one."""
    made = Database(f"test_{uuid4().hex}")
    execute(f"CREATE DATABASE {made.name} TEMPLATE {template}")
    try:
        yield made
    finally:
        for engine in made.engines.values():
            engine.dispose()
        execute(f"DROP DATABASE {made.name} WITH (FORCE)")
