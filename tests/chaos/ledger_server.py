"""A PostgreSQL of one's own, on durable settings, killed whole at a known place of a posting.

A gate makes a kill certain: shut, it lets nobody past a place of the posting path, so who stands
there has begun and not ended. Not what is asked (`ledger_acts`), not who asks (`ledger_driver`).
"""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import psutil
from psycopg import OperationalError
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, TimeoutError
from sqlalchemy.pool import NullPool

from local.members import POSTGRES
from local.ports import Ports
from local.stack import Stack
from migrations.schema import upgrade
from tests.database import PASSWORD, Database, written

# Before each of these is written; before the commit; and after it, before the caller hears of it.
WRITES = (
    "journal_entries", "open_items", "voucher_numbers", "postings", "day_movements", "balances",
    "holds", "hold_events", "allocations", "allocation_lines", "refused_items",
)  # fmt: skip
COMMIT, ANSWER = "commit", "answer"
PLACES = (*WRITES, COMMIT, ANSWER)
GATES = 7419
WIDTH = 100
PATIENCE = 60
RECOVERED = "was not properly shut down; automatic recovery in progress"
# The connection broke, was ended, or could not be made: whether it was done, nobody said.
TERMINATED = "57P01"
UNANSWERED = (None, TERMINATED, "57P02", "57P03")

GATE = f"""
    CREATE FUNCTION pass_gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM pg_advisory_lock_shared({GATES}, TG_ARGV[0]::integer);
        PERFORM pg_advisory_unlock_shared({GATES}, TG_ARGV[0]::integer);
        RETURN NULL;
    END $$
"""
BEFORE_WRITE = """
    CREATE TRIGGER pass_gate BEFORE INSERT ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION pass_gate({place})
"""
BEFORE_COMMIT = """
    CREATE CONSTRAINT TRIGGER pass_last_gate AFTER INSERT ON journal_entries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pass_gate({place})
"""
AT_GATE = text("""
    SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = :gates AND objid = :place
        AND mode = 'ShareLock' AND NOT granted
""")
AT_ANSWER = text("""
    SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND usename = 'kontor_app'
""")
POSTING = text("""
    SELECT pid FROM pg_stat_activity
    WHERE usename = 'kontor_app' AND state = 'active' AND query LIKE '%ledger_%' ORDER BY pid
""")
TERMINATE = text("SELECT pg_terminate_backend(:pid, 10000)")


def is_unanswered(fault: Exception) -> bool:
    """Whether a fault leaves open what became of the call, as a dead server does."""
    if isinstance(fault, TimeoutError):
        return True
    origin = fault.orig if isinstance(fault, DBAPIError) else None
    return isinstance(origin, OperationalError) and origin.sqlstate in UNANSWERED


def was_terminated(fault: Exception) -> bool:
    """Whether the fault says that an administrator ended the backend in the midst of the call."""
    origin = fault.orig if isinstance(fault, DBAPIError) else None
    return isinstance(origin, OperationalError) and origin.sqlstate == TERMINATED


@dataclass
class OwnDatabase(Database):
    """The database of a server of one's own."""

    width: ClassVar[int] = WIDTH
    stack: Stack = field(kw_only=True)

    @property
    def admin_url(self) -> str:
        """The superuser."""
        return self.stack.postgres.url()

    def url_of(self, login: str) -> str:
        """The URL of one of the product's logins."""
        return written(make_url(self.admin_url).set(username=login, password=PASSWORD))


