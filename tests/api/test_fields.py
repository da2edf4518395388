"""Fields of every kind over REST: files bound to what was seen, references, defaults, units."""

import hashlib
import time
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from tests.api.invoices import decide, inr, keyed, open_task
from tests.api.test_documents import PDF, send
from tests.api.test_tending import said
from tests.today import today

LINE = {
    "description": "Scanner", "expense_account": "purchases", "quantity": "1",
    "unit_price": inr(100_000), "net": inr(100_000), "gst_rate": "18",
}  # fmt: skip


def bought(**changes):
    """A purchase of ₹1,000.00 from a vendor within the state; the due date is left out."""
    given = {
        "vendor": "V-001", "invoice_number": f"F/{uuid4().hex[:8]}",
        "invoice_date": today().isoformat(), "lines": [LINE],
        "cgst": inr(9_000), "sgst": inr(9_000), "igst": inr(0), "total": inr(118_000),
    }  # fmt: skip
    return given | changes


def start(client, given, key="", process_type="purchase_invoice", **query):
    body = {"type": process_type, "input": given}
    return client.post("/processes", json=body, headers=keyed(key), params=query)


def whole(client, process):
    return client.get(f"/processes/{process}", params={"include": "documents"}).json()


def a_file(client, **of):
    """A file of its own: the same bytes again would be the same upload."""
    answer = send(client, PDF + uuid4().hex.encode(), **of)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_file_becomes_part_of_the_document_and_is_bound_to_the_decision(asha, bina):
    sent = a_file(asha, name="bill.pdf")
    process = start(asha, bought(bill=sent["id"])).json()["id"]

    document, attached = whole(bina, process)["documents"]

    assert document["content"]["bill"] == {
        "document": attached["id"], "name": "bill.pdf", "media_type": "application/pdf",
        "size": sent["size"], "sha256": sent["sha256"],
    }  # fmt: skip
    content = bina.get(attached["content"].removeprefix("/v1")).content
    assert hashlib.sha256(content).hexdigest() == sent["sha256"]
    assert (attached["title"], attached["attached_by"]["name"]) == (
        "The vendor's invoice", "Asha Rao",
    )  # fmt: skip
    assert open_task(bina, process)["subject_hash"] == document["hash"]


def test_another_file_is_another_document_to_decide_on(asha, bina):
    process = start(asha, bought(bill=a_file(asha)["id"])).json()["id"]
    before = whole(asha, process)["documents"][0]
    sent_back(bina, process, "Nobody can read it")
    given = before["content"]

    kept = amend(asha, process, given | {"due_date": given["invoice_date"]})
    assert kept.status_code == 202, kept.text
    same = whole(asha, process)["documents"][0]
    assert same["content"]["bill"] == given["bill"]
    sent_back(bina, process, "Still nobody can")
    amend(asha, process, same["content"] | {"bill": a_file(asha)["id"]})

    document, *attached = whole(asha, process)["documents"]
    assert document["content"]["bill"]["sha256"] != given["bill"]["sha256"]
    assert document["hash"] != same["hash"]
    assert len(attached) == 2


def amend(client, process, given):
    return client.post(f"/processes/{process}/amend", json={"input": given}, headers=keyed())


def sent_back(client, process, reason):
    """It stands in correction when this returns."""
    answer = decide(client, open_task(client, process), "send-back", reason=reason)
    assert answer.status_code == 200, answer.text
    deadline = time.monotonic() + 20
    while whole(client, process)["stage"]["name"] != "correction":
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_file_of_another_process_is_not_claimed_by_its_name(asha, bina):
    first = start(asha, bought(bill=a_file(asha)["id"])).json()["id"]
    theirs = whole(asha, first)["documents"][0]["content"]["bill"]

    refused = start(asha, bought(bill=theirs))
    second = start(asha, bought()).json()["id"]
    sent_back(bina, second, "Where is the bill?")
    content = whole(asha, second)["documents"][0]["content"]

    assert said(refused) == (422, "upload_must_exist")
    assert said(amend(asha, second, content | {"bill": theirs})) == (
        422, "upload_must_exist",
    )  # fmt: skip


