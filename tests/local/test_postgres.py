"""The embedded PostgreSQL: data outlive every way of ending it."""

import psycopg
import pytest

from local.postgres import Postgres, require_postgres
from local.problem import LocalProblem
from local.stack import Stack


def connect(stack: Stack) -> psycopg.Connection:
    url = stack.environment["KONTOR_DATABASE_URL"].replace("+psycopg", "")
    return psycopg.connect(url, autocommit=True)


def test_data_outlive_a_restart_and_a_kill(new_stack):
    with new_stack("postgres") as stack:
        with connect(stack) as connection:
            connection.execute("create table kept (value int)")
            connection.execute("insert into kept values (1)")
        stack.restart("postgres")
        with connect(stack) as connection:
            connection.execute("insert into kept values (2)")
        stack.kill("postgres")
        assert not stack.is_alive("postgres")
        stack.start("postgres")
        stack.wait_ready("postgres")

        with connect(stack) as connection:
            assert connection.execute("select sum(value) from kept").fetchone() == (3,)
            assert connection.execute("show fsync").fetchone() == ("on",)

    with new_stack("postgres") as again, connect(again) as connection:
        assert connection.execute("select sum(value) from kept").fetchone() == (3,)


def test_a_pid_file_that_names_a_stranger_does_not_stop_it(new_stack, home):
    with new_stack("postgres", durable=False):
        pass
    stranger = "1\n/nowhere\n1\n1\n\n127.0.0.1\n1 1\nready\n"
    (home / "postgres" / "data" / "postmaster.pid").write_text(stranger)

    with new_stack("postgres", durable=False) as stack:
        assert stack.is_alive("postgres")


def test_data_of_another_version_are_told(new_stack, home):
    with new_stack("postgres", durable=False):
        pass
    (home / "postgres" / "data" / "PG_VERSION").write_text("17\n")

    with pytest.raises(LocalProblem, match=r"PostgreSQL 17's and this is PostgreSQL 18"):
        new_stack("postgres").up()


def test_a_lost_password_is_told(new_stack, home):
    with new_stack("postgres", durable=False):
        pass
    (home / "postgres" / "password").unlink()

    with pytest.raises(LocalProblem, match="refuses the password"):
        new_stack("postgres").up()


def test_a_given_server_is_used_and_ours_not_started(new_stack, home, monkeypatch):
    with new_stack("postgres", durable=False) as stack:
        url = stack.environment["KONTOR_DATABASE_URL"]
        require_postgres(url)
        monkeypatch.setattr("local.postgres.MAJOR", 19)
        with pytest.raises(LocalProblem, match=r"version 18 and Kontor needs 19") as told:
            require_postgres(url)
        assert stack.postgres.url().split(":")[2].split("@")[0] not in told.value.message


def test_an_unreachable_server_is_told():
    nowhere = Postgres.__name__.lower() + "ql+psycopg://kontor:secret@127.0.0.1:1/kontor"

    with pytest.raises(LocalProblem, match=r"cannot be used.*KONTOR_DATABASE_URL") as told:
        require_postgres(nowhere)
    assert "secret" not in told.value.message
    with pytest.raises(LocalProblem, match="is not an address"):
        require_postgres("not an address")
