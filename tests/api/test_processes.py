"""A process over the API: started, read, approved, paid."""

from tests.api.invoices import decide, invoice, keyed, open_task, start, started
from tests.installation import eventually


def test_a_start_answers_with_a_process_that_can_be_read_at_once(asha):
    response = start(asha, invoice(), external_ref="PO-1")

    body = response.json()
    assert response.status_code == 202
    assert response.headers["Location"] == f"/v1/processes/{body['id']}"
    assert body["stage"]["name"] == "approval"
    assert body["waiting_for"]["role"] == "finance_approver"
    assert body["external_ref"] == "PO-1"
    read = asha.get(f"/processes/{body['id']}")
    assert read.status_code == 200
    assert read.json()["reference"] == body["reference"]


def test_an_approved_invoice_is_posted_paid_and_found_by_its_number(asha, bina, esha):
    process = started(asha)["id"]
    task = open_task(bina, process)

    response = decide(bina, task)

    assert response.status_code == 200, response.text
    assert response.json()["decision"]["by"]["name"] == "Bina Iyer"
    posted = eventually(lambda: (b := bina.get(f"/processes/{process}").json())["number"] and b)
    assert bina.get(f"/processes/number:{posted['number']}").json()["id"] == process
    waiting = eventually(
        lambda: (
            (b := bina.get(f"/processes/{process}").json())["stage"]["name"]
            in ("awaiting_due_date", "paid")
            and b
        )
    )
    if waiting["stage"]["name"] == "awaiting_due_date":
        paying = esha.post(f"/processes/{process}/actions/pay_now", headers=keyed())
        assert paying.status_code == 202, paying.text
    eventually(lambda: asha.get(f"/processes/{process}").json()["status"] == "completed")
