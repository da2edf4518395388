"""O4 and O5: document, process, tasks, exceptions, book and engine tell one story, and none hangs.

Where a process may stand, what is asked there and how it ends is read from the definition that it
is pinned to, as it was released.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator

from sandbox.auditor.seen import CLOSED, Row, Seen, canonical


def parts_agree(seen: Seen) -> Iterator[str]:
    """Each process with what belongs to it; then what belongs to none."""
    workflows = dict(seen.workflows)
    for process in seen.rows["processes"]:
        name, closed = process["reference"], process["status"] in CLOSED
        status = workflows.pop(process["workflow_id"], "MISSING")
        if status != ("COMPLETED" if closed else "RUNNING"):
            yield f"O4 {name} is {process['status']}, its workflow {status}"
        if closed != (process["closed_at"] is not None):
            yield f"O4 {name} is {process['status']} and closed_at is {process['closed_at']}"
        steps = [e["state"] for e in seen.of("exceptions", process["id"]) if e["kind"] == "step"]
        unresolved = [state for state in steps if state != "resolved"]
        if unresolved != ["open"] * (process["status"] == "exception"):
            yield f"O4 {name} is {process['status']} with exceptions that are {unresolved}"
        yield from stage_agrees(seen, process)
        yield from tasks_agree(seen, process)
        yield from document_agrees(seen, process)
        yield from book_follows(seen, process)
    for id, status in workflows.items():
        yield f"O4 the workflow {id} ({status}) has no process"
    decided = Counter(d["task_id"] for d in seen.rows["decisions"])
    for task in seen.rows["tasks"]:
        wanted = task["kind"] == "approval" and task["state"] == "decided"
        if decided[task["id"]] != wanted:
            yield f"O4 the {task['state']} task {task['id']} has {decided[task['id']]} decisions"


def stage_agrees(seen: Seen, process: Row) -> Iterator[str]:
    """It stands where its definition has a stage, and has ended where that one ends."""
    name, stage = process["reference"], seen.stage(process)
    if stage is None:
        yield f"O4 {name} stands at {process['stage']}, which its definition does not have"
        return
    ends = stage.get("ends")
    status = process["status"] if process["status"] in CLOSED else None
    if status != ends:
        yield f"O4 {name} is {process['status']} at {process['stage']}, which ends as {ends}"


def tasks_agree(seen: Seen, process: Row) -> Iterator[str]:
    """Somebody is asked exactly where its definition has somebody asked."""
    name, stage = process["reference"], seen.stage(process) or {}
    tasks = [t for t in seen.of("tasks", process["id"]) if t["state"] == "open"]
    if any(process["status"] in CLOSED or t["stage"] != process["stage"] for t in tasks):
        yield f"O4 {name} stands at {process['stage']}, and tasks of another stage are open"
    ordered = sorted(tasks, key=lambda task: task["seat"])
    roles = " and ".join(dict.fromkeys(task["role"] for task in ordered))
    if tasks and process["status"] == "waiting" and process["waiting_for"] != roles:
        yield f"O4 {name} waits for {process['waiting_for']}, its tasks for {roles}"
    kinds = sorted({task["kind"] for task in tasks})
    asks = "approval" in stage or "asks" in stage
    agrees = {
        "approval": kinds == ["approval"],
        "asks": len(tasks) == 1 and kinds != ["approval"],
        "nobody": not tasks,
    }
    asked = "approval" if "approval" in stage else "asks" if asks else "nobody"
    if process["status"] != "exception" and not agrees[asked]:
        yield f"O4 {name} stands at {process['stage']} with {len(tasks)} open tasks"


def document_agrees(seen: Seen, process: Row) -> Iterator[str]:
    """It has one document, which is what its hash says, and is what an open approval shows."""
    name, documents = process["reference"], seen.of("documents", process["id"])
    if [document["id"] for document in documents] != [process["document_id"]]:
        yield f"O4 {name} has {len(documents)} documents, of which one should be its own"
        return
    (document,) = documents
    if hashlib.sha256(canonical(document["content"])).hexdigest() != document["content_hash"]:
        yield f"O4 the document of {name} is not what its hash says"
    for task in seen.of("tasks", process["id"]):
        if task["state"] == "open" and task["subject_hash"] != document["content_hash"]:
            yield f"O4 {name} asks about a document that it no longer has"


def book_follows(seen: Seen, process: Row) -> Iterator[str]:
    """What each end prescribes of the book, and that a bad end gives its document keys back."""
    name = process["reference"]
    entries = seen.of("entries", process["id"])
    own = {entry["id"] for entry in entries}
    standing = [e for e in entries if e["id"] not in seen.mirrored and e["reverses"] not in own]
    agrees = {
        "completed": len(standing) == 2 if seen.pays(process) else True,
        "compensated": not standing and bool(entries),
        "cancelled": not standing,
    }
    if not agrees.get(process["status"], True):
        kinds = sorted(entry["kind"] for entry in entries)
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
