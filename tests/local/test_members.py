"""The members that are programs of ours: when each counts as ready, and what it is given.

Small programs stand in for them here; the real ones are started by the scenarios.
"""

import signal
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from local import members
from local.ports import HOST, Ports
from local.problem import LocalProblem

POLLS = """
import os, pathlib, time
print("colour", os.environ.get("KONTOR_COLOUR"), os.environ["KONTOR_HOME"], flush=True)
home = pathlib.Path(os.environ["KONTOR_HOME"])
(home / "run" / "worker.ready").write_text(str(os.getpid()))
time.sleep(60)
"""


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def replace(text: str) -> None:
        monkeypatch.setattr(members, "program", lambda *_, **__: [sys.executable, "-c", text])

    return replace


def test_a_worker_is_ready_when_it_has_written_its_pid(new_stack, programs, home: Path):
    programs(POLLS)
    (home / "run").mkdir()
    (home / "run" / "worker.ready").write_text("1")
    stack = new_stack()

    stack.start("worker")
    stack.wait_ready("worker", 10)
    stack.start_worker("worker-2", {"KONTOR_COLOUR": "blue"})

    assert (home / "run" / "worker.ready").read_text() == str(stack.pid("worker-2"))
    assert stack.pid("worker") != stack.pid("worker-2")
    assert f"colour blue {home}" in stack.log("worker-2").read_text()
    assert f"colour None {home}" in stack.log("worker").read_text()


def test_a_killed_worker_starts_again_without_what_killed_it(new_stack, programs):
    programs(POLLS)
    stack = new_stack()
    stack.start("worker", {"KONTOR_COLOUR": "red"})
    stack.wait_ready("worker", 10)
    first = stack.pid("worker")

    stack.kill("worker", signal.SIGKILL)
    stack.start("worker")
    stack.wait_ready("worker", 10)

    assert stack.pid("worker") != first
    assert stack.log("worker").read_text().splitlines()[-1].startswith("colour None")


def test_a_worker_that_does_not_poll_in_time_is_told(new_stack, programs):
    programs("import time; print('thinking', flush=True); time.sleep(60)")
    stack = new_stack()
    stack.start("worker")

    with pytest.raises(LocalProblem, match=r"worker was not ready after 1 s(.|\n)*thinking"):
        stack.wait_ready("worker", 1)


def test_a_one_off_is_ready_when_it_ended_well(new_stack, programs):
    programs("print('done')")
    stack = new_stack()

    stack.up(["migrate"])

    assert not stack.is_alive("migrate")
    assert stack.watch(timeout=0.2) is None


def test_a_one_off_that_fails_stops_the_stack_and_is_told(new_stack, programs):
    programs("raise SystemExit('no such table')")
    stack = new_stack()

    with pytest.raises(LocalProblem, match=r"migrate ended with code 1(.|\n)*no such table"):
        stack.up(["migrate"])


def test_a_server_is_ready_when_it_answers_200():
    statuses = iter([503, 200])

    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(next(statuses) if self.path == "/health/ready" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    port = Ports.free().api
    url = f"http://{HOST}:{port}"
    assert not members.answers(url)
    with HTTPServer((HOST, port), Health) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        assert not members.answers(url)
        assert members.answers(url)
        server.shutdown()


def test_a_name_nobody_knows_is_refused(new_stack):
    with pytest.raises(ValueError, match="workr: not among the members"):
        new_stack().up(["workr"])
    with pytest.raises(ValueError, match="start_worker"):
        new_stack().start("worker-9")
