"""A task warns of documents that may be one."""

from tests.api.invoices import decide, invoice, open_task, started


def warnings(client, process):
    task = open_task(client, process["id"])
    checks = client.get(f"/tasks/{task['id']}").json()["checks"]
    return [each for each in checks if each["result"] == "warning"]


def test_two_halves_of_a_large_invoice_are_told_with_each_other(asha, bina, deepa, cast):
    first = started(asha)
    assert warnings(bina, first) == []

    second = started(asha)
    elsewhere = started(cast["hema"])

    told = {"name": "may_be_split", "result": "warning"}
    assert warnings(bina, second) == [told | {"evidence": [first["reference"]]}]
    assert warnings(bina, first) == [told | {"evidence": [second["reference"]]}]
    assert warnings(bina, elsewhere) == []
    assert decide(bina, open_task(bina, second["id"])).status_code == 200
    steps = bina.get(f"/processes/{second['id']}/steps?view=technical").json()["data"]
    assert [s["outputs"]["may_be_split"] for s in steps if "may_be_split" in s["outputs"]] == [
        [first["reference"]]
    ]


def test_what_was_rejected_and_what_is_large_by_itself_is_not_told(asha, bina):
    rejected = started(asha)
    decide(bina, open_task(bina, rejected["id"]), "reject", reason="Twice")
    started(asha, invoice(10_000_000))
    assert warnings(bina, started(asha)) == []
