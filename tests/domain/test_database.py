"""Engines: a server that was restarted is no fault of the next transaction."""

from sqlalchemy import Engine, text

from domain.database import attempt
from tests.domain.refused import refused

PID = text("SELECT pg_backend_pid()")
END = text("SELECT pg_terminate_backend(:pid, 5000)")


def backend(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(PID)


def test_the_connection_used_last_is_used_next(database):
    with database.app.connect(), database.app.connect():
        pass

    assert backend(database.app) == backend(database.app)


def test_a_connection_that_the_server_closed_is_replaced(database):
    closed = backend(database.app)
    with database.admin.connect() as admin:
        assert admin.scalar(END, {"pid": closed})

    assert backend(database.app) != closed


def test_what_the_database_refuses_in_an_attempt_is_a_refusal_and_the_rest_goes_on(connection):
    with refused("day_must_be_sunny"), attempt(connection):
        connection.execute(text("SELECT refuse('day_must_be_sunny', 'It rains.')"))

    assert connection.execute(text("SELECT 1")).scalar_one() == 1
