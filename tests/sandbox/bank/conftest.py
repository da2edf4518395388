"""One bank for all tests of this folder; each test has a fresh key and no fault armed."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.sandbox.bank_process import BankProcess, running_bank


@pytest.fixture(scope="session")
def bank_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BankProcess]:
    with running_bank(tmp_path_factory.mktemp("bank")) as bank:
        yield bank


@pytest.fixture
def bank(bank_process: BankProcess) -> Iterator[BankProcess]:
    yield bank_process
    bank_process.http.delete("/v1/faults").raise_for_status()


@pytest.fixture
def own_bank(tmp_path: Path) -> Iterator[BankProcess]:
    """A bank that the test may kill."""
    with running_bank(tmp_path) as bank:
        yield bank


@pytest.fixture
def key() -> str:
    return f"asha/refund/{uuid4().hex}/pay/1/1"
