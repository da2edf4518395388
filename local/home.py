"""The home folder of one stack: its layout, its lock, and whether it can be used at all.

postgres/  temporal/  bank/  keys/    data
logs/      run/                       one log and one pid file per member
"""

import fcntl
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from local.problem import LocalProblem

FREE_BYTES = 500 * 1024 * 1024
LOCK = Path("run", "stack.pid")
# How long a new stack waits while the watchdog of a killed one stops what it left.
CLEAN_UP_SECONDS = 20


def prepare(home: Path) -> Path:
    """Make the folders. Raises LocalProblem when they cannot be written or the disk is full."""
    home = home.expanduser().absolute()
    try:
        for name in ("logs", "run"):
            (home / name).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home / "run"):
            pass
    except OSError as error:
        raise LocalProblem(
            f"{home} cannot be written ({error.strerror}); give its owner's rights to this user "
            "or set KONTOR_HOME to a folder that can be."
        ) from error
    require_space(home)
    return home


def require_space(home: Path) -> None:
    """Raise LocalProblem when less than 500 MB are free: databases break badly on a full disk."""
    free = shutil.disk_usage(home).free
    if free < FREE_BYTES:
        raise LocalProblem(
            f"Only {free // 1024**2} MB are free on the disk of {home} and {FREE_BYTES // 1024**2} "
            "MB are needed; free some or set KONTOR_HOME to a folder on another disk."
        )


def running_pid(home: Path) -> int | None:
    """The process whose stack runs on this home, or None."""
    try:
        descriptor = os.open(home / LOCK, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return _holder(descriptor)
    finally:
        os.close(descriptor)
    return None


def lock(home: Path) -> int:
    """Take the home for this process and return the descriptor that holds it until closed.

    The kernel lets go of it when its last holder dies, so a crash leaves no stale lock. Raises
    LocalProblem when another stack runs here.
    """
    (home / LOCK).parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(home / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    deadline = time.monotonic() + CLEAN_UP_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            pid = _holder(descriptor)
            being_cleaned = pid is None or not psutil.pid_exists(pid)
            if being_cleaned and time.monotonic() < deadline:
                time.sleep(0.1)
                continue
            os.close(descriptor)
            raise LocalProblem(
                f"Another stack runs on {home} (pid {pid}); stop it with Ctrl-C where it was "
                f"started or with 'kill {pid}', or set KONTOR_HOME to another folder."
            ) from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor


def _holder(descriptor: int) -> int | None:
    with suppress(ValueError):
        return int(os.pread(descriptor, 32, 0))
    return None


def secret(file: Path) -> str:
    """The secret kept in a file that only its owner reads; made on first use."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(f"{file.name}.new")
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as opened:
            opened.write(secrets.token_urlsafe(32))
        fresh.rename(file)
    return file.read_text().strip()


@contextmanager
def temporary() -> Iterator[Path]:
    """A home that is deleted afterwards, reachable by PostgreSQL's account even for root."""
    home = Path(tempfile.mkdtemp(prefix="kontor-"))
    home.chmod(0o755)
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)
