"""Engines: a server that was restarted is no fault of the next transaction; statements at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from domain.database import attempt, by_driver, connect, rows_at_once, transaction
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


@pytest.mark.parametrize("ask", [by_driver, Connection.exec_driver_sql], ids=["driver", "engine"])
def test_a_plan_that_a_migration_made_stale_fails_once(database, ask):
    engine = connect(database.admin_url, pool_size=1, keeps_plans=True)
    table = f"stale_{ask.__name__}"

    def answered(sql: str):
        with engine.begin() as connection:
            return ask(connection, sql).fetchall()

    with database.admin.begin() as admin:
        admin.exec_driver_sql(f"CREATE TABLE {table} AS SELECT 1 AS one")
    assert answered(f"SELECT * FROM {table}") == [(1,)]
    with database.admin.begin() as admin:
        admin.exec_driver_sql(f"ALTER TABLE {table} ADD two int")
    with pytest.raises(DBAPIError, match="cached plan"):
        answered(f"SELECT * FROM {table}")
    assert answered(f"SELECT * FROM {table}") == [(1, None)]
    engine.dispose()


def test_what_the_database_refuses_in_an_attempt_is_a_refusal_and_the_rest_goes_on(connection):
    with refused("day_must_be_sunny"), attempt(connection):
        connection.execute(text("SELECT refuse('day_must_be_sunny', 'It rains.')"))

    assert connection.execute(text("SELECT 1")).scalar_one() == 1


def test_statements_at_once_are_answered_in_their_order(connection):
    first, second = rows_at_once(
        connection, ("SELECT %(a)s::int AS said", {"a": 1}), ("SELECT %(a)s::int AS told", {"a": 2})
    )

    assert [row.said for row in first] == [1]
    assert [row.told for row in second] == [2]


def test_the_second_of_two_at_once_sees_what_the_first_waited_for(database, tenant):
    look = "SELECT name FROM persons WHERE id = %(id)s"
    held, values = f"{look} FOR UPDATE", {"id": tenant.person("asha")}
    with transaction(database.admin, tenant.id) as other:
        other.execute(text("UPDATE persons SET name = 'Asha Iyer' WHERE id = :id"), values)
        with ThreadPoolExecutor(1) as beside:

            def seen() -> str:
                with transaction(database.admin, tenant.id) as connection:
                    _, rows = rows_at_once(connection, (held, values), (look, values))
                return rows[0].name

            waiting = beside.submit(seen)
            with pytest.raises(TimeoutError):
                waiting.result(0.5)
            other.commit()
            assert waiting.result(20) == "Asha Iyer"


def test_a_fault_of_one_at_once_arrives_as_of_a_single_statement(database, tenant):
    with (
        pytest.raises(DBAPIError, match="division by zero"),
        transaction(database.app, tenant.id) as connection,
    ):
        rows_at_once(connection, ("SELECT 1/0", {}), ("SELECT 1", {}))

    with transaction(database.app, tenant.id) as connection:
        assert connection.scalar(text("SELECT 1")) == 1
