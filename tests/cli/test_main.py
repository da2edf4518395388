"""The command line without an API: help, exit codes, where words go."""

import json
import socket
import subprocess
import sys

import pytest

from api.cli import bulk, definitions, ledger
from api.cli.main import app
from tests.command_line import run

COMMANDS = sorted((command.name,) for command in app.registered_commands)
BULK = sorted(("bulk", command.name) for command in bulk.app.registered_commands)
LEDGER = sorted(("ledger", command.name) for command in ledger.app.registered_commands)
FILES = sorted(("definition", command.name) for command in definitions.app.registered_commands)
WORK = [
    ("types",),
    ("start", "invoice_approval", "--example"),
    ("get", "prc_1"),
    ("list",),
    ("act", "prc_1", "pay_now"),
    ("cancel", "prc_1", "--reason", "x"),
    ("watch", "prc_1"),
    ("tasks",),
    ("approve", "tsk_1"),
    ("reject", "tsk_1", "--reason", "x"),
    ("send-back", "tsk_1", "--reason", "x"),
    ("claim", "tsk_1"),
    ("release", "tsk_1"),
    ("snooze", "tsk_1", "2026-07-16T10:00:00+05:30"),
    ("escalate", "tsk_1", "--reason", "x"),
    ("comment", "tsk_1", "Seen"),
    ("withdraw", "prc_1"),
    ("exceptions",),
    ("retry", "exc_1"),
    ("skip", "exc_1", "--reason", "x"),
    ("confirm", "exc_1"),
    ("assign", "exc_1", "--role", "operations", "--reason", "x"),
    ("trial-balance",),
    ("whoami",),
    ("reports",),
    ("report", "balance-sheet"),
]
OF_BULK = [
    ("bulk", "select", "tasks"),
    ("bulk", "go", "approve", "sel_1"),
    ("bulk", "items", "prc_1"),
    ("bulk", "stop", "prc_1", "--reason", "x"),
]
OF_THE_LEDGER = [
    ("ledger", "accounts"),
    ("ledger", "account", "bank"),
    ("ledger", "balance", "bank"),
    ("ledger", "entries"),
    ("ledger", "entry", "jrn_1"),
    ("ledger", "verify"),
    ("ledger", "statement", "bank"),
    ("ledger", "export", "--format", "csv"),
    ("ledger", "holds"),
    ("ledger", "hold", "hld_1"),
    ("ledger", "limits"),
    ("ledger", "rates"),
]


@pytest.fixture(autouse=True)
def _bare(monkeypatch, tmp_path):
    """No home, no caller, no address."""
    for name in ("KONTOR_HOME", "KONTOR_AS", "KONTOR_TOKEN", "KONTOR_API_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def closed():
    """An address where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return f"http://127.0.0.1:{port}"


def test_these_are_the_commands():
    local = {"up", "demo", "doctor", "reset", "amend", "new-process"}
    # These read a file or a password first.
    local |= {"attach", "fix", "sign-in", "step-up", "sign-out"}
    promised = {arguments[:1] for arguments in WORK} | {(name,) for name in local}
    assert promised == set(COMMANDS)
    assert {arguments[:2] for arguments in OF_THE_LEDGER} == set(LEDGER)
    assert {arguments[:2] for arguments in OF_BULK} == set(BULK)


@pytest.mark.parametrize("names", [*COMMANDS, *LEDGER, *BULK, *FILES], ids="-".join)
def test_each_command_explains_itself(names):
    result = run(*names, "--help")

    assert result.exit_code == 0
    for option in ("--as", "--token", "--api", "--home", "--output", "--curl", "--plain"):
        assert option in result.output


@pytest.mark.parametrize("arguments", [*WORK, *OF_BULK, *OF_THE_LEDGER], ids=" ".join)
def test_an_api_that_is_away_is_exit_code_3_and_says_how_to_start_it(arguments, closed):
    result = run(*arguments, "--api", closed, "--token", "t")

    assert result.exit_code == 3
    assert "kontor up" in result.stderr
    assert result.stdout == ""


def test_a_home_without_a_stack_is_exit_code_3():
    result = run("tasks", "--token", "t")

    assert result.exit_code == 3
    assert "nothing runs on the home .kontor" in result.stderr


def test_nobody_calling_is_exit_code_2(closed):
    result = run("tasks", "--api", closed)

    assert result.exit_code == 2
    assert "--as NAME" in result.stderr


def test_a_stranger_is_told_who_there_is(closed, tmp_path):
    (tmp_path / "tokens").mkdir()
    (tmp_path / "tokens" / "bina").write_text("t")

    result = run("tasks", "--api", closed, "--home", str(tmp_path), "--as", "bima")

    assert result.exit_code == 2
    assert "there are: bina" in result.stderr


def test_a_name_cannot_leave_the_folder_of_tokens(closed, tmp_path):
    (tmp_path / "tokens").mkdir()
    (tmp_path / "secret").write_text("t")

    result = run("tasks", "--api", closed, "--home", str(tmp_path), "--as", "../secret")

    assert result.exit_code == 2


@pytest.mark.parametrize(
    "arguments", [("approve",), ("reject", "tsk_1"), ("tasks", "--scope", "theirs"), ("fly",)]
)
def test_a_wrong_call_is_exit_code_2(arguments):
    assert run(*arguments, "--token", "t").exit_code == 2


def test_an_input_that_is_no_json_is_exit_code_2(closed, tmp_path):
    (tmp_path / "input.json").write_text("{")

    result = run(
        "start", "invoice_approval", str(tmp_path / "input.json"), "--api", closed, "--token", "t"
    )

    assert result.exit_code == 2
    assert "is not JSON" in result.stderr


def test_the_curl_is_on_standard_error_and_without_the_token(closed):
    result = run("tasks", "--api", closed, "--token", "s3cret", "--curl", "-o", "json")

    assert f"curl -sS '{closed}/v1/tasks?scope=mine&state=open'" in result.stderr
    assert "s3cret" not in result.output
    assert result.stdout == ""


def test_the_curl_of_a_member_of_the_cast_reads_her_token_file(closed, tmp_path):
    (tmp_path / "tokens").mkdir()
    (tmp_path / "tokens" / "bina").write_text("s3cret")

    result = run("tasks", "--api", closed, "--home", str(tmp_path), "--as", "bina", "--curl")

    assert f"$(cat '{tmp_path}/tokens/bina')" in result.stderr


def test_doctor_answers_in_json():
    result = run("doctor", "-o", "json")

    found = {each["subject"]: each["verdict"] for each in json.loads(result.stdout)}
    assert found["Python"] == "ok"
    assert found["API"] == "note"


def test_reset_of_nothing_is_nothing():
    result = run("reset", "--yes")

    assert result.exit_code == 0
    assert "nothing to forget" in result.stdout


def test_reset_asks_before_it_forgets(tmp_path):
    (tmp_path / "home" / "run").mkdir(parents=True)
    (tmp_path / "home" / "tokens").mkdir()

    declined = run("reset", "--home", str(tmp_path / "home"), input="n\n")
    assert declined.exit_code != 0
    assert (tmp_path / "home" / "tokens").exists()

    assert run("reset", "--yes", "--home", str(tmp_path / "home")).exit_code == 0
    assert not (tmp_path / "home").exists()


def test_help_loads_nothing_heavy():
    heavy = ("httpx2", "pydantic", "sqlalchemy", "temporalio", "rich")
    code = f"import sys, api.cli.main; print([m for m in {heavy!r} if m in sys.modules])"

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "[]"
