"""People who sign in: their passwords set as if by an invitation, and clients with their tokens."""

from functools import cache

import httpx2

from domain.access import passwords
from domain.identifiers import TENANT, written
from sandbox.tenant import Tenant, as_owner
from tests.api.invoices import decide, keyed, open_task
from tests.installation import Installation, eventually

PASSWORD = "a lamp beside four quiet rivers"


@cache
def hashed() -> str:
    """Hashed once for all tests."""
    return passwords.hashed(PASSWORD)


def with_password(installation: Installation, tenant: Tenant, *names: str) -> None:
    """Give some of the cast the password."""
    with as_owner(installation.database.admin, tenant.id) as connection:
        for name in names:
            passwords.keep(connection, tenant.user(name), hashed())


def sign_in(client: httpx2.Client, tenant: Tenant, login: str, password: str = PASSWORD):
    """The answer to somebody who signs in."""
    body = {"tenant": written(TENANT, tenant.id), "login": login, "password": password}
    return client.post("/sessions", json=body)


def signed_in(installation: Installation, tenant: Tenant, login: str) -> httpx2.Client:
    """A client of somebody who signed in."""
    with installation.caller() as client:
        answer = sign_in(client, tenant, login)
        assert answer.status_code == 201, answer.text
    return installation.caller(answer.json()["access_token"])


def asked(client: httpx2.Client, path: str, key: str = "", **body):
    """Ask for a change of people; the answer as it is."""
    return client.post(path, json={"reason": "For a test"} | body, headers=keyed(key))


def agreed(client: httpx2.Client, process: str) -> None:
    """Approve what waits in a process, and wait until it is done."""
    answer = decide(client, open_task(client, process))
    assert answer.status_code == 200, answer.text
    eventually(lambda: client.get(f"/processes/{process}").json()["status"] == "completed")
