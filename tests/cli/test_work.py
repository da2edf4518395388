"""The command line against a running API: an invoice from its example to the trial balance."""

import json

import pytest

from tests.command_line import run


@pytest.fixture
def kontor(installation, tenant, monkeypatch, tmp_path):
    """`kontor(name, *arguments)` as one of the cast."""
    for name in ("KONTOR_HOME", "KONTOR_AS", "KONTOR_TOKEN", "KONTOR_API_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def call(name, *arguments, **more):
        caller = ("--api", installation.url, "--token", installation.token(tenant, name))
        return run(*arguments, *caller, **more)

    return call


@pytest.fixture
def answered(kontor):
    """The JSON that a command prints; it must end well and print nothing else."""

    def call(name, *arguments, **more):
        result = kontor(name, *arguments, "-o", "json", **more)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return call


@pytest.fixture
def invoice(answered):
    """The example, as a person would change it."""
    return json.dumps(answered("asha", "start", "invoice_approval", "--example"))


@pytest.fixture
def process(answered, invoice):
    """An invoice that waits for its approver."""
    return answered("asha", "start", "invoice_approval", "-", input=invoice)


def task_of(answered, process):
    inbox = answered("bina", "tasks")["data"]
    return next(each["id"] for each in inbox if each["process"] == process["id"])


def test_an_example_is_accepted_as_it_is(process):
    assert process["reference"].startswith("BILL-")


def test_the_same_key_is_the_same_process(answered, invoice):
    first, second = (
        answered("asha", "start", "invoice_approval", "-", "--key", "k-1", input=invoice)
        for _ in range(2)
    )

    assert first["id"] == second["id"]


def test_a_dry_run_starts_nothing(answered, invoice):
    would = answered("asha", "start", "invoice_approval", "-", "--dry-run", input=invoice)

    assert would["would"]
    assert answered("asha", "list")["data"] == []


def test_a_process_is_found_by_its_reference(answered, process):
    assert answered("asha", "get", process["reference"])["id"] == process["id"]


def test_the_maker_is_refused_with_exit_code_1_and_the_rule(kontor, answered, process):
    result = kontor("asha", "approve", task_of(answered, process))

    assert result.exit_code == 1
    assert "checker_must_differ_from_maker" in result.stderr
    assert result.stdout == ""


def test_a_refusal_in_json_is_the_problem_itself(kontor, answered, process):
    result = kontor("asha", "approve", task_of(answered, process), "-o", "json")

    assert result.exit_code == 1
    assert json.loads(result.stdout)["code"] == "checker_must_differ_from_maker"


def test_a_wrong_input_is_told_by_its_places(kontor, invoice):
    wrong = json.dumps({**json.loads(invoice), "due_date": "soon"})

    result = kontor("asha", "start", "invoice_approval", "-", input=wrong)

    assert result.exit_code == 1
    assert "/input/due_date" in result.stderr


def test_an_approved_invoice_is_watched_to_its_end_and_stands_in_the_book(
    kontor, answered, process
):
    answered("bina", "approve", task_of(answered, process))

    watched = kontor("chand", "watch", process["id"], "-o", "json")
    assert json.loads(watched.stdout.splitlines()[-1])["status"] == "completed"

    shown = kontor("chand", "trial-balance", "--plain")
    assert "29,500.00 INR" in shown.stdout, shown.output
    paid = answered("chand", "get", process["id"])
    assert paid["number"].startswith("PI/")
    assert answered("chand", "get", paid["number"])["id"] == process["id"]
    steps = answered("chand", "get", process["id"], "--steps")["steps"]
    assert any("Bina Iyer" in str(step["who"]) for step in steps)


def test_an_invoice_sent_back_is_amended_and_rejected(answered, invoice, process):
    answered("bina", "send-back", task_of(answered, process), "--reason", "Which quarter?")
    answered("asha", "amend", process["id"], "-", input=invoice.replace("first", "second"))

    answered("bina", "reject", task_of(answered, process), "--reason", "Never ordered")

    assert answered("asha", "get", process["id"])["status"] == "cancelled"


def test_a_process_is_cancelled_before_its_approval(answered, process):
    answered("asha", "cancel", process["id"], "--reason", "Entered twice")

    assert answered("asha", "get", process["id"])["status"] == "cancelled"


@pytest.mark.parametrize("command", ["types", "list", "tasks", "exceptions", "whoami"])
def test_every_list_can_be_drawn(kontor, process, command):
    result = kontor("bina", command)

    assert result.exit_code == 0, result.output


def test_an_action_that_edits_takes_the_whole_document(answered, kontor):
    lead = answered("asha", "start", "crm_lead", "--example")
    process = answered("asha", "start", "crm_lead", "-", input=json.dumps(lead))
    changed = json.dumps(lead | {"note": "Wants to see it", "next_follow_up": "2099-01-01"})

    taken = answered("asha", "act", process["id"], "contacted", "--input", "-", input=changed)
    assert taken["stage"]["name"] == "contacted"
    assert taken["amount"] is None

    strange = json.dumps(json.loads(changed) | {"name": "Somebody else"})
    refused = kontor("asha", "act", process["id"], "contacted", "--input", "-", input=strange)
    assert refused.exit_code != 0
    assert "may change expected_value, next_follow_up, note here, but not name" in refused.output
