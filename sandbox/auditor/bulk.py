"""O9: bulk work came to as many items as were selected, and each says what became of it."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sandbox.auditor.seen import CLOSED, Row, Rows, Seen


def bulk_adds_up(seen: Seen) -> Iterator[str]:
    """Instructions, items, decisions and the totals that were told agree."""
    sizes = {each["selection_id"]: each["size"] for each in seen.rows["sizes"]}
    decisions = {decision["task_id"]: decision for decision in seen.rows["decisions"]}
    proposed = {proposal["exception_id"] for proposal in seen.rows["proposals"]}
    exceptions = {exception["id"]: exception for exception in seen.rows["exceptions"]}
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
            if row["state"] == "done" and not is_done(
                row["item_id"], decisions, exceptions, proposed
            ):
                yield f"O9 {name} says that {row['item_id']} is done, and nobody decided it"
        yield from totals_agree(seen, process, rows)


def is_done(
    item: Any,
    decisions: Mapping[Any, Row],
    exceptions: Mapping[Any, Row],
    proposed: Collection[Any],
) -> bool:
    """Whether a task was decided; a parked step was repaired, handed on or proposed to be left."""
    if item in decisions:
        return True
    exception = exceptions.get(item)
    if exception is None:
        return False
    handed_on = exception["assigned_person"] or exception["assigned_role"]
    return exception["state"] == "resolved" or bool(handed_on) or item in proposed


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
