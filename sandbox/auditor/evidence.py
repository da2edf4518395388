"""O6 and O7: there is evidence of every effect, and it is what it was when it was written."""

import hashlib
from collections import Counter
from collections.abc import Iterator

from sandbox.auditor.seen import Seen, canonical


def evidence_is_whole(seen: Seen) -> Iterator[str]:
    """One evidence row and one event per effect, in an order of their own."""
    effects = Counter(e["effect_key"] for e in seen.rows["effects"])
    proofs = Counter(e["effect_key"] for e in seen.rows["evidence"])
    for key in effects.keys() | proofs.keys():
        if (effects[key], proofs[key]) != (1, 1):
            yield f"O6 {key} has {effects[key]} effects and {proofs[key]} evidence rows"
    for entry in seen.rows["entries"]:
        told = {e["transaction_id"] for e in seen.of("evidence", entry["process_id"])}
        if entry["process_id"] and entry["transaction_id"] not in told:
            yield f"O6 no evidence was written with the entry {entry['id']}"
    events = Counter((e["process_id"], e["sequence"]) for e in seen.rows["events"])
    places = Counter((e["process_id"], e["sequence"]) for e in seen.rows["evidence"])
    for place in events.keys() | places.keys():
        if (events[place], places[place]) != (1, 1):
            yield f"O6 at {place} are {events[place]} events and {places[place]} evidence rows"
    for process in seen.rows["processes"]:
        last = max((e["sequence"] for e in seen.of("evidence", process["id"])), default=0)
        if process["sequence"] > last:
            yield f"O6 {process['reference']} is at {process['sequence']}, its evidence at {last}"


def evidence_is_untouched(seen: Seen) -> Iterator[str]:
    """Each row says what its digest says."""
    for row in seen.rows["evidence"]:
        said = [row["effect_key"], row["title"], row["person_id"], row["user_id"]]
        said = [None if each is None else str(each) for each in said]
        found = hashlib.sha256(canonical([*said, row["inputs"], row["outputs"]])).hexdigest()
        if found != row["digest"]:
            yield f"O7 the evidence of {row['effect_key']} is not what its digest says"
