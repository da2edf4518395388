"""The auditor: an outsider's check that nothing was lost and nothing done twice.

`python -m sandbox.auditor --help`. It reads the database through its own SQL, the bank's own log
and Temporal's list of workflows, and imports nothing of the product. What clients know to have
asked for comes from a file they wrote (one JSON object per line, see `Asked`); without it only
the parts are compared with each other. It repeats its checks until they hold or patience ends,
since an engine may close a workflow a moment after the record does; what was lost or done twice
never heals, so waiting hides nothing. Exits with 1 and one line per finding.
"""

import argparse
import asyncio
import hashlib
import json
import sys
import time
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row
from temporalio.client import Client, WorkflowExecutionStatus

Row = dict[str, Any]
Rows = list[Row]

# The stages of an invoice in which somebody is asked.
WITH_TASK = ("approval", "correction")
CLOSED = ("completed", "cancelled", "compensated")
QUERIES = {
    "processes": "SELECT * FROM processes",
    "tasks": "SELECT * FROM tasks",
    "decisions": "SELECT * FROM decisions",
    "exceptions": "SELECT * FROM exceptions",
    "effects": "SELECT effect_key FROM effects",
    "evidence": "SELECT * FROM evidence",
    "events": "SELECT process_id, sequence, type FROM events",
    "calls": "SELECT * FROM partner_calls",
    "entries": "SELECT * FROM journal_entries",
    "series": "SELECT * FROM number_series",
    "numbers": "SELECT series, fiscal_year, company_id, sequence, entry_id FROM voucher_numbers",
    "keys": "SELECT process_id, name, value FROM document_keys",
    "postings": """
        SELECT p.*, e.process_id, e.effect_key, e.kind AS entry_kind, a.code
        FROM postings p
        JOIN journal_entries e ON e.tenant_id = p.tenant_id AND e.id = p.entry_id
        JOIN accounts a ON a.tenant_id = p.tenant_id AND a.id = p.account_id""",
    "balances": "SELECT * FROM balances",
    "day_movements": "SELECT * FROM day_movements",
}


@dataclass(frozen=True)
class Asked:
    """What a client asked of one process, and what must have come of it.

    `book` is the sum of its postings by account, debits positive, in minor units; `entries` how
    many; `paid` what the bank paid in how many payments. `refused` are the effect keys of calls
    that were definitely refused, `acknowledged` of those that were answered with success.
    """

    workflow_id: str
    stage: str
    book: dict[str, int]
    entries: int
    payments: int
    amount: int | None
    refused: list[str] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Seen:
    """Everything read at one moment. `workflows` is the status by workflow id."""

    rows: dict[str, Rows]
    bank: Rows
    workflows: dict[str, str]
    asked: list[Asked]
    index: dict[str, dict[Any, Rows]] = field(default_factory=dict)

    def of(self, table: str, process: Any) -> Rows:
        """A process's rows of a table."""
        if table not in self.index:
            self.index[table] = defaultdict(list)
            for row in self.rows[table]:
                self.index[table][row["process_id"]].append(row)
        return self.index[table].get(process, [])

    @cached_property
    def mirrored(self) -> set[Any]:
        """The entries that another one reverses."""
        return {e["reverses"] for e in self.rows["entries"]}


def read_database(url: str, tenant: str) -> dict[str, Rows]:
    """Every table that matters, in one snapshot, read-only."""
    with psycopg.connect(url, row_factory=dict_row, connect_timeout=5) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        connection.execute("SELECT set_config('kontor.tenant', %s, true)", (tenant,))
        return {name: connection.execute(sql).fetchall() for name, sql in QUERIES.items()}


