"""The cast as callers of the API."""

from collections.abc import Iterator

import httpx2
import pytest

from sandbox.tenant import CAST, Tenant
from tests.installation import Installation


@pytest.fixture
def cast(installation: Installation, tenant: Tenant) -> Iterator[dict[str, httpx2.Client]]:
    """A client for each of the cast."""
    clients = {name: installation.client(tenant, name) for name in CAST}
    yield clients
    for client in clients.values():
        client.close()


@pytest.fixture
def asha(cast):
    return cast["asha"]


@pytest.fixture
def bina(cast):
    return cast["bina"]


@pytest.fixture
def deepa(cast):
    return cast["deepa"]


@pytest.fixture
def esha(cast):
    return cast["esha"]