def test_files_are_refused_at_their_field_and_nothing_is_attached(asha, bina, cast):
    theirs = a_file(cast["hema"])
    text = a_file(asha) | {"id": send(asha, b"Paid.\n", "text/plain").json()["id"]}
    for upload, code in (
        (theirs["id"], "upload_must_exist"),
        ("upl_" + "0" * 26, "upload_must_exist"),
        (text["id"], "file_must_be_of_media_type"),
    ):
        answer = start(asha, bought(bill=upload))
        assert said(answer) == (422, code), answer.text
        (error,) = answer.json()["errors"]
        assert (error["pointer"], error["code"]) == ("/input/bill", code)


def test_a_file_larger_than_its_field_takes_is_refused(asha):
    large = a_file(asha)["id"] and send(asha, PDF + b" " * 5_000_000).json()["id"]
    answer = start(asha, leave(certificate=large), process_type="leave_request")
    assert said(answer) == (422, "file_must_not_be_too_large")


def leave(**changes):
    given = {"employee": f"Asha {uuid4().hex[:6]}", "kind": "sick", "to_date": "2099-01-01"}
    return given | changes


def test_a_trial_says_what_would_be_and_attaches_nothing(asha, database):
    upload = a_file(asha)["id"]
    before = attached(database)
    assert start(asha, bought(bill=upload), dry_run="true").status_code == 200
    assert attached(database) == before


def attached(database):
    with database.admin.connect() as connection:
        return connection.exec_driver_sql("SELECT count(*) FROM attachments").scalar_one()


def test_what_is_left_out_has_its_default_and_the_key_is_for_what_was_sent(asha):
    given = leave()
    first = start(asha, given, key="sick-today", process_type="leave_request")
    again = start(asha, given, key="sick-today", process_type="leave_request")

    content = whole(asha, first.json()["id"])["documents"][0]["content"]
    today = datetime.now(ZoneInfo("Asia/Kolkata")).date()  # That of the sandbox tenant.
    assert (content["from_date"], content["days"]) == (today.isoformat(), "1")
    assert again.json()["id"] == first.json()["id"]
    spelled = start(asha, given | {"days": "1"}, key="sick-today", process_type="leave_request")
    assert said(spelled) == (422, "idempotency_key_mismatch")
    due = whole(asha, start(asha, bought()).json()["id"])["documents"][0]["content"]["due_date"]
    assert due == (today + timedelta(days=30)).isoformat()


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"branch": "B-404"}, "/input/branch"),
        ({"lines": [LINE, LINE | {"product": "P-404"}]}, "/input/lines/1/product"),
    ],
)
def test_a_reference_to_nothing_is_refused_at_its_field(asha, changes, pointer):
    answer = start(asha, bought(**changes))
    assert said(answer) == (422, "reference_must_exist")
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, "reference_must_exist")


def test_a_process_tells_what_may_be_changed_now(asha, bina):
    process = start(asha, bought()).json()["id"]
    assert "editable" not in whole(asha, process)
    sent_back(bina, process, "Wrong bill")

    assert "bill" in whole(asha, process)["editable"]["amend"]
    assert "editable" not in whole(bina, process)


def test_numbers_that_steal_money_are_masked_in_the_processes_of_masters(cast):
    asked = {
        "code": f"V-{uuid4().hex[:6]}", "name": "Nandi Packaging", "pan": "AAKFN3481Q",
        "bank_account": "50100200300599", "bank_ifsc": "SIMB0000101", "reason": "Packs",
    }  # fmt: skip
    sent = cast["asha"].post("/masters/vendor", json=asked, headers=keyed())
    assert sent.status_code == 202, sent.text
    process = sent.json()["id"]
    for name in ("bina", "deepa"):
        decide(cast[name], open_task(cast[name], process))

    for name in ("asha", "chand"):
        content = whole(cast[name], process)["documents"][0]["content"]
        assert content["bank_account"] == "50100200300599"
    for road in ("?include=documents,tasks", "/steps?view=technical", "/events"):
        text = cast["tara"].get(f"/processes/{process}{road}")
        assert text.status_code == 200, road
        for number in ("50100200300599", "AAKFN3481Q", "SIMB0000101"):
            assert number not in text.text, road