class Server:
    """A PostgreSQL with the ledger and its gates."""

    def __init__(self, home: Path) -> None:
        self.stack = Stack(home, ports=Ports.free(), members=(POSTGRES,), durable=True)
        self.database = OwnDatabase("kontor", stack=self.stack)
        self.kills = 0
        self.watching = create_engine(
            self.database.admin_url, poolclass=NullPool, isolation_level="AUTOCOMMIT"
        )

    def up(self) -> None:
        """Start it, with the schema and a gate at each place."""
        self.stack.up()
        upgrade(self.database.admin_url, PASSWORD)
        with self.watching.connect() as connection:
            connection.exec_driver_sql(GATE)
            for place, table in enumerate(WRITES):
                connection.exec_driver_sql(BEFORE_WRITE.format(table=table, place=place))
            last = BEFORE_COMMIT.format(place=PLACES.index(COMMIT))
            connection.exec_driver_sql(last)

    def kill(self) -> None:
        """SIGKILL to every process of the server, none of which can do anything more."""
        postmaster = psutil.Process(self.stack.pid(POSTGRES))
        postmaster.suspend()  # It forks nobody and does not clean up behind the dead.
        family = postmaster.children(recursive=True)
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.stack.kill(POSTGRES)
        _, left = psutil.wait_procs(family, timeout=PATIENCE)
        assert family
        assert not left
        assert not self.stack.is_alive(POSTGRES)
        self.kills += 1

    def start(self) -> None:
        """Start it again on the data that the kill left; it must have had to recover."""
        self.stack.restart(POSTGRES)
        assert self.stack.log(POSTGRES).read_text().count(RECOVERED) == self.kills

    @contextmanager
    def gate(self, place: str) -> Iterator["Gate"]:
        """Shut the gate at a place for the length of a block, or until the server dies."""
        with self.watching.connect() as connection:
            gate = Gate(connection, place)
            gate.shut()
            try:
                yield gate
            finally:
                with suppress(DBAPIError):
                    gate.open()

    def posting(self) -> list[int]:
        """The process ids of backends that are posting."""
        with self.watching.connect() as connection:
            return list(connection.scalars(POSTING))

    def terminate(self, pids: list[int]) -> int:
        """End backends, wait until they have ended, and say how many did."""
        with self.watching.connect() as connection:
            return sum(bool(connection.scalar(TERMINATE, {"pid": pid})) for pid in pids)


@dataclass
class Gate:
    """A place that nobody passes while it is shut."""

    connection: Connection
    place: str

    def shut(self) -> None:
        """From now on who comes stands still."""
        if self.place == ANSWER:
            # A commit waits for a standby that is not there: it is on disk, and nobody is told.
            self.set("SET synchronous_standby_names = 'nobody'")
            self.reload()
        else:
            self.lock("pg_advisory_lock")

    def open(self) -> None:
        """Let them go on."""
        if self.place == ANSWER:
            self.forget()
            self.reload()
        else:
            self.lock("pg_advisory_unlock")

    def forget(self) -> None:
        """A server that starts again must find the gate open."""
        if self.place == ANSWER:
            self.set("RESET synchronous_standby_names")

    def let_pass(self) -> None:
        """Those who stand here go on, and the next to come stand."""
        self.open()
        while self.standing():
            time.sleep(0.005)
        self.shut()

    def standing(self) -> list[int]:
        """The process ids of the backends that stand here."""
        if self.place == ANSWER:
            return list(self.connection.scalars(AT_ANSWER))
        here = {"gates": GATES, "place": PLACES.index(self.place)}
        return list(self.connection.scalars(AT_GATE, here))

    def wait(self, how_many: int = 1, *, unless: Callable[[], bool]) -> list[int]:
        """Wait until so many stand here. Answers with fewer only when `unless` comes true."""
        deadline = time.monotonic() + PATIENCE
        while len(found := self.standing()) < how_many and not unless():
            assert time.monotonic() < deadline, f"{len(found)} of {how_many} came to {self.place}"
            time.sleep(0.005)
        return found

    def lock(self, function: str) -> None:
        place = PLACES.index(self.place)
        self.connection.execute(text(f"SELECT {function}({GATES}, {place})"))

    def set(self, change: str) -> None:
        self.connection.exec_driver_sql(f"ALTER SYSTEM {change}")

    def reload(self) -> None:
        self.connection.execute(text("SELECT pg_reload_conf()"))


@contextmanager
def ledger_server() -> Iterator[Server]:
    """A server in a home that is deleted afterwards."""
    home = Path(tempfile.mkdtemp(prefix="kontor-kills-"))
    home.chmod(0o755)
    server = Server(home)
    try:
        server.up()
        yield server
    finally:
        for engine in server.database.engines.values():
            engine.dispose()
        server.stack.down()
        shutil.rmtree(home, ignore_errors=True)
