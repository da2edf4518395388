"""One MetaData for every table, engines, and the transaction that knows its tenant."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from select import POLLIN, poll
from typing import Any
from uuid import UUID

from psycopg import Cursor
from psycopg import Error as DatabaseError
from psycopg.rows import namedtuple_row
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    ForeignKey,
    ForeignKeyConstraint,
    MetaData,
    TextClause,
    Uuid,
    bindparam,
    create_engine,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError, InvalidatePoolError

from domain.refusal import Refusal

METADATA = MetaData()
REFUSED = "KR001"
# More than the worker has statements.
PREPARED = 500
RIGHTS = text(
    "SELECT rolsuper OR rolbypassrls OR pg_has_role(current_user, 'kontor_owner', 'MEMBER') "
    "FROM pg_roles WHERE rolname = current_user"
)


def tenant_column(*, primary_key: bool = True) -> Column[UUID]:
    """`tenant_id`, the first column of every tenant table and of its key."""
    reference = ForeignKey("tenants.id")
    return Column("tenant_id", Uuid, reference, primary_key=primary_key, nullable=False)


def within_tenant(column: str, table: str) -> ForeignKeyConstraint:
    """A foreign key that cannot leave the tenant."""
    return ForeignKeyConstraint(["tenant_id", column], [f"{table}.tenant_id", f"{table}.id"])


def of_branch() -> ForeignKeyConstraint:
    """A foreign key from `branch` to the code of one, which never changes."""
    return ForeignKeyConstraint(["tenant_id", "branch"], ["branches.tenant_id", "branches.code"])


def with_json(sql: str, *names: str) -> TextClause:
    """A statement whose parameters of these names are JSON; a None in one is JSON's null."""
    return text(sql).bindparams(*(bindparam(name, type_=JSONB) for name in names))


def connect(url: str, *, pool_size: int = 5, keeps_plans: bool = False) -> Engine:
    """An engine whose connections are checked before use, so a restarted server is no fault.

    The connection used last is used next: its plans are made and its caches warm. With
    `keeps_plans` a statement is planned once on a connection, whatever its values: for those who
    send the same short statements again and again, of which planning is the larger part. A
    rollback has the driver forget its plans, so whoever only looks commits as well.
    """
    given = {"options": "-c plan_cache_mode=force_generic_plan"} if keeps_plans else {}
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_use_lifo=True,
        pool_timeout=10,
        connect_args={"connect_timeout": 5, "application_name": "kontor", **given},
    )
    event.listen(engine, "checkout", check_alive)
    if keeps_plans:
        event.listen(engine, "connect", prepare_at_once)
    return engine


def prepare_at_once(driver: Any, _record: object) -> None:
    """Have the server keep a statement from its first time on."""
    driver.prepare_threshold, driver.prepared_max = 0, PREPARED


def check_alive(driver: Any, _record: object, _proxy: object) -> None:
    """Give up every pooled connection when the server has closed this one.

    An idle connection has nothing to read unless it was closed, and looking costs no round trip.
    """
    waiting = poll()
    waiting.register(driver.fileno(), POLLIN)
    if waiting.poll(0):
        raise InvalidatePoolError("The server closed the connection.")


def check_rights(engine: Engine) -> None:
    """Refuse a login that row-level security does not bind: superuser, BYPASSRLS or the owner."""
    with engine.connect() as connection:
        if connection.scalar(RIGHTS):
            raise Refusal(
                "login_must_be_bound_by_row_security",
                f"{engine.url.username} may see every tenant's rows. "
                "Use the login kontor_app, kontor_reader or kontor_edge.",
            )


@contextmanager
def transaction(engine: Engine, tenant: UUID) -> Iterator[Connection]:
    """One transaction of one tenant. A rule of the database arrives as the same Refusal."""
    with rules_as_refusals(), engine.begin() as connection:
        # A command takes no parameters: only a UUID has such hex.
        by_driver(connection, f"SET LOCAL kontor.tenant = '{tenant.hex}'")
        yield connection


@contextmanager
def attempt(connection: Connection) -> Iterator[None]:
    """A part of a transaction that is as if it never was when a rule says no, and that one goes on.

    A rule of the database arrives as the same Refusal here, too.
    """
    with rules_as_refusals(), connection.begin_nested():
        yield


@contextmanager
def rules_as_refusals() -> Iterator[None]:
    """Translate what the database refuses; a fault passes."""
    try:
        yield
    except DBAPIError as fault:
        refusal = refusal_behind(fault)
        if refusal is None:
            raise
        raise refusal from fault


def by_driver(
    connection: Connection,
    statement: str,
    values: Sequence[Any] | Mapping[str, Any] = (),
    *,
    prepare: bool | None = None,
) -> Cursor[Any]:
    """A statement sent by the driver itself, in the connection's transaction.

    For what runs so often, or answers with so many rows, that SQLAlchemy's share counts: a tenth
    of a millisecond a statement. Raises what SQLAlchemy would. A statement that was sent often is
    prepared on its connection; `prepare` has it prepared the first time.
    """
    with driver_of(connection, statement) as driver:
        found: Cursor[Any] = driver.execute(statement, values or None, prepare=prepare)
    return found


def rows_by_driver(connection: Connection, statement: str, values: Mapping[str, Any]) -> list[Any]:
    """What a statement found, sent by the driver itself; columns by their names."""
    return named(by_driver(connection, statement, values))


def rows_at_once(
    connection: Connection, *asked: tuple[str, Mapping[str, Any]]
) -> tuple[list[Any], ...]:
    """What each of several statements found, sent one after the other without waiting between.

    Each still sees what was committed when the one before was done, such as waiting for a lock.
    """
    with driver_of(connection, "; ".join(statement for statement, _ in asked)) as driver:
        with driver.pipeline():
            cursors = [driver.execute(statement, values) for statement, values in asked]
        return tuple(map(named, cursors))


def named(cursor: Cursor[Any]) -> list[Any]:
    """The rows, columns by their names."""
    cursor.row_factory = namedtuple_row
    return cursor.fetchall()


@contextmanager
def driver_of(connection: Connection, statement: str) -> Iterator[Any]:
    """The driver's connection, in a transaction. Its faults arrive as SQLAlchemy's."""
    if not connection.in_transaction():
        connection.begin()
    driver = connection.connection.driver_connection
    assert driver
    try:
        yield driver
    except DatabaseError as fault:
        if driver.closed:
            connection.invalidate(fault)
        raise DBAPIError.instance(statement, (), fault, DatabaseError) from fault


@contextmanager
def snapshot(engine: Engine, tenant: UUID) -> Iterator[Connection]:
    """A transaction that only reads, and reads one state of the book however long it takes."""
    steady = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with transaction(steady, tenant) as connection:
        yield connection


def refusal_behind(fault: DBAPIError) -> Refusal | None:
    """The Refusal that the database raised, or None when it was a fault."""
    origin = fault.orig
    if not isinstance(origin, DatabaseError) or origin.sqlstate != REFUSED:
        return None
    said = origin.diag
    facts = json.loads(said.message_detail or "{}")
    return Refusal(said.constraint_name or "unnamed", said.message_primary or "", **facts)
