"""An inbox of 50,000 open tasks: its first page as the API reads it, beside the barest SQL."""

import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles
from uuid import UUID

from sqlalchemy import Connection, text

from benchmarks.ledger.comparison import OURS, Comparison, Mark, Measured
from benchmarks.ledger.ground import Ground, ground
from domain.access.actor import Actor, actor
from domain.approvals import reading
from domain.database import transaction
from domain.listing import Page
from sandbox.tenant import Tenant, as_owner, open_tenant

FILL = text((Path(__file__).parent / "inbox.sql").read_text())
BARE = text("""
    SELECT id, title, role, amount, opened_at FROM tasks
    WHERE tenant_id = (SELECT current_tenant()) AND state = 'open' AND role = ANY(:roles)
    ORDER BY opened_at DESC, id DESC LIMIT 51
""")
BY_HAND = "bare SQL"
TASKS, QUICK_TASKS = 50_000, 2_000
CALLS, QUICK_CALLS = 100, 20
LEAST = 1 / 3
TENANT = UUID("0190b000-0000-7000-8000-0000000b0000")
SCOPES = ("mine", "team", "all")


def run(*, rounds: int, quick: bool) -> Comparison:
    """Milliseconds of the 95th percentile, by scope."""
    count = QUICK_TASKS if quick else TASKS
    with ground() as server:
        tenant = filled(server, count)
        calls = QUICK_CALLS if quick else CALLS
        measured = [
            each for number in range(rounds + 1) for each in turn(server, tenant, calls) if number
        ]
    return Comparison(
        title=f"Inbox of {count:,} open tasks, its first 50, 95th percentile", unit="ms",
        measured=tuple(measured), marks=tuple(Mark(scope, BY_HAND, LEAST) for scope in SCOPES),
    )  # fmt: skip


def filled(server: Ground, count: int) -> Tenant:
    """A tenant whose cast has that many tasks to decide."""
    tenant = open_tenant(server.owner, Tenant(TENANT))
    values = {
        "tenant": tenant.id, "company": tenant.company, "count": count,
        "maker": tenant.person("asha"), "maker_user": tenant.user("asha"),
        "checker": tenant.person("bina"), "checker_user": tenant.user("bina"),
    }  # fmt: skip
    with as_owner(server.owner, tenant.id) as connection:
        for statement in FILL.text.split(";\n"):
            if statement.strip():
                asked = text(statement)
                connection.execute(asked, {k: v for k, v in values.items() if f":{k}" in statement})
    server.analyze()
    return tenant


def turn(server: Ground, tenant: Tenant, calls: int) -> list[Measured]:
    """Each scope, ours and bare."""
    found = []
    with transaction(server.engine, tenant.id) as connection:
        bina = actor(connection, tenant.user("bina"))
    page = Page(50)

    def bare(connection: Connection) -> None:
        connection.execute(BARE, {"roles": list(bina.roles)}).all()

    for scope in SCOPES:
        found.append(Measured(scope, BY_HAND, timed(server, tenant, bare, calls)))
        ours = listing(bina, scope, page)
        found.append(Measured(scope, OURS, timed(server, tenant, ours, calls)))
    return found


def listing(who: Actor, scope: str, page: Page) -> Callable[[Connection], None]:
    """The page of a scope as the API reads it."""

    def read(connection: Connection) -> None:
        reading.listed(connection, who, scope=scope, state="open", page=page)

    return read


def timed(server: Ground, tenant: Tenant, work: Callable[[Connection], None], calls: int) -> float:
    """Milliseconds of the 95th percentile of so many calls, each in a transaction of its own."""
    spent = []
    for _ in range(calls):
        started = time.perf_counter()
        with transaction(server.engine, tenant.id) as connection:
            work(connection)
        spent.append(1000 * (time.perf_counter() - started))
    return quantiles(spent, n=20)[-1]
