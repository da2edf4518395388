"""Which account PostgreSQL runs under, and what it can reach."""

import os
import pwd
from pathlib import Path

import pytest

from local import account
from local.account import Account
from local.problem import LocalProblem

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root must step down to 'nobody'")
STRANGER = Account(user=54321, group=54321)


def test_a_private_parent_keeps_a_stranger_out(home):
    inside = home / "private" / "inside"
    inside.mkdir(parents=True)
    assert STRANGER.may_enter(inside)

    (home / "private").chmod(0o700)

    assert not STRANGER.may_enter(inside)
    assert Account(os.geteuid(), os.getegid()).may_enter(inside)


def test_a_group_may_enter_what_others_may_not(home):
    home.chmod(0o710)

    assert Account(user=54321, group=os.getegid()).may_enter(home)
    assert not STRANGER.may_enter(home)


def test_an_ordinary_user_runs_everything_as_itself(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    assert account.unprivileged() is None
    assert (account.postgres_binaries(None) / "postgres").exists()
    account.own(tmp_path / "data", None)
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


@as_root
def test_a_home_nobody_can_enter_is_told_with_the_cure(home):
    home.chmod(0o700)

    with pytest.raises(LocalProblem, match=r"'nobody'.*cannot enter.*KONTOR_HOME"):
        account.own(home / "postgres", account.unprivileged())


@as_root
def test_programs_out_of_reach_are_copied_once(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(account, "_is_open", lambda *_: False)
    nobody = pwd.getpwnam("nobody")
    reader = Account(nobody.pw_uid, nobody.pw_gid)

    first = account.postgres_binaries(reader, cache=home / "cache")
    made = (first / "postgres").stat()
    second = account.postgres_binaries(reader, cache=home / "cache")

    assert home in first.parents
    assert (second / "postgres").stat().st_ino == made.st_ino
    assert os.spawnve(os.P_WAIT, str(first / "initdb"), ["initdb", "--version"], {}) == 0