def read_bank(url: str) -> Rows:
    """What the bank says it paid."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{url}/v1/effects", timeout=10) as answer:
        rows: Rows = json.load(answer)
    return rows


async def read_workflows(address: str, namespace: str, tenant: str) -> dict[str, str]:
    """Status by workflow id; an id that ran twice is reported as such."""
    client = await Client.connect(address, namespace=namespace)
    found: dict[str, str] = {}
    async for one in client.list_workflows():
        if one.id.startswith(f"{tenant}/"):
            name = WorkflowExecutionStatus(one.status or 0).name
            found[one.id] = "RAN TWICE" if one.id in found else name
    return found


def read_asked(file: Path | None) -> list[Asked]:
    """What the clients wrote down."""
    if file is None:
        return []
    return [Asked(**json.loads(line)) for line in file.read_text().splitlines()]


def asked_is_there(seen: Seen) -> Iterator[str]:
    """O1: what was acknowledged happened once, as its type prescribes; what was refused did not."""
    by_workflow = {p["workflow_id"]: p for p in seen.rows["processes"]}
    effects = {e["effect_key"] for e in seen.rows["effects"]}
    paid = Counter(e["reference"] for e in seen.bank)
    for asked in seen.asked:
        process = by_workflow.pop(asked.workflow_id, None)
        if process is None:
            yield f"O1 {asked.workflow_id} was acknowledged but has no process"
            continue
        name = process["reference"]
        if process["stage"] != asked.stage:
            yield f"O1 {name} stands at {process['stage']}, expected {asked.stage}"
        book: Counter[str] = Counter()
        for posting in seen.of("postings", process["id"]):
            book[posting["code"]] += posting["amount"]
        if {a: v for a, v in book.items() if v} != {a: v for a, v in asked.book.items() if v}:
            yield f"O1 {name} has in the book {dict(book)}, expected {asked.book}"
        entries = len(seen.of("entries", process["id"]))
        if entries != asked.entries:
            yield f"O1 {name} has {entries} journal entries, expected {asked.entries}"
        if paid[name] != asked.payments:
            yield f"O1 the bank paid {name} {paid[name]} times, expected {asked.payments}"
        if process["amount"] != asked.amount:
            yield f"O1 {name} is about {process['amount']}, expected {asked.amount}"
        did, lost = effects & {*asked.refused}, {*asked.acknowledged} - effects
        yield from (f"O1 {key} was refused to the client, yet it took effect" for key in did)
        yield from (f"O1 {key} was acknowledged to the client, yet has no effect" for key in lost)
    for process in by_workflow.values() if seen.asked else ():
        yield f"O1 {process['reference']} is there, though nobody asked for it"


def book_balances(seen: Seen) -> Iterator[str]:
    """O2: debits equal credits; balances and day movements are the sums of postings; no gaps."""
    for column in ("amount", "base_amount"):
        sums: Counter[tuple[Any, ...]] = Counter()
        for p in seen.rows["postings"]:
            sums["entry", p["entry_id"], p["currency"] if column == "amount" else ""] += p[column]
        for where, value in sums.items():
            if value:
                yield f"O2 {where} is out of balance by {value} ({column})"
    keys = ("account_id", "currency", "dimension_set_id")
    yield from same_sums(seen, "balances", keys)
    yield from same_sums(seen, "day_movements", (*keys, "entry_date"))
    drawn: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for number in seen.rows["numbers"]:
        drawn[number["company_id"], number["series"], number["fiscal_year"]].append(
            number["sequence"]
        )
    for series in seen.rows["series"]:
        where = (series["company_id"], series["series"], series["fiscal_year"])
        if sorted(drawn.pop(where, [])) != list(range(1, series["last_sequence"] + 1)):
            yield f"O2 {series['series']} {series['fiscal_year']} has a gap or a number twice"
    yield from (f"O2 numbers were drawn from no series: {where}" for where in drawn)


def same_sums(seen: Seen, table: str, keys: tuple[str, ...]) -> Iterator[str]:
    """A stored sum equals the sum of raw postings, debits and credits apart."""
    raw: Counter[tuple[Any, ...]] = Counter()
    kept: Counter[tuple[Any, ...]] = Counter()
    for posting in seen.rows["postings"]:
        side = "debit" if posting["amount"] > 0 else "credit"
        raw[(*(posting[k] for k in keys), side)] += abs(posting["amount"])
    for row in seen.rows[table]:
        for side in ("debit", "credit"):
            kept[(*(row[k] for k in keys), side)] += row[side]
    for where in raw.keys() | kept.keys():
        if raw[where] != kept[where]:
            yield f"O2 {table} says {kept[where]} at {where}, its postings {raw[where]}"


def bank_agrees(seen: Seen) -> Iterator[str]:
    """O3: at most one payment per key, one per completed process, none for any other."""
    paid = Counter(e["key"] for e in seen.bank)
    yield from (f"O3 the bank paid key {key} {n} times" for key, n in paid.items() if n > 1)
    calls = {hashlib.sha256(canonical(c["effect_key"])).hexdigest(): c for c in seen.rows["calls"]}
    closed = {p["id"] for p in seen.rows["processes"] if p["status"] in CLOSED}
    for key in paid.keys() - calls.keys():
        yield f"O3 the bank paid {key}, of which we have no record"
    for key, call in calls.items():
        if call["state"] == "done" and paid[key] != 1:
            yield f"O3 {call['effect_key']} is paid by the record, not by the bank"
        if call["state"] in ("refused", "not_sent") and paid[key]:
            yield f"O3 {call['effect_key']} is {call['state']} by the record, but the bank paid it"
        if call["process_id"] in closed and call["state"] not in ("done", "refused", "not_sent"):
            yield f"O3 {call['effect_key']} is {call['state']}, yet its process has ended"
    by_reference: dict[str, list[int]] = defaultdict(list)
    for effect in seen.bank:
        by_reference[effect["reference"]].append(effect["amount"])
    for process in seen.rows["processes"]:
        found = by_reference.pop(process["reference"], [])
        if pays(process) and process["status"] == "completed" and found != [process["amount"]]:
            yield f"O3 {process['reference']} is paid, but the bank's payments are {found}"
        if process["status"] in ("cancelled", "compensated") and found:
            yield f"O3 {process['reference']} is {process['status']}, but the bank paid {found}"
    yield from (f"O3 the bank paid {name}, which is no process" for name in by_reference)


def pays(process: Row) -> bool:
    """Whether processes of this type end with a payment."""
    return str(process["type"]).startswith("invoice_approval")


def parts_agree(seen: Seen) -> Iterator[str]:
    """O4: record, tasks, exceptions, book and engine tell the same story."""
    workflows = dict(seen.workflows)
    for process in seen.rows["processes"]:
        name, closed = process["reference"], process["status"] in CLOSED
        status = workflows.pop(process["workflow_id"], "MISSING")
        if status != ("COMPLETED" if closed else "RUNNING"):
            yield f"O4 {name} is {process['status']}, its workflow {status}"
        if closed != (process["closed_at"] is not None):
            yield f"O4 {name} is {process['status']} and closed_at is {process['closed_at']}"
        tasks = [t for t in seen.of("tasks", process["id"]) if t["state"] == "open"]
        steps = [e["state"] for e in seen.of("exceptions", process["id"]) if e["kind"] == "step"]
        unresolved = [state for state in steps if state != "resolved"]
        if unresolved != ["open"] * (process["status"] == "exception"):
            yield f"O4 {name} is {process['status']} with exceptions that are {unresolved}"
        if any(closed or t["stage"] != process["stage"] for t in tasks):
            yield f"O4 {name} stands at {process['stage']}, and tasks of another stage are open"
        ordered = sorted(tasks, key=lambda task: task["seat"])
        roles = " and ".join(dict.fromkeys(task["role"] for task in ordered))
        if tasks and process["status"] == "waiting" and process["waiting_for"] != roles:
            yield f"O4 {name} waits for {process['waiting_for']}, its tasks for {roles}"
        if pays(process) and len(tasks) != (not closed and process["stage"] in WITH_TASK):
            yield f"O4 {name} stands at {process['stage']} with {len(tasks)} open tasks"
        yield from book_follows(seen, process)
    for id, status in workflows.items():
        yield f"O4 the workflow {id} ({status}) has no process"
    decided = Counter(d["task_id"] for d in seen.rows["decisions"])
    for task in seen.rows["tasks"]:
        wanted = task["kind"] == "approval" and task["state"] == "decided"
        if decided[task["id"]] != wanted:
            yield f"O4 the {task['state']} task {task['id']} has {decided[task['id']]} decisions"


def book_follows(seen: Seen, process: Row) -> Iterator[str]:
    """What each end prescribes of the book, and that a bad end gives its document keys back."""
    name = process["reference"]
    entries = seen.of("entries", process["id"])
    kinds = sorted(e["kind"] for e in entries)
    normal, reversals = kinds.count("normal"), kinds.count("reversal")
    is_undone = all(e["id"] in seen.mirrored for e in entries if e["kind"] == "normal")
    agrees = {
        "completed": normal - reversals == 2 if pays(process) else normal >= reversals,
        "compensated": is_undone and normal > 0,
        "cancelled": is_undone,
    }
    if not agrees.get(process["status"], True) or len(kinds) != normal + reversals:
        yield f"O4 {name} is {process['status']} with the entries {kinds}"
    if process["status"] in CLOSED[1:] and (held := len(seen.of("keys", process["id"]))):
        yield f"O4 {name} is {process['status']} and still holds {held} document key(s)"


def nothing_hangs(seen: Seen) -> Iterator[str]:
    """O5: every process has ended, waits for somebody or something named, or is an exception."""
    for process in seen.rows["processes"]:
        if process["status"] == "running":
            yield f"O5 {process['reference']} is running at {process['stage']} and nothing happens"
        if process["status"] == "waiting" and not process["waiting_for"]:
            yield f"O5 {process['reference']} waits for nobody"


def evidence_is_whole(seen: Seen) -> Iterator[str]:
    """O6, O7: one evidence row and one event per effect, untouched, in an order of their own."""
    effects = Counter(e["effect_key"] for e in seen.rows["effects"])
    proofs = Counter(e["effect_key"] for e in seen.rows["evidence"])
    for key in effects.keys() | proofs.keys():
        if (effects[key], proofs[key]) != (1, 1):
            yield f"O6 {key} has {effects[key]} effects and {proofs[key]} evidence rows"
    yield from (
        f"O6 the entry {e['id']} has no evidence"
        for e in seen.rows["entries"]
        if e["process_id"] and not proofs[e["effect_key"]]
    )
    events = Counter((e["process_id"], e["sequence"]) for e in seen.rows["events"])
    places = Counter((e["process_id"], e["sequence"]) for e in seen.rows["evidence"])
    for place in events.keys() | places.keys():
        if (events[place], places[place]) != (1, 1):
            yield f"O6 at {place} are {events[place]} events and {places[place]} evidence rows"
    for row in seen.rows["evidence"]:
        said = [row["effect_key"], row["title"], row["person_id"], row["user_id"]]
        said = [None if each is None else str(each) for each in said]
        found = hashlib.sha256(canonical([*said, row["inputs"], row["outputs"]])).hexdigest()
        if found != row["digest"]:
            yield f"O7 the evidence of {row['effect_key']} is not what its digest says"
    for process in seen.rows["processes"]:
        last = max((e["sequence"] for e in seen.of("evidence", process["id"])), default=0)
        if process["sequence"] > last:
            yield f"O6 {process['reference']} is at {process['sequence']}, its evidence at {last}"


def canonical(value: Any) -> bytes:
    """Canonical JSON: names sorted, no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


