"""Exceptions and bulk work at the terminal, against a running API."""

import json
import time

import pytest

from tests.api.invoices import decide, open_task, started
from tests.command_line import run
from tests.installation import eventually


@pytest.fixture
def cast(installation, tenant):
    clients = {name: installation.client(tenant, name) for name in ("asha", "bina", "esha")}
    yield clients
    for client in clients.values():
        client.close()


@pytest.fixture
def kontor(installation, tenant, monkeypatch, tmp_path):
    """`kontor(name, *arguments)` as one of the cast."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    def call(name, *arguments, **more):
        caller = ("--api", installation.url, "--token", installation.token(tenant, name))
        return run(*arguments, *caller, **more)

    return call


@pytest.fixture
def answered(kontor):
    """The JSON that a command prints."""

    def call(name, *arguments, **more):
        result = kontor(name, *arguments, "-o", "json", **more)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return call


@pytest.fixture
def parked(installation, cast):
    """Two payments that the bank refused; their exceptions."""
    installation.bank.arm("refuse", reason="account_closed", times=2)
    for _ in range(2):
        process = started(cast["asha"])["id"]
        decide(cast["bina"], open_task(cast["bina"], process))
        asked = {"process": process, "state": "open"}
        eventually(lambda asked=asked: cast["esha"].get("/exceptions", params=asked).json()["data"])
    found = cast["esha"].get("/exceptions").json()["data"]
    return [each["id"] for each in found]


def ended(answered, process):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        body = answered("esha", "get", process["id"])
        if body["closed_at"]:
            return body
        time.sleep(0.2)
    raise AssertionError(body["stage"])


def test_a_cause_is_grouped_selected_tried_dry_and_retried(kontor, answered, parked):
    grouped = kontor("esha", "exceptions", "--group-by", "cause", "--plain")
    assert "payment_refused" in grouped.stdout
    assert "59,000.00 INR" in grouped.stdout
    assert len(answered("esha", "exceptions", "--cause", "payment_refused")["data"]) == 2

    selection = answered("esha", "bulk", "select", "exceptions", "--cause", "payment_refused")
    dry = kontor("esha", "bulk", "go", "retry", selection["id"], "--dry-run", "--plain")
    assert "Done: 2  59,000.00 INR" in dry.stdout
    assert len(answered("esha", "exceptions")["data"]) == 2

    process = answered("esha", "bulk", "go", "retry", selection["id"])
    assert ended(answered, process)["progress"] == {"total": 2, "done": 2, "failed": 0}
    shown = kontor("esha", "bulk", "items", process["id"], "--plain")
    assert shown.stdout.count("done") == 2
    over = kontor("esha", "bulk", "stop", process["id"], "--reason", "Late")
    assert (over.exit_code, "process_must_be_open" in over.stderr) == (1, True)


def test_one_is_assigned_and_what_nothing_is_proposed_for_is_not_confirmed(
    kontor, answered, parked
):
    given = ("assign", parked[0], "--role", "operations", "--reason", "Theirs")
    dry = kontor("esha", *given, "--dry-run", "--plain")
    assert "Nothing was changed" in dry.stderr
    assert answered("esha", *given)["assigned_to"]["role"] == "operations"
    both = kontor("esha", "assign", parked[0], "--reason", "Whose")
    assert (both.exit_code, "one of the two" in both.stderr) == (2, True)

    refused = kontor("esha", "confirm", parked[0])
    assert (refused.exit_code, "proposal_must_be_pending" in refused.stderr) == (1, True)
    refused = kontor("esha", "skip", parked[0], "--reason", "Enough")
    assert "payment_must_not_be_skipped" in refused.stderr


def test_a_fix_is_proposed_from_a_file_and_confirmed_by_another(kontor, answered, cast, parked):
    process = answered("esha", "get", parked[0])["process"]
    full = cast["esha"].get(f"/processes/{process}", params={"include": "documents"}).json()
    content = full["documents"][0]["content"]
    content["lines"][0]["description"] = "Review"
    fix = ("fix", parked[0], "-", "--reason", "No audit")
    assert answered("esha", *fix, input=json.dumps(content))["proposal"]["way"] == "fix"

    own = kontor("esha", "confirm", parked[0])
    assert "checker_must_differ_from_maker" in own.stderr
    assert answered("deepa", "confirm", parked[0])["resolution"] == "fix"


def test_a_task_is_claimed_commented_put_off_and_given_back(answered, kontor, cast, tmp_path):
    process = started(cast["asha"])
    task = open_task(cast["bina"], process["id"])["id"]

    assert answered("bina", "claim", task)["claim"]["by"]["name"] == "Bina Iyer"
    assert answered("bina", "comment", task, "Where is the order?")["comments"]
    answered("bina", "snooze", task, "2126-01-01T00:00:00Z")
    assert answered("bina", "release", task)["claim"] is None
    assert answered("asha", "comment", process["id"], "Here")["text"] == "Here"
    paper = tmp_path / "order.pdf"
    paper.write_bytes(b"%PDF-1.4\n%%EOF\n")
    attached = answered("asha", "attach", process["id"], str(paper), "--title", "Order")
    assert attached["title"] == "Order"
    gone = kontor("asha", "attach", process["id"], "nothing.pdf")
    assert (gone.exit_code, "cannot be read" in gone.stderr) == (2, True)
