"""Transactions that know their tenant, and logins that are bound to it."""

from uuid import uuid4

import pytest
from psycopg import errors
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from domain.database import check_rights, connect, refusal_behind, transaction
from domain.refusal import Refusal
from migrations.logins import OWNER
from sandbox.tenant import Tenant, open_tenant
from tests.book import Book
from tests.domain.refused import refused

CURRENT = text("SELECT current_tenant()")
COMPANIES = text("SELECT id FROM companies")


@pytest.fixture
def narrow(database):
    """An engine of one connection, so that each transaction gets the one before's."""
    engine = connect(database.app_url, pool_size=1)
    yield engine
    engine.dispose()


@pytest.fixture
def other(database):
    return open_tenant(database.admin, Tenant(uuid4()), today=Book.TODAY)


def test_a_transaction_sees_its_tenant_alone(database, tenant, other):
    for one in (tenant, other):
        with transaction(database.app, one.id) as connection:
            assert connection.scalar(CURRENT) == one.id
            assert connection.scalars(COMPANIES).all() == [one.company]


def test_a_transaction_commits_when_it_ends_and_forgets_when_it_fails(database, tenant, book):
    def lose():
        with transaction(database.app, tenant.id) as connection:
            book.post_in(connection, book.sale(), key="lost")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        lose()
    assert book.integrity().entries == 0
    book.post(book.sale(), key="kept")
    assert book.integrity().entries == 1


@pytest.mark.parametrize("ending", ["commit", "fault", "refusal", "exception"])
def test_a_pooled_connection_never_carries_the_tenant_before(narrow, tenant, ending):
    statements = {
        "commit": "SELECT 1",
        "fault": "SELECT 1/0",
        "refusal": "SELECT refuse('rule', 'No.')",
        "exception": "SELECT 1",
    }
    try:
        with transaction(narrow, tenant.id) as connection:
            process = connection.scalar(text("SELECT pg_backend_pid()"))
            connection.execute(text(statements[ending]))
            if ending == "exception":
                raise KeyError
    except (DBAPIError, Refusal, KeyError):
        assert ending != "commit"

    with narrow.connect() as connection:
        assert connection.scalar(text("SELECT pg_backend_pid()")) == process
        assert not connection.scalar(text("SELECT current_setting('kontor.tenant', true)"))
        with pytest.raises(DBAPIError):
            connection.execute(COMPANIES)


def test_without_a_tenant_no_row_is_read(database, tenant):
    with (
        database.app.connect() as connection,
        pytest.raises(DBAPIError, match=r'kontor\.tenant|type uuid: ""'),
    ):
        connection.execute(COMPANIES)


def test_a_refusal_of_the_database_arrives_as_one_with_its_facts(database, tenant):
    says = text("""SELECT refuse('rule_must_hold', 'It does not.', '{"period": "July 2026"}')""")
    with refused("rule_must_hold", "It does not."), transaction(database.app, tenant.id) as held:
        held.execute(says)
    with pytest.raises(Refusal) as caught, transaction(database.app, tenant.id) as held:
        held.execute(says)
    assert caught.value.facts == {"period": "July 2026"}


def test_a_fault_stays_a_fault(database, tenant):
    with pytest.raises(DBAPIError) as caught, transaction(database.app, tenant.id) as connection:
        connection.execute(text("SELECT 1/0"))
    assert isinstance(caught.value.orig, errors.DivisionByZero)
    assert refusal_behind(caught.value) is None


def test_the_three_logins_are_bound_by_row_security(database):
    for engine in (database.app, database.reader, database.edge):
        check_rights(engine)


def test_a_superuser_is_refused(database):
    with refused("login_must_be_bound_by_row_security", "kontor_app"):
        check_rights(database.admin)


@pytest.mark.parametrize("rights", [f"IN ROLE {OWNER}", "BYPASSRLS", "SUPERUSER"])
def test_a_login_that_may_take_the_owners_rights_is_refused(database, rights):
    login = f"wide_{uuid4().hex}"
    with database.admin.begin() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {login} LOGIN PASSWORD 'wide' {rights}")
    url = database.admin.url.set(username=login, password="wide")
    engine = create_engine(url)
    try:
        with refused("login_must_be_bound_by_row_security", login):
            check_rights(engine)
    finally:
        engine.dispose()
        with database.admin.begin() as connection:
            connection.exec_driver_sql(f"DROP ROLE {login}")


def test_a_fault_is_not_its_own_cause(database, tenant):
    """Whoever follows the causes of a fault comes to an end: the engine does, to store it."""
    with pytest.raises(DBAPIError) as raised, transaction(database.app, tenant.id) as connection:
        connection.exec_driver_sql("SELECT 1 / 0")

    causes = [raised.value]
    while causes[-1].__cause__ is not None and len(causes) < 10:
        causes.append(causes[-1].__cause__)
    assert len(causes) < 10