CHECKS = (
    asked_is_there, book_balances, bank_agrees, parts_agree, nothing_hangs, evidence_is_whole,
)  # fmt: skip


@dataclass(frozen=True)
class Places:
    """Where to look. `tenant` is its uuid; `prefix` its id as workflow ids begin with."""

    database: str
    bank: str
    temporal: str
    namespace: str
    tenant: str
    prefix: str


async def look(places: Places, asked: list[Asked]) -> Seen:
    """Read everything once; the book after the world outside, which may only be behind it."""
    workflows = await read_workflows(places.temporal, places.namespace, places.prefix)
    bank = await asyncio.to_thread(read_bank, places.bank)
    rows = await asyncio.to_thread(read_database, places.database, places.tenant)
    return Seen(rows, bank, workflows, asked)


async def audit(
    places: Places, asked: list[Asked], *, patience: float = 20
) -> tuple[list[str], Seen]:
    """All findings, and what was seen; none is what we want. Looks again for `patience` seconds."""
    deadline = time.monotonic() + patience
    while True:
        seen = await look(places, asked)
        found = [finding for check in CHECKS for finding in check(seen)]
        if not found or time.monotonic() > deadline:
            return found, seen
        await asyncio.sleep(1)


def arguments() -> argparse.Namespace:
    """The command line."""
    summary, _, guide = (__doc__ or "").partition("\n\n")
    name = "python -m sandbox.auditor"
    parser = argparse.ArgumentParser(name, description=summary, epilog=guide)
    parser.add_argument("--database", required=True, help="URL of a login that may read")
    parser.add_argument("--bank", required=True, help="URL of the simulated bank")
    parser.add_argument("--temporal", required=True, help="host:port")
    parser.add_argument("--namespace", default="kontor")
    parser.add_argument("--tenant", required=True, help="uuid of the tenant")
    parser.add_argument("--prefix", required=True, help="the tenant's id, as in tnt_...")
    parser.add_argument("--asked", type=Path, help="what clients wrote down, JSON lines")
    parser.add_argument("--patience", type=float, default=20, help="seconds")
    return parser.parse_args()


def main() -> int:
    """Audit, print, and say by the exit code."""
    given = arguments()
    at = (given.database, given.bank, given.temporal, given.namespace, given.tenant, given.prefix)
    places = Places(*at)
    found, seen = asyncio.run(audit(places, read_asked(given.asked), patience=given.patience))
    for finding in found:
        print(finding)
    counts = {name: len(rows) for name, rows in seen.rows.items()}
    print(f"{len(found)} findings in {counts}, {len(seen.bank)} payments at the bank.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
