"""Files: sent to the edge, attached to a process as evidence, and read again as they were."""

import hashlib
import io
import zipfile
from uuid import uuid4

import pytest

from sandbox.tenant import Tenant, open_tenant
from tests.api.invoices import decide, keyed, open_task, started
from tests.api.test_tending import said

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def send(client, content=PDF, media_type="application/pdf", name="invoice.pdf", key="", **query):
    headers = keyed(key) | {"Content-Type": media_type}
    return client.post("/uploads", content=content, params={"name": name, **query}, headers=headers)


def attach(client, process, upload, **body):
    body = {"upload": upload, **body}
    return client.post(f"/processes/{process}/documents", json=body, headers=keyed())


def workbook(*parts):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part in parts:
            archive.writestr(part, "<x/>")
    return packed.getvalue()


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GENUINE = [
    ("application/pdf", PDF),
    ("image/png", b"\x89PNG\r\n\x1a\n" + b"\0" * 20),
    ("image/jpeg", b"\xff\xd8\xff\xe0" + b"\0" * 20),
    (XLSX, workbook("[Content_Types].xml", "xl/workbook.xml")),
    ("text/csv", "party;amount\nV-001;₹ 5".encode()),
    ("text/plain", b"Agreed by telephone.\n"),
]
FORGED = [
    ("application/pdf", b"<html><script>", 422, "content_must_be_of_its_media_type"),
    ("image/png", PDF, 422, "content_must_be_of_its_media_type"),
    ("image/jpeg", b"GIF89a", 422, "content_must_be_of_its_media_type"),
    (XLSX, workbook("word/document.xml"), 422, "content_must_be_of_its_media_type"),
    (XLSX, workbook("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"), 422,
     "content_must_be_of_its_media_type"),
    (XLSX, b"PK\x03\x04 torn", 422, "content_must_be_of_its_media_type"),
    ("text/csv", b"MZ\x90\x00\x03", 422, "content_must_be_of_its_media_type"),
    ("text/plain", PDF, 422, "content_must_be_of_its_media_type"),
    ("text/html", b"<html>", 415, "media_type_must_be_allowed"),
    ("application/x-msdownload", b"MZ", 415, "media_type_must_be_allowed"),
    ("text/plain", b"", 422, "file_must_not_be_empty"),
]  # fmt: skip


def test_a_file_is_attached_as_evidence_and_comes_back_as_it_was(asha, bina):
    process = started(asha)["id"]
    upload = send(asha, name="Rechnung ü.pdf")
    assert upload.status_code == 201, upload.text
    assert upload.json()["sha256"] == hashlib.sha256(PDF).hexdigest()

    attached = attach(asha, process, upload.json()["id"], title="The invoice, signed")

    assert attached.status_code == 201, attached.text
    body = attached.json()
    assert (body["title"], body["attached_by"]["name"]) == ("The invoice, signed", "Asha Rao")
    assert bina.get(f"/processes/{process}/documents").json()["data"] == [body]
    task = bina.get(f"/tasks/{open_task(bina, process)['id']}").json()
    assert task["documents"][0]["hash"] == task["subject_hash"]
    assert task["documents"][1] == body
    content = bina.get(body["content"].removeprefix("/v1"))
    assert content.content == PDF
    assert content.headers["Content-Type"] == "application/pdf"
    assert content.headers["X-Content-Type-Options"] == "nosniff"
    name = "attachment; filename*=UTF-8''Rechnung%20%C3%BC.pdf"
    assert content.headers["Content-Disposition"] == name
    steps = bina.get(f"/processes/{process}/steps", params={"view": "technical"}).json()["data"]
    assert steps[-1]["outputs"]["sha256"] == hashlib.sha256(PDF).hexdigest()


@pytest.mark.parametrize(("media_type", "content"), GENUINE, ids=[g[0] for g in GENUINE])
def test_a_file_that_is_what_it_says_is_taken(asha, media_type, content):
    assert send(asha, content, media_type).status_code == 201


@pytest.mark.parametrize(("media_type", "content", "status", "code"), FORGED)
def test_a_file_that_is_something_else_is_refused(asha, media_type, content, status, code):
    assert said(send(asha, content, media_type)) == (status, code)


def test_a_file_has_ten_megabytes_at_most_and_an_input_one(asha):
    assert send(asha, PDF + b" " * 2_000_000).status_code == 201
    large = send(asha, PDF + b" " * 10_000_000)
    assert said(large) == (413, "body_must_not_be_too_large")
    assert "10,000,000" in large.json()["detail"]
    body = b" " * 1_000_001
    refused = asha.post("/processes", content=body, headers=keyed())
    assert said(refused) == (413, "body_must_not_be_too_large")


def test_the_same_file_again_is_the_same_upload_and_a_trial_sends_nothing(asha):
    once, again = send(asha), send(asha)
    assert once.json()["id"] == again.json()["id"]
    tried = send(asha, b"%PDF-2", dry_run="true")
    assert tried.json()["would"]["action"] == "upload"


def test_nobody_attaches_what_another_sent(asha, bina):
    process = started(asha)["id"]
    upload = send(asha).json()["id"]
    assert said(attach(bina, process, upload)) == (422, "upload_must_exist")
    assert said(attach(bina, process, "upl_nothing")) == (422, "upload_must_exist")


def test_nothing_is_attached_to_what_has_ended(asha, bina):
    process = started(asha)["id"]
    upload = send(asha).json()["id"]
    decide(bina, open_task(bina, process), "reject", reason="Not ours")
    assert said(attach(asha, process, upload)) == (409, "process_must_be_open")


def test_the_bytes_of_another_tenant_are_not_there(asha, bina, installation, database):
    process = started(asha)["id"]
    document = attach(asha, process, send(asha).json()["id"]).json()
    other = open_tenant(database.admin, Tenant(uuid4()))
    with installation.client(other, "bina") as stranger:
        answer = stranger.get(f"/documents/{document['id']}/content")
    assert said(answer) == (404, "document_must_exist")
