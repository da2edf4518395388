"""Masked fields: null for whoever may read the process but not them, on every road."""

import pytest

from domain.definitions import masks
from domain.definitions.masks import Mask
from tests.api.invoices import decide, keyed, open_task

TERMS = {
    "employee": "Asha Rao", "position": "Accounts assistant", "kind": "fixed",
    "salary": {"amount": 4_200_000, "currency": "INR"},
    "effective_from": "2099-08-01", "effective_to": "2100-07-31",
}  # fmt: skip


@pytest.fixture
def contract(cast):
    """A contract that was corrected once and waits for the manager's signature."""
    esha = cast["esha"]
    body = {"type": "employee_contract", "input": TERMS}
    process = esha.post("/processes", json=body, headers=keyed()).json()["id"]
    higher = TERMS | {"salary": {"amount": 4_300_000, "currency": "INR"}, "position": "Accountant"}
    for action, given in (("correct", {"input": higher}), ("submit", {})):
        answer = esha.post(f"/processes/{process}/actions/{action}", json=given, headers=keyed())
        assert answer.status_code == 202, answer.text
    return process


def shown(client, process):
    body = client.get(f"/processes/{process}", params={"include": "documents,tasks"}).json()
    return body["documents"][0], body["tasks"]


def test_who_is_named_sees_it_and_nobody_else_not_even_the_auditor(cast, contract):
    for name in ("esha", "bina", "deepa"):
        document, _ = shown(cast[name], contract)
        assert document["content"]["salary"]["amount"] == 4_300_000
        assert "masked" not in document
    for name in ("tara", "chand"):
        document, tasks = shown(cast[name], contract)
        assert document["content"]["salary"] is None
        assert document["content"]["position"] == "Accountant"
        assert document["masked"] == ["/salary"]
        # A digest of all of it lets one try every salary.
        assert document["hash"] is None
        assert {task["subject_hash"] for task in tasks} == {None}


def test_of_a_masked_field_one_learns_that_it_changed_and_not_how(cast, contract):
    task = open_task(cast["bina"], contract)["id"]
    changes = {each["field"]: each for each in changes_of(cast["bina"], task)}
    assert changes["/salary/amount"]["after"] == 4_300_000
    told = {each["field"]: each for each in changes_of(cast["tara"], task)}
    assert told["/position"]["after"] == "Accountant"
    assert told["/salary"] == {"field": "/salary", "before": None, "after": None, "masked": True}
    assert "/salary/amount" not in told


def changes_of(client, task):
    return client.get(f"/tasks/{task}").json()["changes"]


def test_no_road_tells_what_is_masked(cast, contract):
    task = open_task(cast["bina"], contract)
    decide(cast["bina"], task)
    roads = (
        f"/processes/{contract}?include=documents,tasks", f"/processes/{contract}/steps",
        f"/processes/{contract}/steps?view=technical", f"/processes/{contract}/events",
        f"/tasks/{task['id']}", "/processes", "/tasks?scope=all&state=all",
    )  # fmt: skip
    for road in roads:
        for client in (cast["chand"], cast["tara"]):
            text = client.get(road).text
            assert "4300000" not in text, road
            assert "4200000" not in text, road
            assert task["subject_hash"] not in text, road


def test_what_is_masked_is_no_filter(cast, contract):
    answer = cast["chand"].get("/processes", params={"salary": "4300000"})
    assert (answer.status_code, answer.json()["code"]) == (400, "filter_must_be_known")


def test_a_mask_reaches_into_rows():
    mask = Mask(frozenset({"lines.rate"}))
    content = {"title": "x", "lines": [{"rate": 7, "hours": 2}, {"hours": 3}]}
    assert mask.content(content) == {
        "title": "x",
        "lines": [{"rate": None, "hours": 2}, {"hours": 3}],
    }
    assert mask.pointers(content) == ["/lines/0/rate"]
    assert mask.hides("/lines/4/rate/amount") == "/lines/4/rate"
    assert mask.hides("/lines/4/hours") is None


def test_without_a_mask_everybody_sees_everything(definitions):
    assert not masks.mask(definitions.get("leave_request"), ())


def test_what_an_operation_wrote_is_masked_by_the_names_of_its_fields():
    mask = Mask(frozenset({"pan"}))
    told = mask.outputs({"code": "V-1", "after": {"pan": "AAKFN3481Q", "name": "Nandi"}})
    assert told == {"code": "V-1", "after": {"pan": None, "name": "Nandi"}}
