"""Another tenant's ids do not exist: on every route that takes one, as if they never had been."""

from uuid import uuid4

import httpx2
import pytest

from api.application import create_app
from domain.identifiers import ENTRY, EXCEPTION, PROCESS, TASK, new_uuid, written
from sandbox.tenant import Tenant, open_tenant
from tests.api.invoices import decide, keyed, open_task, started
from tests.book import Book
from tests.installation import eventually

KINDS = {"processes": PROCESS, "tasks": TASK, "exceptions": EXCEPTION, "entries": ENTRY}
BODIES = {
    "amend": {"input": {}},
    "cancel": {"reason": "x"},
    "claim": {},
    "comment": {"text": "x"},
    "comments": {"text": "x"},
    "documents": {"upload": "upl_00000000000000000000000000", "title": "x"},
    "release": {},
    "snooze": {"until": "2126-01-01T00:00:00Z"},
    "confirm": {},
    "migrate": {"to": "cfg_00000000000000000000000000", "reason": "x"},
}


def addressed(app):
    """Every operation whose path takes the id of something that belongs to a tenant."""
    found = []
    for path, operations in app.openapi()["paths"].items():
        parts = path.split("/")
        if "{id}" in parts and parts[parts.index("{id}") - 1] in KINDS:
            kind = parts[parts.index("{id}") - 1]
            found += [(method, path, kind) for method in operations]
    return found


@pytest.fixture(scope="module")
def theirs(installation, database):
    """Ids of another tenant: a process, its task, its entry, an exception that is parked."""
    other = open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY)
    with (
        installation.client(other, "asha") as asha,
        installation.client(other, "bina") as bina,
        installation.client(other, "esha") as esha,
    ):
        process = started(asha)["id"]
        task = open_task(bina, process)
        installation.bank.arm("refuse", reason="account_closed")
        decide(bina, task)
        parked = eventually(lambda: esha.get("/exceptions").json()["data"])
        entry = asha.get("/ledger/entries").json()["data"][0]["id"]
    return {PROCESS: process, TASK: task["id"], ENTRY: entry, EXCEPTION: parked[0]["id"]}


def test_every_addressed_route_is_covered(installation):
    assert len(addressed(create_app(installation.edge))) >= 15


def test_a_stranger_s_id_answers_like_one_that_never_was(installation, theirs, tenant, cast):
    edge = installation.edge
    for method, path, kind in addressed(create_app(edge)):
        prefix = KINDS[kind]
        others = [theirs[prefix], written(prefix, new_uuid()), f"{prefix}_nonsense", "%00"]
        answers = [asked(cast, method, path, id) for id in others]
        assert [a.status_code for a in answers] == [404] * 4, (path, [a.text for a in answers])
        assert len({a.text for a in answers}) == 1, (path, [a.text for a in answers])


def asked(cast, method: str, path: str, id: str) -> httpx2.Response:
    """Ask as somebody who may do it in her own tenant."""
    client = cast["chand" if method == "get" else "esha"]
    url = path.removeprefix("/v1").replace("{id}", id).replace("{name}", "pay_now")
    headers = keyed(**{"If-Match": "x" * 64, "X-Request-Id": "the-same"})
    body = BODIES.get(path.rpartition("/")[2], {"reason": "x"})
    return client.request(method, url, json=None if method == "get" else body, headers=headers)


def test_lists_show_nothing_of_a_stranger(theirs, cast):
    for path in ("/processes", "/tasks?scope=all&state=all", "/exceptions", "/ledger/entries"):
        assert cast["chand"].get(path).json()["data"] == []


def test_a_stranger_s_reference_and_number_are_not_found(installation, theirs, cast):
    for id in (
        "number:PI/2026-27/00001",
        "reference:BILL-00000000",
        f"reference:{theirs[PROCESS]}",
    ):
        assert cast["chand"].get(f"/processes/{id}").status_code == 404
