"""A home: one stack at a time, enough disk, and forgetting it."""

import os
import shutil
import subprocess
import sys
from collections import namedtuple

import pytest

from local.home import lock, prepare, running_pid, secret
from local.ports import Ports, require_free
from local.problem import LocalProblem
from local.reset import reset


def test_a_second_stack_on_one_home_is_refused_with_the_first_ones_pid(home):
    descriptor = lock(prepare(home))

    with pytest.raises(LocalProblem, match=rf"pid {os.getpid()}\); stop it"):
        lock(home)
    assert running_pid(home) == os.getpid()

    os.close(descriptor)
    assert running_pid(home) is None


def test_a_lock_left_by_a_dead_process_is_no_lock(home):
    prepare(home)
    program = (
        "import sys; from pathlib import Path; from local.home import lock; lock(Path(sys.argv[1]))"
    )
    subprocess.run([sys.executable, "-c", program, str(home)], check=True)
    assert (home / "run" / "stack.pid").exists()

    os.close(lock(home))


def test_a_full_disk_is_told_before_anything_starts(home, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**10, 10**10, 9 * 1024**2))

    with pytest.raises(LocalProblem, match=r"Only 9 MB are free.*500 MB"):
        prepare(home)


def test_a_home_that_cannot_be_a_folder_is_told(home):
    (home / "file").touch()

    with pytest.raises(LocalProblem, match=r"cannot be written.*KONTOR_HOME"):
        prepare(home / "file" / "inside")


def test_a_secret_stays_and_only_its_owner_reads_it(home):
    first = secret(home / "keys" / "login-password")

    assert secret(home / "keys" / "login-password") == first
    assert (home / "keys" / "login-password").stat().st_mode & 0o777 == 0o600


def test_a_busy_port_is_told_with_its_holder_and_the_cure():
    port = Ports.free().api
    program = (
        f"import socket, sys; s = socket.create_server(('127.0.0.1', {port}));"
        "print(1, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as server:
        assert server.stdout
        server.stdout.readline()

        with pytest.raises(
            LocalProblem, match=rf"Port {port}, which api.*pid {server.pid}.*change"
        ):
            require_free(port, server="api", cure="change api.port in temporal-dev.yaml")


def test_reset_deletes_what_a_stack_made_and_nothing_else(home):
    prepare(home)
    (home / "bank").mkdir()
    (home / "notes.txt").write_text("mine")

    reset(home)

    assert [each.name for each in home.iterdir()] == ["notes.txt"]


def test_reset_refuses_while_a_stack_runs(home):
    descriptor = lock(prepare(home))

    with pytest.raises(LocalProblem, match="Another stack runs"):
        reset(home)

    assert (home / "logs").exists()
    os.close(descriptor)


def test_reset_refuses_a_folder_that_is_no_home(home):
    with pytest.raises(LocalProblem, match="not a home"):
        reset(home)
