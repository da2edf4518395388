"""One child process in its own session, with its log file and its pid file."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from config.settings import ROOT
from local.account import Account
from local.problem import LocalProblem
from local.watchdog import Watchdog

LOG_BYTES = 10 * 1024 * 1024
TAIL_LINES = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What to run. `stop_signals` are tried in turn, `grace` seconds each, before SIGKILL."""

    arguments: Sequence[str | Path]
    environment: Mapping[str, str] = field(default_factory=dict)
    account: Account | None = None
    stop_signals: Sequence[signal.Signals] = (signal.SIGTERM,)
    grace: float = 10.0


class Process:
    """A running command, its name and its files below a home."""

    def __init__(self, name: str, home: Path, command: Command, *, watchdog: Watchdog) -> None:
        """Start it. Its output is appended to `logs/<name>.log`."""
        self.name = name
        self.log = home / "logs" / f"{name}.log"
        self.is_ready = False
        self.is_expected_to_run = True
        self._command = command
        self._watchdog = watchdog
        self._pid_file = home / "run" / f"{name}.pid"
        self._child = self._spawn()
        watchdog.watch(self._child.pid, command.stop_signals[0])
        self._pid_file.write_text(f"{self.pid} {psutil.Process(self.pid).create_time()}\n")

    def _spawn(self) -> subprocess.Popen[bytes]:
        account = self._command.account
        _rotate(self.log)
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            return subprocess.Popen(
                [str(argument) for argument in self._command.arguments],
                env={**inherited_environment(), **self._command.environment},
                cwd="/" if account else ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=account.user if account else None,
                group=account.group if account else None,
                extra_groups=[] if account else None,
            )

    @property
    def pid(self) -> int:
        """Its process id, also its session's."""
        return self._child.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; minus the signal's number when one ended it."""
        return self._child.poll()

    @property
    def is_alive(self) -> bool:
        """Whether it runs now."""
        return self.exit_code is None

    def kill(self, number: signal.Signals) -> None:
        """Send a signal to it alone; SIGKILL is waited for."""
        self.is_expected_to_run = False
        self._child.send_signal(number)
        if number == signal.SIGKILL:
            self._ended()

    def stop(self) -> None:
        """End it and whatever it started, gently first. Does nothing the second time."""
        self.is_expected_to_run = False
        for number in self._command.stop_signals:
            if not self.is_alive:
                break
            self._child.send_signal(number)
            with suppress(subprocess.TimeoutExpired):
                self._child.wait(self._command.grace)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._ended()

    def _ended(self) -> None:
        self._child.wait()
        self._watchdog.forget(self.pid)
        self._pid_file.unlink(missing_ok=True)

    def tail(self) -> str:
        """The last lines it wrote since this start."""
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            lines = log.read().decode(errors="replace").splitlines()
        return "\n".join(lines[-TAIL_LINES:])

    def require_alive(self) -> None:
        """Raise LocalProblem with the end of its log when it has ended."""
        if not self.is_alive:
            raise LocalProblem(
                f"{self.name} ended {ending(self.exit_code)} before it was ready; correct what "
                f"its log says ({self.log}):\n{self.tail()}"
            )


def ending(exit_code: int | None) -> str:
    """How a process ended, in words."""
    if exit_code is not None and exit_code < 0:
        return f"by {signal.Signals(-exit_code).name}"
    return f"with code {exit_code}"


def inherited_environment() -> dict[str, str]:
    """What every member gets from us: everything but other settings of Kontor."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("KONTOR_")}
    local = "127.0.0.1,localhost"
    for name in ("NO_PROXY", "no_proxy"):
        own[name] = f"{own[name]},{local}" if own.get(name) else local
    return {**own, "PYTHONUNBUFFERED": "1"}


def end_leftovers(home: Path, *, grace: float = 5.0) -> None:
    """End members of a stack that died without its watchdog; needs the home's lock."""
    for file in (home / "run").glob("*.pid"):
        with suppress(ValueError, psutil.NoSuchProcess):
            pid, created = file.read_text().split()
            found = psutil.Process(int(pid))
            if abs(found.create_time() - float(created)) < 1:
                found.send_signal(signal.SIGINT if found.name() == "postgres" else signal.SIGTERM)
                _, alive = psutil.wait_procs([found], grace)
                for each in alive:
                    each.kill()
                psutil.wait_procs(alive, grace)
        if file.name != "stack.pid":
            file.unlink(missing_ok=True)


def wait_until(process: Process, check: Callable[[], bool], timeout: float) -> None:
    """Poll until `check` is true. Raises LocalProblem when the process ends or time runs out."""
    deadline = time.monotonic() + timeout
    while not check():
        # Asked again once it has ended, as it may have succeeded in between.
        if not process.is_alive and check():
            break
        process.require_alive()
        if time.monotonic() > deadline:
            raise LocalProblem(
                f"{process.name} was not ready after {timeout:.0f} s; see what its log says "
                f"({process.log}):\n{process.tail()}"
            )
        time.sleep(0.05)
    process.is_ready = True


def _rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
