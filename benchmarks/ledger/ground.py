"""Where the ledger is measured: an embedded server, durable, with a book of a thousand accounts."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine, create_engine, text

from benchmarks.arena import settings_of
from benchmarks.ledger.comparison import BooksDisagree
from benchmarks.ledger.facts import CODES, DAYS
from benchmarks.meter import Meter
from config import database
from domain.database import transaction, with_json
from local import home as homes
from local.members import MIGRATE, POSTGRES, SEED
from local.ports import Ports
from local.stack import Stack
from migrations.logins import APPLICATION
from sandbox.tenant import Tenant, open_tenant

# Of callers at the same time.
MOST_CALLERS = 16
OPEN_ACCOUNTS = with_json("""
    SELECT count(ledger_open_account(:company, stated))
    FROM jsonb_array_elements(:accounts) AS stated
""", "accounts")  # fmt: skip
STANDING = text("""
    SELECT (SELECT count(*) FROM journal_entries WHERE company_id = :company),
           coalesce(sum(base_debit), 0), coalesce(sum(base_credit), 0),
           (SELECT coalesce(sum(base_debit), 0) FROM day_movements WHERE company_id = :company),
           (SELECT coalesce(sum(base_credit), 0) FROM day_movements WHERE company_id = :company)
    FROM balances WHERE company_id = :company
""")


@dataclass(frozen=True, slots=True)
class Standing:
    """How many entries a book has, and what they debited and credited, in minor units."""

    entries: int
    debit: int
    credit: int

    def after(self, entries: int, amount: int) -> "Standing":
        """Where the book must stand after so many more entries of so much in all."""
        return Standing(self.entries + entries, self.debit + amount, self.credit + amount)


def require(expected: Standing, found: Standing) -> None:
    """Raise BooksDisagree unless the book grew by just what was posted."""
    if expected != found:
        raise BooksDisagree(f"Expected {expected}, found {found}.")


@dataclass(frozen=True, slots=True)
class Ground:
    """The server. `engine` is the application's, `owner` the superuser's."""

    engine: Engine
    owner: Engine
    meter: Meter

    @property
    def application_url(self) -> str:
        """For a plain driver under the application's login."""
        return plain_url(self.engine)

    def book(self, tenant: UUID, codes: Sequence[str] = CODES) -> "Book":
        """The book of a new tenant with these accounts, which takes entries of a year."""
        opened = open_tenant(self.owner, Tenant(tenant), today=DAYS[-1])
        stated = [
            {"code": code, "title": code, "kind": "asset", "opened_on": DAYS[0].isoformat()}
            for code in codes
        ]
        with transaction(self.owner, tenant) as connection:
            connection.execute(OPEN_ACCOUNTS, {"company": opened.company, "accounts": stated})
        return Book(self.engine, opened)

    def analyze(self) -> None:
        """Let the planner know what the tables have become."""
        analyze(self.owner)


def analyze(engine: Engine) -> None:
    """Let the planner know what the tables have become, as autovacuum does later."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


@dataclass(frozen=True, slots=True)
class Book:
    """The book of one tenant."""

    engine: Engine
    tenant: Tenant

    def standing(self) -> Standing:
        """Where it stands. Raises BooksDisagree when balances and day movements differ."""
        with transaction(self.engine, self.tenant.id) as connection:
            row = connection.execute(STANDING, {"company": self.tenant.company}).one()
        entries, debit, credit, *moved = map(int, row)
        if [debit, credit] != moved:
            raise BooksDisagree(f"Balances {debit} and {credit}, day movements {moved}.")
        return Standing(entries, debit, credit)


@contextmanager
def ground() -> Iterator[Ground]:
    """A server on a free port, deleted afterwards."""
    members = (POSTGRES, MIGRATE, SEED)
    with homes.temporary() as home, Stack(home, ports=Ports.free(), members=members) as running:
        settings = settings_of(running)
        engine = database.engine(settings, APPLICATION, pool=MOST_CALLERS)
        owner = create_engine(settings.database_url)
        yield Ground(engine, owner, Meter({POSTGRES: running.pid(POSTGRES)}))
        owner.dispose()
        engine.dispose()


def plain_url(engine: Engine) -> str:
    """The address as libpq reads it."""
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
