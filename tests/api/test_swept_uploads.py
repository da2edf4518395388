"""Files that nobody attached are swept; what a process has, it keeps, whoever came first."""

from concurrent.futures import ThreadPoolExecutor
from time import sleep
from uuid import uuid4

import pytest
from sqlalchemy import text

from config.settings import Settings
from domain.access.actor import actor
from domain.database import transaction
from domain.documents import attachments, uploads
from domain.identifiers import PROCESS, UPLOAD, read
from sandbox.tenant import as_owner
from tests.api.invoices import started
from tests.api.test_documents import PDF, attach, send
from tests.api.test_tending import said
from tests.domain.refused import refused
from workflows.uploads import SweepUploads

DAYS = Settings().upload_days


def age(database, tenant, days):
    """All that was sent is so many days older."""
    statement = text("UPDATE uploads SET uploaded_at = uploaded_at - make_interval(days => :days)")
    with as_owner(database.admin, tenant.id) as connection:
        connection.execute(statement, {"days": days})


def swept(installation):
    work = installation.temporal.execute_workflow(
        SweepUploads.run, id=f"sweep-{uuid4().hex[:8]}", task_queue=installation.task_queue
    )
    return installation.run(work)


def sweep(connection, tenant):
    return uploads.sweep(connection, tenant.id, days=DAYS, limit=100)


@pytest.fixture
def old(asha, database, tenant):
    """A file that Asha sent long ago."""
    found = send(asha).json()["id"]
    age(database, tenant, DAYS + 1)
    return found


@pytest.fixture
def process(asha):
    return started(asha)["id"]


def attached(connection, tenant, process, upload):
    values = {"tenant": tenant.id, "process": read(PROCESS, process)}
    who = actor(connection, tenant.user("asha"))
    return attachments.attach(connection, who, values, upload=read(UPLOAD, upload), title="")[0]


def test_what_nobody_attached_for_long_is_deleted_and_what_is_attached_stays(
    installation, database, tenant, asha, process
):
    forgotten = send(asha, PDF + b"1").json()["id"]
    used = send(asha, PDF + b"2").json()["id"]
    document = attach(asha, process, used).json()
    age(database, tenant, DAYS + 1)
    fresh = send(asha, PDF + b"3").json()["id"]

    assert swept(installation) == 1
    assert swept(installation) == 0

    assert said(attach(asha, process, forgotten)) == (422, "upload_must_exist")
    assert asha.get(document["content"].removeprefix("/v1")).content == PDF + b"2"
    assert attach(asha, started(asha)["id"], used).status_code == 201
    assert attach(asha, process, fresh).status_code == 201


def test_a_day_too_early_nothing_is_deleted(installation, database, tenant, asha):
    send(asha)
    age(database, tenant, DAYS - 1)
    assert swept(installation) == 0


def test_a_file_that_is_sent_again_counts_as_sent_now(installation, asha, old, process):
    assert send(asha).json()["id"] == old
    assert swept(installation) == 0
    assert attach(asha, process, old).status_code == 201


def test_what_is_being_attached_while_it_is_swept_keeps_its_bytes(database, tenant, old, process):
    with transaction(database.app, tenant.id) as attaching:
        id = attached(attaching, tenant, process, old)
        with transaction(database.app, tenant.id) as sweeping:
            assert sweep(sweeping, tenant) == 1
    with transaction(database.app, tenant.id) as connection:
        found = attachments.get(connection, id)
        assert attachments.content(connection, found) == PDF


def test_what_is_swept_in_the_midst_of_attaching_is_no_fault(
    database, tenant, old, process, monkeypatch
):
    """The sweeper comes right after the upload was found."""
    look = uploads.look

    def found_and_swept(*asked):
        found = look(*asked)
        with transaction(database.app, tenant.id) as sweeping:
            assert sweep(sweeping, tenant) == 1
        return found

    monkeypatch.setattr(uploads, "look", found_and_swept)
    with transaction(database.app, tenant.id) as attaching:
        id = attached(attaching, tenant, process, old)
    with transaction(database.app, tenant.id) as connection:
        found = attachments.get(connection, id)
        assert attachments.content(connection, found) == PDF


def test_what_was_swept_just_before_is_refused_and_leaves_nothing(database, tenant, old, process):
    with transaction(database.app, tenant.id) as sweeping:
        assert sweep(sweeping, tenant) == 1
    with refused("upload_must_exist"), transaction(database.app, tenant.id) as attaching:
        attached(attaching, tenant, process, old)
    with transaction(database.app, tenant.id) as connection:
        assert connection.execute(text("SELECT sha256 FROM files")).all() == []


def test_what_is_sent_again_while_it_is_swept_stays(database, tenant, old):
    sent = uploads.Sent(PDF, "application/pdf", "invoice.pdf")

    def sweeps():
        with transaction(database.app, tenant.id) as sweeping:
            return sweep(sweeping, tenant)

    with ThreadPoolExecutor(1) as beside:
        with transaction(database.edge, tenant.id) as sending:
            uploads.keep(sending, tenant.id, tenant.user("asha"), sent)
            waiting = beside.submit(sweeps)
            sleep(0.5)
            assert not waiting.done()
        assert waiting.result(10) == 0
