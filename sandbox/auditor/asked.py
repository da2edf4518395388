"""O1: what clients know to have asked for is there, once, as it must be."""

from collections import Counter
from collections.abc import Iterator

from sandbox.auditor.seen import Asked, Row, Seen


def asked_is_there(seen: Seen) -> Iterator[str]:
    """What was acknowledged happened once, as its type prescribes; what was refused did not."""
    by_workflow, found = dict(seen.by_workflow), []
    effects = {e["effect_key"] for e in seen.rows["effects"]}
    paid = Counter(e["reference"] for e in seen.bank)
    for asked in seen.asked:
        process = by_workflow.pop(asked.workflow_id, None)
        if process is None:
            yield f"O1 {asked.workflow_id} was acknowledged but has no process"
            continue
        found.append(process["id"])
        name = process["reference"]
        if asked.stage is not None and process["stage"] != asked.stage:
            yield f"O1 {name} stands at {process['stage']}, expected {asked.stage}"
        if paid[name] != asked.payments:
            yield f"O1 the bank paid {name} {paid[name]} times, expected {asked.payments}"
        if asked.amount is not None and process["amount"] != asked.amount:
            yield f"O1 {name} is about {process['amount']}, expected {asked.amount}"
        yield from book_is_as_asked(seen, process, asked)
        did, lost = effects & {*asked.refused}, {*asked.acknowledged} - effects
        yield from (f"O1 {key} was refused to the client, yet it took effect" for key in did)
        yield from (f"O1 {key} was acknowledged to the client, yet has no effect" for key in lost)
    asked_for = {id for process in found for id in seen.family(process)}
    for process in by_workflow.values() if seen.asked else ():
        if process["id"] not in asked_for:
            yield f"O1 {process['reference']} is there, though nobody asked for it"


def book_is_as_asked(seen: Seen, process: Row, asked: Asked) -> Iterator[str]:
    """Its book and entries are its own; its postings are those of what it started as well."""
    name = process["reference"]
    if asked.book is not None:
        book: Counter[str] = Counter()
        for posting in seen.of("postings", process["id"]):
            book[posting["code"]] += posting["amount"]
        if {a: v for a, v in book.items() if v} != {a: v for a, v in asked.book.items() if v}:
            yield f"O1 {name} has in the book {dict(book)}, expected {asked.book}"
    if asked.postings is not None:
        members = seen.family(process["id"])
        found = sorted([p["code"], p["amount"]] for id in members for p in seen.of("postings", id))
        if found != sorted(asked.postings):
            yield f"O1 {name} has the postings {found}, expected {sorted(asked.postings)}"
    entries = len(seen.of("entries", process["id"]))
    if asked.entries is not None and entries != asked.entries:
        yield f"O1 {name} has {entries} journal entries, expected {asked.entries}"
