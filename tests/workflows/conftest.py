"""An office for the tests of a module."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from config.settings import Settings
from domain.definitions.catalog import Catalog
from sandbox.tenant import Tenant, open_tenant
from tests.database import ENGINE, Database
from tests.office import Office, open_office
from tests.sandbox.bank_process import BankProcess, running_bank
from workflows import catalog


@pytest.fixture(scope="module")
def definitions() -> Catalog:
    """The definitions as they are shipped."""
    return catalog.definitions(Settings().definitions)


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
