"""The seals of the audit log: made in the order of commits, verified against what stands now."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, text

from domain.ledger.sealing.seals import Signer
from domain.ledger.sealing.verify_seal import NO_HEAD, leaf_hash, root_of

MOST: Final = 10_000
FIRST: Final = "00000000-0000-0000-0000-000000000000"

DRAFT = text(
    "SELECT CAST(upto AS text) AS upto, upto_line, head FROM audit_draft_seal(:most, :key)"
)
SEAL = text("SELECT audit_seal(:key, CAST(CAST(:upto AS text) AS xid8), :line, :signature)")
CHAIN = text("""
    SELECT batch, head, signature, public_key FROM audit_seals WHERE batch > :after ORDER BY batch
""")
LINES = text("""
    SELECT content FROM audit_leaves(CAST(CAST(:behind AS text) AS xid8), :behind_line,
        CAST(CAST(:upto AS text) AS xid8), :upto_line)
    ORDER BY line_transaction, line_id
""")
LINES_WITHIN = text("""
    SELECT min(s.batch) AS first, max(s.batch) AS last
    FROM audit_seals s WHERE EXISTS (
        SELECT FROM audit_log l WHERE l.tenant_id = s.tenant_id
          AND l.recorded_at BETWEEN :since AND :until
          AND (l.transaction_id, l.id) <= ((s.head::jsonb->>'last_transaction')::xid8,
                                           (s.head::jsonb->>'last_line')::uuid)
          AND NOT EXISTS (
              SELECT FROM audit_seals b WHERE b.tenant_id = s.tenant_id AND b.batch = s.batch - 1
                AND (l.transaction_id, l.id) <= ((b.head::jsonb->>'last_transaction')::xid8,
                                                 (b.head::jsonb->>'last_line')::uuid)))
""")


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch that was sealed: what was signed, and the key that did."""

    number: int
    head: str
    signature: bytes
    public_key: bytes

    @property
    def told(self) -> Mapping[str, Any]:
        """What the head says."""
        told: Mapping[str, Any] = json.loads(self.head)
        return told


@dataclass(frozen=True, slots=True)
class Proof:
    """Whole batches with their lines: `root_of(leaf_hash(line))` is the root that was signed."""

    batches: tuple[Batch, ...]
    lines: Mapping[int, Sequence[str]]


def seal(connection: Connection, signer: Signer, *, most: int = MOST) -> int | None:
    """Seal up to `most` lines that wait for it, and answer with the batch; None when none does.

    Sealing again seals what came since, and nothing twice.
    """
    key = {"key": signer.public_key}
    draft = connection.execute(DRAFT, {"most": most, **key}).one()
    if draft.head is None:
        return None
    signed = {"upto": draft.upto, "line": draft.upto_line, "signature": signer.sign(draft.head)}
    batch: int = connection.execute(SEAL, {**key, **signed}).scalar_one()
    return batch


def chain(connection: Connection, *, after: int = 0) -> list[Batch]:
    """Every batch after a number, in order."""
    return [Batch(*row) for row in connection.execute(CHAIN, {"after": after})]


def lines(connection: Connection, before: Batch | None, batch: Batch) -> list[str]:
    """The lines of a batch as they stand now, as they would be sealed."""
    behind = before.told if before else {"last_transaction": "0", "last_line": FIRST}
    values = {
        "behind": behind["last_transaction"],
        "behind_line": behind["last_line"],
        "upto": batch.told["last_transaction"],
        "upto_line": batch.told["last_line"],
    }
    return list(connection.scalars(LINES, values))


def difference(connection: Connection) -> str | None:
    """The first thing that is no longer as it was sealed, in words; None when everything is."""
    before: Batch | None = None
    for batch in chain(connection):
        wrong = fault(before, batch, lines(connection, before, batch))
        if wrong is not None:
            return f"Batch {batch.number} of the audit log {wrong}"
        before = batch
    return None


def fault(before: Batch | None, batch: Batch, found: Sequence[str]) -> str | None:
    """What does not hold of a batch."""
    told = batch.told
    if told["batch"] != (before.number if before else 0) + 1:
        return "does not follow the one before: a batch was taken out."
    if told["previous"] != (digest(before.head) if before else NO_HEAD):
        return "names another head before it: the chain was changed."
    try:
        public = Ed25519PublicKey.from_public_bytes(batch.public_key)
        public.verify(batch.signature, batch.head.encode())
    except InvalidSignature:
        return "is not what its key signed."
    if told["lines"] != len(found):
        return f"had {told['lines']} lines when it was sealed, and has {len(found)} now."
    if told["root"] != root_of([leaf_hash(line.encode()) for line in found]).hex():
        return "has a line that was changed after it was sealed."
    return None


def digest(head: str) -> str:
    """SHA-256 of a head, which the next one names."""

    return hashlib.sha256(head.encode()).hexdigest()


def proof(connection: Connection, *, since: datetime, until: datetime) -> Proof:
    """The batches that hold what was noted in a time, with all their lines."""
    within = connection.execute(LINES_WITHIN, {"since": since, "until": until}).one()
    if within.first is None:
        return Proof((), {})
    found: dict[int, Sequence[str]] = {}
    whole = chain(connection)
    for before, batch in zip([None, *whole], whole, strict=False):
        if within.first <= batch.number <= within.last:
            found[batch.number] = lines(connection, before, batch)
    return Proof(tuple(each for each in whole if each.number in found), found)
