"""A person's notifications over the wire: her own, read or not; and what left the installation."""

import pytest

from domain.database import transaction
from domain.identifiers import NOTIFICATION, new_uuid, written
from domain.notifications import telling
from domain.notifications.telling import Telling
from sandbox.tenant import Tenant
from tests.api.invoices import started
from tests.installation import Installation


def tell(installation: Installation, tenant: Tenant) -> None:
    """One turn, by hand."""
    installation.database.settle()
    with transaction(installation.database.app, tenant.id) as connection:
        telling.tell(connection, Telling(installation.catalog, "https://kontor.example/v1"))


@pytest.fixture
def told(installation: Installation, tenant: Tenant):
    """An invoice of asha's, of which bina was told."""
    with installation.client(tenant, "asha") as asha:
        process = started(asha)["id"]
    tell(installation, tenant)
    return process


def test_a_person_sees_her_own_and_marks_them_read(installation, tenant, told):
    with installation.client(tenant, "bina") as bina:
        (found,) = bina.get("/notifications").json()["data"]
        assert (found["name"], found["process"], found["read_at"]) == ("task_opened", told, None)
        assert "waits for you" in found["subject"]

        for _ in range(2):
            assert bina.put(f"/notifications/{found['id']}/read").status_code == 204
        assert bina.get("/notifications").json()["data"] == []
        (read,) = bina.get("/notifications", params={"state": "read"}).json()["data"]
        assert read["read_at"] is not None


def test_nobody_sees_or_reads_those_of_another(installation, tenant, told):
    with installation.client(tenant, "bina") as bina:
        (found,) = bina.get("/notifications").json()["data"]
    with installation.client(tenant, "asha") as asha:
        assert asha.get("/notifications", params={"state": "all"}).json()["data"] == []
        answer = asha.put(f"/notifications/{found['id']}/read")
    assert (answer.status_code, answer.json()["code"]) == (404, "notification_must_exist")
    with installation.client(tenant, "bina") as bina:
        assert len(bina.get("/notifications").json()["data"]) == 1


def test_what_is_not_there_cannot_be_read(installation, tenant):
    with installation.client(tenant, "bina") as bina:
        for id in (written(NOTIFICATION, new_uuid()), "ntf_nonsense"):
            assert bina.put(f"/notifications/{id}/read").status_code == 404


def test_pages_follow_each_other(installation, tenant):
    with installation.client(tenant, "asha") as asha:
        made = [started(asha)["id"] for _ in range(3)]
    tell(installation, tenant)
    with installation.client(tenant, "bina") as bina:
        first = bina.get("/notifications", params={"limit": 2}).json()
        rest = bina.get(
            "/notifications", params={"limit": 2, "cursor": first["next_cursor"]}
        ).json()
    assert [each["process"] for each in first["data"] + rest["data"]] == made[::-1]
    assert rest["next_cursor"] is None
