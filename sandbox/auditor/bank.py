"""O3: the bank's own log and the record of what was sent to it agree."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator

from sandbox.auditor.seen import CLOSED, Seen, canonical


def bank_agrees(seen: Seen) -> Iterator[str]:
    """At most one payment per key, one per completed process that pays, none for any other."""
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
    yield from processes_agree(seen)


def processes_agree(seen: Seen) -> Iterator[str]:
    """What each process says of its payment is what the bank did."""
    by_reference: dict[str, list[int]] = defaultdict(list)
    for effect in seen.bank:
        by_reference[effect["reference"]].append(effect["amount"])
    for process in seen.rows["processes"]:
        found = by_reference.pop(process["reference"], [])
        is_paid = seen.pays(process) and process["status"] == "completed"
        if is_paid and found != [process["amount"]]:
            yield f"O3 {process['reference']} is paid, but the bank's payments are {found}"
        if process["status"] in ("cancelled", "compensated") and found:
            yield f"O3 {process['reference']} is {process['status']}, but the bank paid {found}"
    yield from (f"O3 the bank paid {name}, which is no process" for name in by_reference)
