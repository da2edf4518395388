"""An inbox of 50,000 open tasks: its first page as the API answers it, beside bare SQL and HTTP."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import quantiles
from typing import Any
from uuid import UUID

import httpx2
import psycopg
from fastapi import Request
from sqlalchemy import Engine, text

from api.caller import Caller
from api.routes.tasks import list_tasks
from benchmarks.inbox_bare import Reader
from benchmarks.inbox_server import edge_of
from benchmarks.ledger.comparison import OURS, Comparison, Mark, Measured
from benchmarks.ledger.ground import Ground, ground
from config import memory
from config.settings import ROOT, Settings
from domain.access.actor import Actor, actor
from domain.database import transaction
from sandbox.tenant import Tenant, as_owner, open_tenant
from workflows import catalog

FILL = text((Path(__file__).parent / "inbox.sql").read_text())
BARE, EMPTY, BARE_HTTP, HTTP = "bare SQL", "empty route, HTTP", "bare SQL, HTTP", "ours, HTTP"
TASKS, QUICK_TASKS = 50_000, 2_000
CALLS, QUICK_CALLS = 100, 20
TENANT = UUID("0190b000-0000-7000-8000-0000000b0000")
# Who reads which scope: bina may decide most of them, esha one in a thousand.
CASES = (("bina", "mine"), ("bina", "team"), ("bina", "all"), ("esha", "mine"))
# The list within three times the bare SQL: by the route's function, and over HTTP on both sides.
# HTTP against SQL without it is no mark: an empty route takes longer than the bare SQL.
MARKS = ((BARE, OURS), (BARE_HTTP, HTTP))
LEAST = 1 / 3

Sides = Mapping[str, Callable[[], Any]]


def run(*, rounds: int, quick: bool) -> Comparison:
    """Milliseconds of the 95th percentile, by reader and scope."""
    count = QUICK_TASKS if quick else TASKS
    calls = QUICK_CALLS if quick else CALLS
    with ground() as server, ExitStack() as stack:
        tenant = filled(server, count)
        cases = {
            f"{name}, {scope}": stack.enter_context(sides(server, tenant, name, scope))
            for name, scope in CASES
        }
        # As the API's main does.
        memory.keep_what_is_loaded()
        measured = [
            each
            for number in range(rounds + 1)
            for case, beside in cases.items()
            for each in turn(case, beside, calls)
            if number
        ]
    return Comparison(
        title=f"Inbox of {count:,} open tasks, its first 50, 95th percentile", unit="ms",
        measured=tuple(measured),
        marks=tuple(Mark(case, against, LEAST, side) for case in cases for against, side in MARKS),
    )  # fmt: skip


def filled(server: Ground, count: int) -> Tenant:
    """A tenant whose cast has that many tasks to decide."""
    tenant = open_tenant(server.owner, Tenant(TENANT))
    fill(server.owner, tenant, count)
    server.analyze()
    return tenant


def fill(engine: Engine, tenant: Tenant, count: int) -> None:
    """Open that many tasks in a tenant that is there."""
    definition = catalog.definitions(Settings().definitions).get("invoice_approval")
    values = {
        "tenant": tenant.id, "company": tenant.company, "count": count,
        "maker": tenant.person("asha"), "maker_user": tenant.user("asha"),
        "checker": tenant.person("bina"), "checker_user": tenant.user("bina"),
        "hash": definition.hash, "content": definition.canonical(),
    }  # fmt: skip
    with as_owner(engine, tenant.id) as connection:
        for statement in FILL.text.split(";\n"):
            if statement.strip():
                asked = text(statement)
                connection.execute(asked, {k: v for k, v in values.items() if f":{k}" in statement})


@contextmanager
def sides(server: Ground, tenant: Tenant, name: str, scope: str) -> Iterator[Sides]:
    """Every way to read the page, each on a connection of its own that is warm."""
    url = server.engine.url.set(username="kontor_reader")
    reader = url.render_as_string(hide_password=False)
    writer = url.set(username="kontor_edge").render_as_string(hide_password=False)
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    edge = edge_of(reader, writer)
    with transaction(edge.reader, tenant.id) as connection:
        who = actor(connection, tenant.user(name))
    caller, by_hand = Caller(tenant.id, False, who), bare(tenant, who)
    with (
        psycopg.connect(plain, autocommit=True) as held,
        served(reader, writer, str(tenant.id), str(tenant.user(name))) as (api, least),
    ):
        yield {
            BARE: lambda: by_hand.page(held, scope),
            OURS: lambda: list_tasks(asked(), edge=edge, caller=caller, scope=scope),  # type: ignore[arg-type]
            EMPTY: lambda: got(least, "/empty", scope),
            BARE_HTTP: lambda: got(least, "/bare", scope),
            HTTP: lambda: got(api, "/v1/tasks", scope),
        }


def bare(tenant: Tenant, who: Actor) -> Reader:
    """The person as the bare SQL knows her."""
    return Reader(tenant.id, who.person, tuple(who.roles))


def asked() -> Request:
    """The request that a route's function looks at for what else was asked."""
    return Request({"type": "http", "path": "/v1/tasks", "query_string": b"", "headers": []})


def got(client: httpx2.Client, path: str, scope: str) -> None:
    """One answer over HTTP, on a connection that stays open."""
    client.get(path, params={"scope": scope}).raise_for_status()


@contextmanager
def served(*arguments: str) -> Iterator[tuple[httpx2.Client, httpx2.Client]]:
    """The API and the least that HTTP takes, in a process of their own."""
    command = [sys.executable, "-m", "benchmarks.inbox_server", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin
        assert process.stdout
        *addresses, token = process.stdout.readline().split()
        headers = {"Authorization": f"Bearer {token}"}
        api, least = (
            httpx2.Client(base_url=address, headers=headers, trust_env=False)
            for address in addresses
        )
        with api, least:
            yield api, least
        process.stdin.close()


def turn(case: str, beside: Sides, calls: int) -> list[Measured]:
    """Milliseconds of the 95th percentile of each side; they take turns call by call."""
    spent: dict[str, list[float]] = {side: [] for side in beside}
    for _ in range(calls):
        for side, read in beside.items():
            started = time.perf_counter()
            read()
            spent[side].append(1000 * (time.perf_counter() - started))
    return [Measured(case, side, quantiles(took, n=20)[-1]) for side, took in spent.items()]
