"""Interpreted types against a bare workflow with the same primitives on the same servers."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial

import psycopg
from joserfc.jwk import OKPKey
from sqlalchemy import Engine, make_url, text

from benchmarks import arena as arenas
from benchmarks import lifecycle_floor as floor
from benchmarks.arena import FLOOR_QUEUE
from benchmarks.contest import ENGINE, FLOOR, PER_ROUND, WARM_UP, Contest, Outcome
from benchmarks.documents import ROADS, Document, numbered
from benchmarks.lifecycle_driving import LifecycleDriver, PaperDriver
from config import database, keys
from config.settings import Settings
from domain.database import transaction
from local.stack import Stack
from migrations.logins import APPLICATION
from sandbox.tenant import Tenant
from workflows import catalog

QUICK = {1: 2, 32: 4}
FLOOR_DATABASE = "floor"
OURS = text("""
    SELECT count(*), count(*) FILTER (WHERE p.status = 'completed'),
        coalesce(sum((SELECT count(*) FROM tasks t
            WHERE t.process_id = p.id AND t.state = 'decided')), 0),
        coalesce(sum((SELECT count(*) FROM journal_entries e WHERE e.process_id = p.id)), 0)
    FROM processes p WHERE p.type = :type
""")
THEIRS = b"""
    SELECT (SELECT count(*) FROM papers), (SELECT count(*) FROM papers WHERE stage = 'decided'),
        (SELECT count(*) FROM notes)
"""
TODAY = text("SELECT business_today()")


@dataclass(frozen=True, slots=True)
class Standing:
    """What both sides wrote: ours opened, completed, decided, posted; the floor's opened, decided,
    posted.
    """

    ours: tuple[int, ...]
    theirs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Books:
    """The rows of both sides about one type."""

    engine: Engine
    tenant: Tenant
    floor_url: str
    type: str

    def standing(self) -> Standing:
        """Where both stand now."""
        with transaction(self.engine, self.tenant.id) as connection:
            ours = connection.execute(OURS, {"type": self.type}).one()
        with psycopg.connect(self.floor_url) as held:
            theirs = held.execute(THEIRS).fetchone()
        assert theirs
        return Standing(tuple(map(int, ours)), theirs)

    def after(self, standing: Standing, side: str, batch: Sequence[Document]) -> Standing:
        """What must stand when a side is through: each done, decided by all, posted once."""
        count, road = len(batch), ROADS[self.type]
        posted = count * road.posts
        if side == FLOOR:
            return Standing(standing.ours, added(standing.theirs, (count, count, posted)))
        grown = (count, count, count * len(road.checkers), posted)
        return Standing(added(standing.ours, grown), standing.theirs)


def added(standing: Sequence[int], grown: Sequence[int]) -> tuple[int, ...]:
    """One by one."""
    return tuple(one + more for one, more in zip(standing, grown, strict=True))


def run(
    *, rounds: int, at_a_time: Sequence[int], types: Sequence[str], quick: bool = False
) -> dict[str, Outcome]:
    """Start a stack and compare on it."""
    with arenas.stack() as running:
        return compared(running, rounds=rounds, at_a_time=at_a_time, types=types, quick=quick)


def compared(
    running: Stack, *, rounds: int, at_a_time: Sequence[int], types: Sequence[str], quick: bool
) -> dict[str, Outcome]:
    """At each type the sides take turns; the rows are counted after every round."""
    per_round = QUICK if quick else PER_ROUND
    warm_up = QUICK[32] if quick else WARM_UP

    async def inside() -> dict[str, Outcome]:
        async with contests(running, types, warm_up) as each:
            return {
                type: await contest.run(rounds, at_a_time, per_round)
                for type, contest in each.items()
            }

    return asyncio.run(inside())


@asynccontextmanager
async def contests(
    running: Stack, types: Sequence[str], warm_up: int
) -> AsyncIterator[Mapping[str, Contest[Document]]]:
    """Everything connected: a contest for each type."""
    settings = arenas.settings_of(running)
    ours, theirs = await arenas.connected(settings)
    definitions = catalog.definitions(settings.definitions)
    tenant = Tenant()
    key = OKPKey.import_key(keys.load(settings).actor_private)
    engine = database.engine(settings, APPLICATION, pool=2)
    with transaction(engine, tenant.id) as connection:
        today = connection.execute(TODAY).scalar_one()

    def contest(type: str, url: str, floor_pid: int) -> Contest[Document]:
        definition = definitions.get(type)
        books = Books(engine, tenant, url, type)
        return Contest(
            drivers={
                FLOOR: PaperDriver(theirs, FLOOR_QUEUE, type),
                ENGINE: LifecycleDriver(ours, settings.task_queue, key, definition, tenant),
            },
            clients={FLOOR: theirs, ENGINE: ours},
            meter=arenas.metered(running, floor_pid),
            items=numbered(definition, today),
            standing=books.standing,
            after=books.after,
            warm_up=warm_up,
        )

    with floor_running(settings) as (url, floor_pid):
        yield {type: contest(type, url, floor_pid) for type in types}
    engine.dispose()


@contextmanager
def floor_running(settings: Settings) -> Iterator[tuple[str, int]]:
    """A database of the floor's own on the same server, and its worker; address and process id."""
    server = make_url(settings.database_url).set(drivername="postgresql")
    plain = partial(type(server).render_as_string, hide_password=False)
    with psycopg.connect(plain(server), autocommit=True) as held:
        held.execute(f"CREATE DATABASE {FLOOR_DATABASE}".encode())
    url = plain(server.set(database=FLOOR_DATABASE))
    with psycopg.connect(url, autocommit=True) as held:
        for table in floor.TABLES:
            held.execute(table)
    address, namespace = settings.temporal_address, settings.temporal_namespace
    with arenas.floor_worker(address, namespace, url) as pid:
        yield url, pid
