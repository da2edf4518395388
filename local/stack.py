"""Everything that runs on one machine, as one group of named child processes.

`kontor up`, the demo, the tests that kill and the benchmarks all start it here. It leaves nothing
behind: not on `down`, not on SIGTERM, not on kill -9.
"""

import os
import signal
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Self

from local import environment, members
from local import home as homes
from local.members import API, BANK, MESSAGES, POSTGRES, TEMPORAL
from local.ports import HOST, Ports, require_free
from local.postgres import Postgres, require_postgres
from local.process import Command, Process, end_leftovers, ending, wait_until
from local.temporal import Temporal, require_temporal
from local.topology import Topology, load
from local.watchdog import Watchdog

ENDING_SIGNALS = (signal.SIGTERM, signal.SIGHUP)
NO_SETTINGS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Death:
    """A member that ended though nobody asked it to."""

    name: str
    exit_code: int
    log: Path
    tail: str

    def __str__(self) -> str:
        return (
            f"{self.name} ended {ending(self.exit_code)}; its log ({self.log}) says:\n{self.tail}"
        )


class Stack:
    """One home's members. As a context manager it is up inside and down after.

    `settings` are the KONTOR_ variables for the members; this process's own are not read
    (`environment.given(os.environ)` passes them on). One that names a server
    (KONTOR_DATABASE_URL, KONTOR_TEMPORAL_ADDRESS, KONTOR_BANK_URL) means that server is checked
    and used, and ours is not started. `durable=False` runs PostgreSQL without fsync.
    `codec_endpoint` is the address at which the Web UI asks for payloads to be decrypted.
    """

    def __init__(
        self,
        home: Path,
        *,
        ports: Ports,
        settings: Mapping[str, str] = NO_SETTINGS,
        members: Sequence[str] = members.ALL,
        topology: Topology | None = None,
        durable: bool = True,
        codec_endpoint: str = "",
    ) -> None:
        self.home = home.expanduser().absolute()
        self.ports = ports
        self.settings = environment.given(settings)
        self.members = tuple(members)
        self.topology = topology or load()
        self.postgres = Postgres(
            folder=self.home / "postgres", port=ports.postgres, durable=durable
        )
        section = self.topology.temporal
        namespace = self.settings.get(environment.TEMPORAL_NAMESPACE, section.namespace)
        self.temporal = Temporal(
            folder=self.home / "temporal",
            port=ports.temporal,
            ui_port=ports.temporal_ui,
            section=section.model_copy(update={"namespace": namespace}),
            codec_endpoint=codec_endpoint,
        )
        self._processes: dict[str, Process] = {}
        self._environments: dict[str, Mapping[str, str]] = {}
        self._lock: int | None = None
        self._watchdog: Watchdog | None = None
        self._handlers: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        self._turn_signals_into_exit()
        try:
            self.up()
        except BaseException:
            self._restore_signals()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self.down()
        finally:
            self._restore_signals()

    @property
    def environment(self) -> dict[str, str]:
        """The KONTOR_ variables every member is given."""
        return environment.complete(
            self.settings,
            home=self.home,
            ports=self.ports,
            postgres=self.postgres,
            temporal=self.temporal,
        )

    def up(self, members: Sequence[str] | None = None) -> None:
        """Start these members (all by default) and wait until each is ready.

        Raises LocalProblem, with nothing left running, when one cannot be started.
        """
        wanted = self.members if members is None else tuple(members)
        unknown = set(wanted) - {name for stage in _STAGES for name in stage}
        if unknown:
            raise ValueError(f"{', '.join(sorted(unknown))}: not among the members of a stack.")
        self._take_home()
        try:
            for name in wanted:
                self._require_free_ports(name)
            for stage in _STAGES:
                started = [name for name in stage if name in wanted]
                for name in started:
                    self.start(name)
                for name in started:
                    self.wait_ready(name)
        except BaseException:
            self.down()
            raise

    def down(self) -> None:
        """Stop everything, last started first, and let go of the home."""
        for process in reversed(self._processes.values()):
            process.stop()
        self._processes.clear()
        if self._watchdog:
            self._watchdog.close()
            self._watchdog = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def start(self, name: str, environment: Mapping[str, str] = NO_SETTINGS) -> None:
        """Start one member, with variables of its own on top; does not wait until it is ready."""
        if name not in members.ALL and name not in self._environments:
            raise ValueError(f"{name!r} is not a member; start another worker by start_worker.")
        if self.is_alive(name):
            raise ValueError(f"{name} runs already; stop it first.")
        self._take_home()
        self._environments[name] = environment
        if self._is_given(name):
            self._require_given(name)
            return
        self._require_free_ports(name)
        self._ready_file(name).unlink(missing_ok=True)
        assert self._watchdog
        # One that was restarted keeps its place, so that it is still stopped after its users.
        self._processes[name] = Process(
            name, self.home, self._command(name), watchdog=self._watchdog
        )

    def start_worker(self, name: str, environment: Mapping[str, str] = NO_SETTINGS) -> None:
        """Start one more worker under its own name and wait until it polls."""
        self._environments.setdefault(name, environment)
        self.start(name, environment)
        self.wait_ready(name)

    def wait_ready(self, name: str, timeout: float | None = None) -> None:
        """Wait until a member serves, or a one-off ended well; `timeout` in seconds.

        Raises LocalProblem with the end of its log when it ended or took too long.
        """
        if self._is_given(name):
            return
        process = self._processes[name]
        if not process.is_ready:
            limit = members.READY_SECONDS.get(name, members.USUAL_READY_SECONDS)
            wait_until(process, lambda: self._is_ready(name), timeout or limit)

    def stop(self, name: str) -> None:
        """End a member gently."""
        if name in self._processes:
            self._processes[name].stop()

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a member a signal; `watch` does not report the end it brings."""
        self._processes[name].kill(number)

    def restart(self, name: str, timeout: float | None = None) -> None:
        """Stop, start with the variables it had, and wait until it is ready."""
        self.stop(name)
        self.start(name, self._environments.get(name, NO_SETTINGS))
        self.wait_ready(name, timeout)

    def is_alive(self, name: str) -> bool:
        """Whether a member's process runs; False for a server given by address."""
        return name in self._processes and self._processes[name].is_alive

    def pid(self, name: str) -> int:
        """A member's process id."""
        return self._processes[name].pid

    def log(self, name: str) -> Path:
        """A member's log file; it is appended to over restarts."""
        return self.home / "logs" / f"{name}.log"

    def watch(self, timeout: float | None = None) -> Death | None:
        """Return the first member that dies unexpectedly, or None after `timeout` seconds."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while deadline is None or time.monotonic() < deadline:
            for name, process in self._processes.items():
                code = process.exit_code
                if process.is_expected_to_run and code is not None and name not in members.ONE_OFF:
                    return Death(name, code, process.log, process.tail())
            time.sleep(0.1)
        return None

    def _take_home(self) -> None:
        if self._watchdog:
            return
        homes.prepare(self.home)
        self._lock = homes.lock(self.home)
        end_leftovers(self.home)
        self._watchdog = Watchdog(self._lock)

    def _is_given(self, name: str) -> bool:
        return _GIVEN_BY.get(name, "") in self.settings

    def _require_given(self, name: str) -> None:
        if name == POSTGRES:
            require_postgres(self.settings[environment.DATABASE_URL])
        if name == TEMPORAL:
            require_temporal(self.settings[environment.TEMPORAL_ADDRESS], self.temporal.section)

    def _require_free_ports(self, name: str) -> None:
        if self._is_given(name) or self.is_alive(name):
            return
        needed = {
            POSTGRES: {"postgres.port": self.ports.postgres},
            TEMPORAL: {
                "temporal.port": self.ports.temporal,
                "temporal.ui_port": self.ports.temporal_ui,
            },
            BANK: {"bank.port": self.ports.bank},
            MESSAGES: {"messages.port": self.ports.messages},
            API: {"api.port": self.ports.api},
        }
        for line, port in needed.get(name, {}).items():
            cure = f"change {line} in temporal-dev.yaml"
            if name in _GIVEN_BY and line != "temporal.ui_port":
                cure += f", or set {_GIVEN_BY[name]} to a server that runs already"
            require_free(port, server=line.split(".")[0], cure=cure)

    def _command(self, name: str) -> Command:
        if name == POSTGRES:
            return self.postgres.command()
        if name == TEMPORAL:
            return self.temporal.command()
        return Command(
            arguments=members.program(name, home=self.home, ports=self.ports),
            environment={
                **self.environment,
                "KONTOR_READY_FILE": str(self._ready_file(name)),
                **self._environments[name],
            },
        )

    def _is_ready(self, name: str) -> bool:
        if name == POSTGRES:
            return self.postgres.is_ready()
        if name == TEMPORAL:
            return self.temporal.is_ready()
        if name == BANK:
            return members.answers(f"http://{HOST}:{self.ports.bank}")
        if name == MESSAGES:
            return members.answers(f"http://{HOST}:{self.ports.messages}")
        if name == API:
            return members.answers(f"http://{HOST}:{self.ports.api}")
        process = self._processes[name]
        if name in members.ONE_OFF:
            return process.exit_code == 0
        files = (self._ready_file(name), self._ready_file(members.WORKER))
        return any(members.has_written_pid(file, process.pid) for file in files)

    def _ready_file(self, name: str) -> Path:
        return self.home / "run" / f"{name}.ready"

    def _turn_signals_into_exit(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        for number in ENDING_SIGNALS:
            if signal.getsignal(number) is signal.SIG_DFL:
                self._handlers[number] = signal.signal(number, _exit)

    def _restore_signals(self) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers.clear()


_GIVEN_BY = {
    POSTGRES: environment.DATABASE_URL,
    TEMPORAL: environment.TEMPORAL_ADDRESS,
    BANK: environment.BANK_URL,
    MESSAGES: environment.MESSAGES_URL,
}
_STAGES = (
    (POSTGRES, TEMPORAL, BANK, MESSAGES),
    (members.MIGRATE,),
    (members.SEED,),
    (members.WORKER, API),
)


def _exit(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
