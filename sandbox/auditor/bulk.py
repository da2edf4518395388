"""O9: bulk work came to as many items as were selected, and each says what became of it."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from sandbox.auditor.seen import CLOSED, Row, Rows, Seen


def bulk_adds_up(seen: Seen) -> Iterator[str]:
    """Instructions, items, decisions and the totals that were told agree."""
    sizes = {each["selection_id"]: each["size"] for each in seen.rows["sizes"]}
    decisions = {decision["task_id"]: decision for decision in seen.rows["decisions"]}
    processes = {process["id"]: process for process in seen.rows["processes"]}
    by_process: dict[Any, Rows] = defaultdict(list)
    for row in seen.rows["bulk"]:
        by_process[row["process_id"]].append(row)
    for id, rows in by_process.items():
        process = processes.get(id)
        if process is None:
            continue
        name = process["reference"]
        if any(row["item_id"] is None for row in rows):
            yield f"O9 {name} has results for items that were never selected"
        if len(rows) != sizes.get(rows[0]["selection_id"]):
            yield f"O9 {name} has {len(rows)} items, its selection another number"
        if process["status"] not in CLOSED:
            continue
        if any(row["state"] is None for row in rows):
            yield f"O9 {name} has ended, and what became of some items is not known"
        for row in rows:
            if row["state"] == "done" and row["item_id"] not in decisions:
                yield f"O9 {name} says that {row['item_id']} is done, and nobody decided it"
        yield from totals_agree(seen, process, rows)


def totals_agree(seen: Seen, process: Row, rows: Rows) -> Iterator[str]:
    """What the evidence told at the end is the sum over the items."""
    summed: Counter[tuple[Any, ...]] = Counter()
    for row in rows:
        summed[row["state"], row["currency"], "size"] += 1
        summed[row["state"], row["currency"], "amount"] += row["amount"] or 0
    told: Counter[tuple[Any, ...]] = Counter()
    for step in seen.of("evidence", process["id"]):
        for total in step["outputs"].get("totals", ()):
            amount = total["amount"] or {"amount": 0, "currency": None}
            told[total["state"], amount["currency"], "size"] += total["size"]
            told[total["state"], amount["currency"], "amount"] += amount["amount"]
    if process["status"] == "completed" and +told != +summed:
        name = process["reference"]
        yield f"O9 {name} told the totals {dict(told)}, its items are {dict(summed)}"
