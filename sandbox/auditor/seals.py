"""O10: the book and the audit log say what they said when they were sealed.

Leaves are written anew from raw rows: canonical JSON of form 1 (names in order, no spaces, times in
UTC), hashed and joined as in RFC 6962, section 2.1; heads are chained by SHA-256 and signed with
Ed25519 (RFC 8032).
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sandbox.auditor.seen import Row, Rows, Seen, canonical

NO_HEAD = "0" * 64
BEGINNING = (0, UUID(int=0))


def seals_hold(seen: Seen) -> Iterator[str]:
    """The chain of each tenant's book, and of its audit log."""
    for tenant in {row["tenant_id"] for row in seen.rows["processes"]}:
        yield from (f"O10 {words}" for words in book_holds(seen, tenant))
        yield from (f"O10 {words}" for words in log_holds(seen, tenant))


def book_holds(seen: Seen, tenant: UUID) -> Iterator[str]:
    """Every sealed entry is there as it was sealed, and none was put between them."""
    keys = {k["key"]: k["public_key"] for k in seen.rows["seal_keys"] if k["tenant_id"] == tenant}
    heads = of_tenant(seen.rows["seal_batches"], tenant)
    postings: dict[Any, Rows] = defaultdict(list)
    for posting in seen.rows["postings"]:
        postings[posting["entry_id"]].append(posting)
    members: dict[int, Rows] = defaultdict(list)
    for member in seen.rows["seal_members"]:
        if member["tenant_id"] == tenant:
            members[member["batch"]].append(member)
    sealed = set()
    for before, head in zip([None, *heads], heads, strict=False):
        told = json.loads(head["head"])
        yield from chain_holds("book", before, head, keys.get(told["key"]))
        leaves = []
        for member in sorted(members[head["batch"]], key=lambda each: each["place"]):
            entry = seen.entries.get(member["entry_id"])
            sealed.add(member["entry_id"])
            if entry is None:
                yield f"the entry {member['entry_id']} was sealed and is gone"
                continue
            leaves.append(leaf_of(canonical(entry_told(entry, postings[entry["id"]]))))
            if leaves[-1] != member["leaf"]:
                yield f"the entry {entry['id']} is not what was sealed"
        if len(leaves) != told["entries"] or root(leaves) != told["root"]:
            yield f"batch {head['batch']} of the book has another root than was signed"
    yield from nothing_between(seen, heads, sealed, tenant)


def nothing_between(seen: Seen, heads: Rows, sealed: set[Any], tenant: UUID) -> Iterator[str]:
    """Behind the last sealed entry nothing can have come later."""
    if not heads:
        return
    last = json.loads(heads[-1]["head"])
    until = (int(last["last_transaction"]), UUID(last["last_entry"]))
    for entry in of_tenant(seen.rows["entries"], tenant, order="id"):
        if place(entry) <= until and entry["id"] not in sealed:
            yield f"the entry {entry['id']} stands among sealed ones and never was sealed"


def log_holds(seen: Seen, tenant: UUID) -> Iterator[str]:
    """Every sealed line of the audit log is there as it was sealed."""
    lines = sorted(of_tenant(seen.rows["audit_log"], tenant, order="id"), key=place)
    heads = of_tenant(seen.rows["audit_seals"], tenant)
    behind = BEGINNING
    for before, head in zip([None, *heads], heads, strict=False):
        told = json.loads(head["head"])
        yield from chain_holds("audit log", before, head, head["public_key"])
        until = (int(told["last_transaction"]), UUID(told["last_line"]))
        leaves = [leaf_of(line_told(line)) for line in lines if behind < place(line) <= until]
        if len(leaves) != told["lines"] or root(leaves) != told["root"]:
            yield f"batch {head['batch']} of the audit log has another root than was signed"
        behind = until


def of_tenant(rows: Rows, tenant: UUID, *, order: str = "batch") -> Rows:
    """A tenant's rows in order."""
    return sorted((r for r in rows if r["tenant_id"] == tenant), key=lambda row: row[order])


def place(row: Row) -> tuple[int, UUID]:
    """Where a row stands in the order of commits."""
    return int(row["transaction"]), row["id"]


def chain_holds(what: str, before: Row | None, head: Row, key: bytes | None) -> Iterator[str]:
    """A head follows the one before it and is signed by the key that it names."""
    told, number = json.loads(head["head"]), head["batch"]
    previous = hashlib.sha256(before["head"].encode()).hexdigest() if before else NO_HEAD
    if (told["batch"], told["previous"]) != ((before["batch"] if before else 0) + 1, previous):
        yield f"batch {number} of the {what} does not follow the one before it"
    if key is None or hashlib.sha256(key).hexdigest() != told["key"]:
        yield f"batch {number} of the {what} is signed by a key that is not there"
        return
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(head["signature"], head["head"].encode())
    except InvalidSignature:
        yield f"batch {number} of the {what} is not what its key signed"


def leaf_of(content: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(b"\x00" + content).digest()


def root(leaves: Sequence[bytes]) -> str | None:
    """The root over leaves; the odd node of a level goes up as it is."""
    level = list(leaves)
    while len(level) > 1:
        pairs = [level[at : at + 2] for at in range(0, len(level), 2)]
        level = [
            hashlib.sha256(b"\x01" + b"".join(pair)).digest() if len(pair) == 2 else pair[0]
            for pair in pairs
        ]
    return level[0].hex() if level else None


def entry_told(entry: Row, postings: Rows) -> Row:
    """An entry as it is sealed."""
    same = ("effect_key", "fiscal_year", "kind", "module", "narration", "number", "sequence",
            "series", "transaction", "voucher")  # fmt: skip
    told: Row = {name: entry[name] for name in same}
    for name, column in (("company", "company_id"), ("document", "document_id"), ("id", "id"),
                         ("due_date", "due_date"), ("entry_date", "entry_date"),
                         ("party", "party_id"), ("process", "process_id"),
                         ("reverses", "reverses"), ("tenant", "tenant_id")):  # fmt: skip
        told[name] = None if entry[column] is None else str(entry[column])
    told["content_hash"] = bytes(entry["content_hash"]).hex()
    told["recorded_at"] = moment(entry["recorded_at"])
    told["postings"] = [
        {
            "account": each["account_id"],
            "account_kind": each["account_kind"],
            "amount": each["amount"],
            "base_amount": each["base_amount"],
            "currency": each["currency"],
            "dimensions": each["dimensions"],
            "entry_date": str(each["entry_date"]),
            "line": each["line"],
        }
        for each in sorted(postings, key=lambda posting: posting["line"])
    ]
    return told


def line_told(line: Row) -> bytes:
    """A line of the audit log as it is sealed; its facts stand as PostgreSQL writes them."""
    user = None if line["user_id"] is None else str(line["user_id"])
    parts = {
        "at": canonical(moment(line["recorded_at"])),
        "facts": line["told"].encode(),
        "id": canonical(str(line["id"])),
        "kind": canonical(line["kind"]),
        "subject": canonical(line["subject"]),
        "tenant": canonical(str(line["tenant_id"])),
        "transaction": canonical(line["transaction"]),
        "user": canonical(user),
    }
    return b"{" + b",".join(canonical(name) + b":" + part for name, part in parts.items()) + b"}"


def moment(at: datetime) -> str:
    """A time in UTC to the microsecond."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
