"""What every test may ask for: a database, a tenant, a connection, a book, a running installation.

The process that pytest starts in runs the servers of the whole run; workers of pytest-xdist find
them through the environment.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Connection

from config.memory import keep_what_is_loaded
from domain.database import transaction
from domain.definitions.catalog import Catalog
from local.members import POSTGRES, TEMPORAL
from sandbox.tenant import Tenant, open_tenant
from tests import database as databases
from tests import shipped
from tests.book import Book
from tests.database import ENGINE, Database
from tests.installation import Installation, running_installation
from tests.office import Office, open_office
from tests.sandbox.bank_process import BankProcess, running_bank

RUNNING = pytest.StashKey[ExitStack]()

settings.register_profile(
    "default",
    deadline=None,
    max_examples=100,
    # A tenant made for the test serves all examples: each posts under keys of its own.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
settings.load_profile("default")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--record` writes the histories that later code must replay; `--no-engine` saves seconds."""
    parser.addoption("--record", action="store_true", help="record histories anew")
    parser.addoption("--no-engine", action="store_true", help="start PostgreSQL, not Temporal")


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers, in the controller alone."""
    if not hasattr(config, "workerinput") and not config.option.collectonly:
        config.stash[RUNNING] = ExitStack()
        members = (POSTGRES,) if config.option.no_engine else (POSTGRES, TEMPORAL)
        config.stash[RUNNING].enter_context(databases.servers(*members))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what was started here."""
    if running := config.stash.get(RUNNING, None):
        running.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long tests first: what is left at the end can then be shared out."""
    items.sort(key=lambda item: "chaos" not in item.path.parts)


def pytest_collection_finish() -> None:
    """Thousands of tests are no garbage: do not look at them again."""
    keep_what_is_loaded()


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    """A migrated database of this module alone."""
    with databases.database() as made:
        yield made


@pytest.fixture
def tenant(database: Database) -> Tenant:
    """A fresh tenant: company, cast, vendors, chart, and the periods of two fiscal years."""
    return open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY)


@pytest.fixture
def connection(database: Database, tenant: Tenant) -> Iterator[Connection]:
    """The application's login in one transaction of the tenant, committed when the test passes."""
    with transaction(database.app, tenant.id) as connection:
        yield connection


@pytest.fixture
def book(database: Database, tenant: Tenant) -> Book:
    """The tenant's book, each call a transaction of the application's login."""
    return Book(database, tenant)


@pytest.fixture(scope="module")
def installation(
    database: Database, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """A worker, the API and a bank on this module's database."""
    folder: Path = tmp_path_factory.mktemp("bank")
    with (
        running_bank(folder) as bank,
        running_installation(database, bank) as installation,
    ):
        yield installation


@pytest.fixture(scope="module")
def definitions() -> Catalog:
    """The definitions as they are shipped."""
    return shipped.definitions()


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BankProcess]:
    """The simulated bank."""
    folder: Path = tmp_path_factory.mktemp("bank")
    with running_bank(folder) as process:
        yield process


@pytest.fixture(scope="module")
def office(database: Database, bank: BankProcess, definitions: Catalog) -> Iterator[Office]:
    """A worker, the bank and the cast."""
    tenant = open_tenant(database.admin, Tenant(uuid4()))
    with open_office(database, tenant, bank, definitions, address=os.environ[ENGINE]) as opened:
        yield opened
