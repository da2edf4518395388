"""Asking for a reversal or a period's state over REST starts a process that others approve."""

from domain.identifiers import new_uuid, written
from tests.api.invoices import keyed
from tests.book import Book
from tests.installation import eventually
from tests.today import today


def approved_by(client, process):
    """Approve the task that waits for the process."""
    found = eventually(lambda: [
        task for task in client.get("/tasks?scope=mine").json()["data"]
        if task["process"] == process
    ])  # fmt: skip
    task = found[0]
    headers = keyed(**{"If-Match": task["subject_hash"]})
    sent = client.post(f"/tasks/{task['id']}/approve", json={}, headers=headers)
    assert sent.status_code == 200, sent.text


def ended(client, process):
    """The process once it has come to rest."""

    def closed():
        found = client.get(f"/processes/{process}").json()
        return found if found["closed_at"] else None

    return eventually(closed)


def test_a_reversal_is_asked_for_approved_and_posted(installation, database, tenant, cast):
    book = Book(database, tenant)
    entry = written("jrn", book.post(book.sale(on=today())).entry)
    path = f"/ledger/entries/{entry}/reversal"

    would = cast["asha"].post(f"{path}?dry_run=true", json={"reason": "Twice"}, headers=keyed())
    assert would.json()["would"]["approvers"][0]["role"] == "finance_head"
    sent = cast["asha"].post(path, json={"reason": "Twice"}, headers=keyed())
    assert sent.status_code == 202, sent.text
    process = sent.json()["id"]
    approved_by(cast["deepa"], process)

    assert ended(cast["asha"], process)["stage"]["name"] == "reversed"
    assert cast["asha"].get(f"/ledger/entries/{entry}").json()["reversed_by"]
    again = cast["asha"].post(path, json={"reason": "Again"}, headers=keyed())
    assert (again.status_code, again.json()["code"]) == (409, "already_reversed")


def test_a_month_is_locked_and_opened_again(installation, tenant, cast):
    periods = cast["chand"].get("/periods").json()["data"]
    month = next(each for each in periods if each["starts_on"] == "2026-06-01")

    sent = cast["asha"].post(
        f"/periods/{month['id']}/lock", json={"reason": "Filed"}, headers=keyed()
    )
    assert sent.status_code == 202, sent.text
    approved_by(cast["bina"], sent.json()["id"])
    ended(cast["asha"], sent.json()["id"])
    assert state_of(cast, month) == "locked"

    sent = cast["asha"].post(
        f"/periods/{month['id']}/reopen", json={"reason": "Late bill"}, headers=keyed()
    )
    approved_by(cast["bina"], sent.json()["id"])
    approved_by(cast["deepa"], sent.json()["id"])
    ended(cast["asha"], sent.json()["id"])
    assert state_of(cast, month) == "open"


def state_of(cast, month):
    """The state of a month, and that it names who gave it."""
    found = cast["chand"].get("/periods").json()["data"]
    (period,) = [each for each in found if each["id"] == month["id"]]
    assert period["changed_by"]
    return period["state"]


def test_what_is_not_there_is_not_found(cast):
    for path in ("/ledger/entries/{}/reversal", "/periods/{}/lock", "/periods/{}/reopen"):
        for id in ("nonsense", written("prd" if "periods" in path else "jrn", new_uuid())):
            sent = cast["asha"].post(path.format(id), json={"reason": "x"}, headers=keyed())
            assert sent.status_code == 404, sent.text
