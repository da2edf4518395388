"""Reading: the auditor's own SQL, the bank's log, and Temporal's list of workflows."""

import asyncio
import json
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row
from temporalio.client import Client, WorkflowExecutionStatus

from sandbox.auditor.seen import Asked, Row, Rows

ENTRIES = """
    SELECT e.*, e.transaction_id::text AS transaction, v.series, v.fiscal_year, v.sequence, v.number
    FROM journal_entries e
    LEFT JOIN voucher_numbers v ON v.tenant_id = e.tenant_id AND v.entry_id = e.id"""
POSTINGS = """
    SELECT p.*, e.process_id, e.effect_key, e.kind AS entry_kind, a.code, a.kind AS account_kind,
        d.dimensions
    FROM postings p
    LEFT JOIN journal_entries e ON e.tenant_id = p.tenant_id AND e.id = p.entry_id
    LEFT JOIN accounts a ON a.tenant_id = p.tenant_id AND a.id = p.account_id
    LEFT JOIN dimension_sets d ON d.tenant_id = p.tenant_id AND d.id = p.dimension_set_id"""
LOG = "SELECT *, facts::text AS told, transaction_id::text AS transaction FROM audit_log"
BULK = """
    SELECT coalesce(b.tenant_id, o.tenant_id) AS tenant_id,
        coalesce(b.process_id, o.process_id) AS process_id, b.position, b.selection_id,
        i.item_id, i.amount, i.currency, o.state
    FROM bulk_instructions b
    LEFT JOIN selection_items i ON i.tenant_id = b.tenant_id AND i.selection_id = b.selection_id
        AND i.position = b.position
    FULL JOIN bulk_items o ON o.tenant_id = b.tenant_id AND o.process_id = b.process_id
        AND o.position = b.position"""
QUERIES = {
    "processes": "SELECT * FROM processes",
    "documents": "SELECT * FROM documents",
    "tasks": "SELECT * FROM tasks",
    "decisions": "SELECT * FROM decisions",
    "users": "SELECT * FROM users",
    "exceptions": "SELECT * FROM exceptions",
    "proposals": "SELECT * FROM repair_proposals",
    "effects": "SELECT tenant_id, effect_key FROM effects",
    "evidence": "SELECT * FROM evidence",
    "events": "SELECT tenant_id, process_id, sequence, type FROM events",
    "calls": "SELECT * FROM partner_calls",
    "entries": ENTRIES,
    "series": "SELECT * FROM number_series",
    "numbers": "SELECT * FROM voucher_numbers",
    "keys": "SELECT * FROM document_keys",
    "postings": POSTINGS,
    "balances": "SELECT * FROM balances",
    "day_movements": "SELECT * FROM day_movements",
    "bulk": BULK,
    "sizes": "SELECT tenant_id, selection_id, count(*) AS size FROM selection_items GROUP BY 1, 2",
    "seal_keys": "SELECT * FROM seal_keys",
    "seal_batches": "SELECT * FROM seal_batches",
    "seal_members": "SELECT * FROM seal_members",
    "audit_seals": "SELECT * FROM audit_seals",
    "audit_log": LOG,
}
# What belongs to no tenant.
DEFINITIONS = "SELECT hash, content FROM definitions"
# So many workflows are asked for at a time.
AT_ONCE = 16


def read_database(url: str, tenants: Iterable[str]) -> dict[str, Rows]:
    """Every table that matters, in one snapshot, read-only."""
    with psycopg.connect(url, row_factory=dict_row, connect_timeout=5) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return read_tables(connection, tenants)


def read_tables(connection: psycopg.Connection[Row], tenants: Iterable[str]) -> dict[str, Rows]:
    """The same in a transaction that is there already."""
    found: dict[str, Rows] = {name: [] for name in QUERIES}
    found["definitions"] = connection.execute(DEFINITIONS).fetchall()
    for tenant in tenants:
        connection.execute("SELECT set_config('kontor.tenant', %s, true)", (tenant,))
        for name, sql in QUERIES.items():
            of_tenant = f"SELECT * FROM ({sql}) AS all_of_it WHERE tenant_id = %s"
            found[name] += connection.execute(of_tenant, (tenant,))
    return found


def read_bank(url: str) -> Rows:
    """What the bank says it paid."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{url}/v1/effects", timeout=60) as answer:
        rows: Rows = json.load(answer)
    return rows


async def read_workflows(address: str, namespace: str, prefixes: Iterable[str]) -> dict[str, str]:
    """Status by workflow id; an id that ran twice is reported as such.

    The engine's list follows its histories and may stay behind: what runs by the list is asked for.
    """
    client = await Client.connect(address, namespace=namespace)
    wanted = {*prefixes}
    found: dict[str, str] = {}
    async for one in client.list_workflows(page_size=1000):
        if one.id.partition("/")[0] in wanted:
            name = name_of(one.status)
            found[one.id] = "RAN TWICE" if one.id in found else name
    turns = asyncio.Semaphore(AT_ONCE)

    async def status(id: str) -> str:
        async with turns:
            described = await client.get_workflow_handle(id).describe()
        return name_of(described.status)

    running = [id for id, name in found.items() if name == "RUNNING"]
    return found | dict(zip(running, await asyncio.gather(*map(status, running)), strict=True))


def name_of(status: WorkflowExecutionStatus | None) -> str:
    """`RUNNING`, `COMPLETED` and the like."""
    return WorkflowExecutionStatus(status or 0).name


def read_asked(file: Path | None) -> list[Asked]:
    """What the clients wrote down."""
    if file is None:
        return []
    told: list[dict[str, Any]] = [json.loads(line) for line in file.read_text().splitlines()]
    return [Asked(**each) for each in told]
