"""PostgreSQL 18 on this machine: the embedded server, and the check of one given by address."""

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from local import account, home
from local.account import Account
from local.ports import HOST
from local.problem import LocalProblem
from local.process import Command

MAJOR = 18
DATABASE = "kontor"
# For two cores and a few GB; what each differs from PostgreSQL's own choice for is told beside it.
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",  # TCP alone: a socket's path may be too long for the kernel.
    "max_connections": "120",  # API, several workers with thread pools, and a shell.
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",  # Checkpoints by time, not by volume: less full-page writing.
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",  # Solid-state disks.
    "jit": "off",  # Short statements lose more to compiling than they win.
    "max_parallel_workers_per_gather": "1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
    "log_min_duration_statement": "1s",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgres:
    """The embedded server of one home. `durable=False` skips fsync: for tests that lose nothing."""

    folder: Path
    port: int
    durable: bool = True

    @property
    def data(self) -> Path:
        """The cluster's folder."""
        return self.folder / "data"

    def url(self, database: str = DATABASE) -> str:
        """SQLAlchemy URL of the superuser."""
        password = quote(home.secret(self.folder / "password"), safe="")
        return f"postgresql+psycopg://postgres:{password}@{HOST}:{self.port}/{database}"

    def command(self) -> Command:
        """Make the cluster on first use, clear what a crash left, and say how to start it.

        Raises LocalProblem when the data cannot be reached or belong to another version.
        """
        runs_as = account.unprivileged()
        account.own(self.folder, runs_as)
        binaries = account.postgres_binaries(runs_as)
        if not self.data.exists():
            self._initialise(binaries, runs_as)
        self._require_version()
        self._end_leftovers()
        settings = {**SETTINGS, "port": str(self.port), "fsync": "on" if self.durable else "off"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return Command(
            arguments=[binaries / "postgres", "-D", self.data, *options],
            account=runs_as,
            # Fast shutdown, then immediate: both lose nothing that was committed.
            stop_signals=(signal.SIGINT, signal.SIGQUIT),
            grace=20.0,
        )

    def _initialise(self, binaries: Path, runs_as: Account | None) -> None:
        unfinished = self.folder / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        home.secret(self.folder / "password")
        if runs_as:
            os.chown(self.folder / "password", runs_as.user, runs_as.group)
        command = [
            binaries / "initdb", f"--pgdata={unfinished}", "--username=postgres",
            "--auth=scram-sha-256", f"--pwfile={self.folder / 'password'}", "--encoding=UTF8",
            "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
        ]  # fmt: skip
        if not self.durable:
            command.append("--no-sync")
        finished = subprocess.run(
            [str(part) for part in command],
            cwd="/",
            capture_output=True,
            text=True,
            user=runs_as.user if runs_as else None,
            group=runs_as.group if runs_as else None,
            extra_groups=[] if runs_as else None,
        )
        if finished.returncode != 0:
            raise LocalProblem(
                f"initdb could not make {self.data}; correct what it says and start again:\n"
                f"{finished.stderr.strip()}"
            )
        unfinished.rename(self.data)

    def _require_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != str(MAJOR):
            raise LocalProblem(
                f"The data in {self.data} are PostgreSQL {found}'s and this is PostgreSQL {MAJOR}; "
                "carry them over with pg_upgrade, or forget them with 'kontor reset'."
            )

    def _end_leftovers(self) -> None:
        """Stop a server an earlier stack left, and drop a pid file that now names a stranger.

        PostgreSQL itself clears a pid file whose process is gone; one whose number was given to
        another process of the same user would stop it for ever.
        """
        left = _processes_in(self.data)
        for number in (signal.SIGINT, signal.SIGKILL):
            for process in left:
                with suppress(psutil.NoSuchProcess):
                    process.send_signal(number)
            _, left = psutil.wait_procs(left, timeout=10)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def is_ready(self) -> bool:
        """Whether it accepts our login; makes the database the first time."""
        try:
            with psycopg.connect(_plain(self.url("postgres")), autocommit=True) as connection:
                known = connection.execute(
                    "select 1 from pg_database where datname = %s", [DATABASE]
                ).fetchone()
                if not known:
                    connection.execute(f"create database {DATABASE}")
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise LocalProblem(
                    f"PostgreSQL on port {self.port} refuses the password in "
                    f"{self.folder / 'password'}; restore that file, or forget the data with "
                    "'kontor reset'."
                ) from error
            return False
        return True


def require_postgres(url: str, *, timeout: int = 5) -> None:
    """Check a server given by address. Raises LocalProblem when unreachable or older than 18."""
    cure = "correct KONTOR_DATABASE_URL, or leave it empty to use the embedded server"
    try:
        where = make_url(url).render_as_string(hide_password=True)
    except ArgumentError as error:
        raise LocalProblem(
            "KONTOR_DATABASE_URL is not an address such as "
            "postgresql+psycopg://user:password@host:5432/kontor; correct it."
        ) from error
    try:
        with psycopg.connect(_plain(url), connect_timeout=timeout) as connection:
            found = connection.info.server_version
    except psycopg.Error as error:
        reason = " ".join(str(error).split())
        raise LocalProblem(f"PostgreSQL at {where} cannot be used ({reason}); {cure}.") from error
    if found < MAJOR * 10_000:
        raise LocalProblem(
            f"PostgreSQL at {where} is version {found // 10_000} and Kontor needs {MAJOR} or "
            f"newer; upgrade it, or {cure}."
        )


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _processes_in(data: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter(["name"]):
        with suppress(psutil.Error, OSError):
            if process.info["name"] == "postgres" and Path(process.cwd()) == data.resolve():
                found.append(process)
    return found
