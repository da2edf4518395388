"""A stack as a group: it names who died, and leaves nothing behind however it ends."""

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import psutil
import pytest

from local.home import lock, running_pid
from local.ports import Ports
from local.problem import LocalProblem

PARENT = """
import signal, sys, time
from pathlib import Path
from local.ports import Ports
from local.stack import Stack
# Whoever runs the tests in the background has interrupts ignored, and with nohup hang-ups too.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
ports = Ports(**eval(sys.argv[2]))
with Stack(Path(sys.argv[1]), ports=ports, members=["postgres"], durable=False) as stack:
    print(stack.pid("postgres"), flush=True)
    time.sleep(60)
"""


def test_a_member_that_dies_is_named_with_its_log(new_stack):
    with new_stack("postgres", durable=False) as stack:
        assert stack.watch(timeout=0.2) is None

        os.kill(stack.pid("postgres"), signal.SIGKILL)
        death = stack.watch(timeout=5)

        assert death
        assert (death.name, death.exit_code) == ("postgres", -signal.SIGKILL)
        assert "ready to accept connections" in death.tail
        assert "postgres ended by SIGKILL" in str(death)


def test_an_end_that_was_asked_for_is_no_death(new_stack):
    with new_stack("postgres", durable=False) as stack:
        stack.kill("postgres")

        assert stack.watch(timeout=0.3) is None


def test_a_busy_port_stops_everything_before_anything_starts(new_stack, home):
    ports = Ports.free()
    stack = new_stack("postgres", "temporal", ports=ports)
    with (
        socket.create_server(("127.0.0.1", ports.temporal_ui)),
        pytest.raises(LocalProblem, match=r"temporal\.ui_port in temporal-dev\.yaml"),
    ):
        stack.up()

    assert not (home / "postgres").exists()
    assert running_pid(home) is None


def test_a_second_stack_on_one_home_is_refused(new_stack):
    with (
        new_stack("postgres", durable=False),
        pytest.raises(LocalProblem, match="Another stack runs"),
    ):
        new_stack("postgres").up()


def test_a_member_that_cannot_start_is_told_with_its_log(new_stack, home):
    with new_stack("postgres", durable=False):
        pass
    (home / "postgres" / "data" / "pg_hba.conf").write_text("nonsense\n")

    with pytest.raises(LocalProblem, match=r"postgres ended with code 1.*\n(.*\n)*.*pg_hba"):
        new_stack("postgres", durable=False).up()


def test_settings_that_were_given_win(new_stack):
    given = {"KONTOR_BANK_URL": "http://bank.example", "KONTOR_MODE": "sandbox", "PATH": "/x"}
    environment = new_stack(settings=given).environment

    assert environment["KONTOR_BANK_URL"] == "http://bank.example"
    assert environment["KONTOR_API_URL"].startswith("http://127.0.0.1:")
    assert environment["KONTOR_LOGIN_PASSWORD"]
    assert "PATH" not in environment


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_nothing_outlives_the_process_that_started_it(home: Path, number: signal.Signals):
    ports = asdict(Ports.free())
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(home), repr(ports)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as parent:
        assert parent.stdout
        postgres = psutil.Process(int(parent.stdout.readline()))
        parent.send_signal(number)

    os.close(lock(home))

    deadline = time.monotonic() + 2
    while postgres.is_running() and postgres.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, f"postgres outlived {number.name}"
        time.sleep(0.05)
    assert "database system is shut down" in (home / "logs" / "postgres.log").read_text()
