"""The inbox that is measured is the one that the ladder gives: no more, and nothing left out."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from psycopg import connect

from benchmarks import inbox
from benchmarks.ledger.ground import Ground
from benchmarks.meter import Meter
from domain.access.actor import Actor, actor
from domain.access.delegator import Delegator
from domain.approvals import inboxes
from domain.approvals.policy import check_may_decide
from domain.database import transaction
from domain.identifiers import new_uuid
from domain.listing import Key, Page
from domain.refusal import Refusal
from tests.today import today

TASKS = 2_400
PROCESSES_READ = """
    SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables
    WHERE relname = 'processes'
"""


@pytest.fixture(scope="module")
def server(database) -> Ground:
    return Ground(database.app, database.admin, Meter({}))


@pytest.fixture(scope="module")
def crowded(server):
    return inbox.filled(server, TASKS)


@pytest.fixture
def connection(server, crowded) -> Iterator:
    with transaction(server.engine, crowded.id) as connection:
        yield connection


@pytest.fixture
def bina(connection, crowded) -> Actor:
    return actor(connection, crowded.user("bina"))


@pytest.fixture
def esha(connection, crowded) -> Actor:
    return actor(connection, crowded.user("esha"))


@pytest.fixture
def deputy(esha, crowded) -> Actor:
    """Esha, who stands in for bina today."""
    lent = frozenset({"finance_approver"})
    until = today() + timedelta(days=1)
    bina = Delegator(
        new_uuid(), crowded.person("bina"), "Bina Iyer", lent, frozenset(), until, None,
        is_away=True,
    )  # fmt: skip
    return replace(esha, stands_in_for=(bina,))


def read(connection, who: Actor, scope: str, page: Page):
    return inboxes.listed(connection, who, scope=scope, state="open", page=page)


def ids(records):
    return [record.checking.task for record in records]


def may_decide(record, who: Actor) -> bool:
    try:
        check_may_decide(record.checking, who)
    except Refusal:
        return False
    return True


@pytest.mark.parametrize("name", ["bina", "esha", "deputy"])
def test_my_inbox_is_what_the_ladder_lets_me_decide(connection, request, name):
    who = request.getfixturevalue(name)
    everything = read(connection, who, "all", Page(TASKS))

    hers = [record for record in everything if may_decide(record, who)]

    assert len(everything) == TASKS
    assert ids(read(connection, who, "mine", Page(TASKS))) == ids(hers)
    assert inboxes.count(connection, who, scope="mine", state="open") == len(hers) > 0


@pytest.mark.parametrize(("name", "scope"), inbox.CASES)
def test_the_first_page_has_the_rows_of_the_bare_sql(server, crowded, connection, name, scope):
    who = actor(connection, crowded.user(name))
    url = server.engine.url
    with connect(
        host=url.host, port=url.port, dbname=url.database, user=url.username,
        password=url.password, autocommit=True,
    ) as held:  # fmt: skip
        rows = inbox.bare(crowded, who).page(held, scope)

    assert [row[0] for row in rows] == ids(read(connection, who, scope, Page(50)))


def processes_read(connection) -> int:
    """Rows of processes that this transaction has looked at."""
    return connection.exec_driver_sql(PROCESSES_READ).scalar_one()


@pytest.mark.parametrize("scope", ["mine", "team", "all"])
def test_a_page_looks_at_few_more_processes_than_it_shows(connection, bina, scope):
    before = processes_read(connection)

    read(connection, bina, scope, Page(50))

    assert 50 < processes_read(connection) - before < 300


@pytest.mark.parametrize("scope", ["mine", "team", "all"])
def test_pages_follow_each_other_without_a_gap(connection, bina, scope):
    pages, after = [], None
    while True:
        found = read(connection, bina, scope, Page(70, after))
        pages += ids(found[:70])
        if len(found) <= 70:
            break
        after = Key(found[69].opened_at, found[69].checking.task)

    assert pages == ids(read(connection, bina, scope, Page(TASKS)))


def test_esha_has_a_thousandth(connection, esha):
    assert len(read(connection, esha, "mine", Page(50))) == TASKS // 1000
