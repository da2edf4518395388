"""A worker, the engine or the database away: an honest answer in time, and nothing lost."""

from dataclasses import replace
from time import monotonic
from uuid import uuid4

import httpx2
import pytest
from joserfc.jwk import OKPKey
from sqlalchemy import create_engine

from api.application import create_app
from tests.api.invoices import decide, invoice, keyed, open_task, start, started
from tests.installation import ACTOR_KEY, PAYLOAD_KEY, eventually
from workflows import client
from workflows.instructions import Instructions

NOBODY = "127.0.0.1:1"


@pytest.fixture
def without_worker(installation):
    """The installation while its worker is stopped."""
    installation.stop_worker()
    yield installation
    if installation.working is None:
        installation.start_worker()


def test_a_start_without_a_worker_is_taken_and_found(without_worker, asha):
    given, key = invoice(), uuid4().hex
    response = start(asha, given, key=key)

    body = response.json()
    assert response.status_code == 202, response.text
    assert body["status"] == "running"
    assert body["stage"]["name"] == "received"
    read = asha.get(f"/processes/{body['id']}")
    assert read.status_code == 200
    assert read.json()["reference"] == body["reference"]

    without_worker.start_worker()
    eventually(lambda: asha.get(f"/processes/{body['id']}").json()["stage"]["name"] == "approval")
    assert start(asha, given, key=key).json()["id"] == body["id"]


def test_a_decision_without_a_worker_is_503_and_succeeds_when_repeated(installation, asha, bina):
    task = open_task(bina, started(asha)["id"])
    installation.stop_worker()
    headers = keyed(**{"If-Match": task["subject_hash"]})
    try:
        response = bina.post(f"/tasks/{task['id']}/approve", json={}, headers=headers)
        assert (response.status_code, response.json()["code"]) == (503, "worker_must_answer")
        assert response.headers["Retry-After"]
        assert response.json()["retryable"] is True
    finally:
        installation.start_worker()

    again = bina.post(f"/tasks/{task['id']}/approve", json={}, headers=headers)
    assert again.status_code == 200, again.text


def asked(installation, edge, method, path, tenant, **more):
    """Ask an application over another edge, in the installation's loop."""

    async def answer():
        transport = httpx2.ASGITransport(app=create_app(edge))
        headers = {"Authorization": f"Bearer {installation.token(tenant, 'asha')}"}
        headers |= more.pop("headers", {})
        async with httpx2.AsyncClient(transport=transport, base_url="http://api") as http:
            return await http.request(method, path, headers=headers, timeout=60, **more)

    return installation.run(answer())


def test_a_database_that_is_away_is_503_in_time(installation, tenant):
    away = create_engine(
        "postgresql+psycopg://kontor_reader@127.0.0.1:1/kontor", connect_args={"connect_timeout": 2}
    )
    edge = replace(installation.edge, reader=away)
    since = monotonic()
    response = asked(installation, edge, "GET", "/v1/me", tenant)

    assert (response.status_code, response.json()["code"]) == (503, "database_must_answer")
    assert response.headers["Retry-After"] == "2"
    assert monotonic() - since < 10
    ready = asked(installation, edge, "GET", "/health/ready", tenant)
    assert (ready.status_code, ready.json()["missing"]) == (503, ["database"])


def test_an_engine_that_is_away_is_503_in_time(installation, tenant):
    away = installation.run(
        client.connect(NOBODY, namespace="kontor", payload_key=PAYLOAD_KEY, lazy=True)
    )
    instructions = Instructions(away, "none", OKPKey.import_key(ACTOR_KEY))
    edge = replace(installation.edge, instructions=instructions)
    body = {"type": "invoice_approval", "input": invoice()}
    since = monotonic()
    response = asked(
        installation, edge, "POST", "/v1/processes", tenant, json=body, headers=keyed("away")
    )

    assert response.status_code == 503, response.text
    assert response.json()["code"] == "engine_must_answer"
    assert monotonic() - since < 20
    ready = asked(installation, edge, "GET", "/v1/health/ready", tenant)
    assert ready.json()["missing"] == ["temporal", "worker"]
    again = asked(
        installation, installation.edge, "POST", "/v1/processes", tenant, json=body,
        headers=keyed("away"),
    )  # fmt: skip
    assert again.status_code == 202, again.text


def test_ready_says_ready_when_everything_answers(installation, tenant):
    response = asked(installation, installation.edge, "GET", "/health/ready", tenant)
    assert response.json() == {
        "status": "ready", "database": True, "temporal": True, "worker": True,
    }  # fmt: skip
    assert asked(installation, installation.edge, "GET", "/v1/health/live", tenant).is_success


def test_a_worker_that_never_was_is_missing(installation, tenant):
    other = Instructions(installation.temporal, f"idle-{uuid4().hex}", OKPKey.import_key(ACTOR_KEY))
    edge = replace(installation.edge, instructions=other)
    response = asked(installation, edge, "GET", "/health/ready", tenant)
    assert (response.status_code, response.json()["missing"]) == (503, ["worker"])


def test_waiting_ends_when_the_process_rests(asha):
    response = asha.post(
        "/processes",
        json={"type": "invoice_approval", "input": invoice()},
        headers=keyed(Prefer="wait=5"),
    )
    assert response.status_code == 202
    assert response.json()["status"] == "waiting"


def test_a_closed_process_answers_from_its_record(asha, bina):
    process = started(asha)["id"]
    task = open_task(bina, process)
    decide(bina, task, "reject", reason="No")
    late = bina.post(
        f"/tasks/{task['id']}/approve", json={}, headers=keyed(**{"If-Match": task["subject_hash"]})
    )
    assert (late.status_code, late.json()["code"]) == (409, "already_decided")
    cancelled = asha.post(f"/processes/{process}/cancel", json={"reason": "x"}, headers=keyed())
    assert (cancelled.status_code, cancelled.json()["code"]) == (409, "process_must_be_open")
