"""The chain of seals: entries taken in the order of their commits, hashed, chained and signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from sqlalchemy import Connection, text

from domain.ledger.sealing.verify_seal import Head, path_of, read_head, written_head
from domain.refusal import Refusal

MOST = 10_000

DRAFT = text("SELECT ledger_draft_seal(:most, :public_key)")
SEAL = text("SELECT ledger_seal(:public_key, :signature)")
HEADS = text("SELECT head, signature FROM seal_batches WHERE batch > :after ORDER BY batch")
LAST = text("SELECT head, signature FROM seal_batches ORDER BY batch DESC LIMIT 1")
KEYS = text("SELECT key, encode(public_key, 'hex') FROM seal_keys ORDER BY key")
MEMBER = text("""
    SELECT m.batch, m.place, b.head, b.signature, encode(k.public_key, 'hex') AS public_key,
           (SELECT content FROM entry_leaves(ARRAY[e.id])) AS content,
           (SELECT array_agg(leaf ORDER BY place) FROM seal_members
            WHERE tenant_id = e.tenant_id AND batch = m.batch) AS leaves
    FROM journal_entries e
    LEFT JOIN seal_members m ON m.tenant_id = e.tenant_id AND m.entry_id = e.id
    LEFT JOIN seal_batches b ON b.tenant_id = e.tenant_id AND b.batch = m.batch
    LEFT JOIN seal_keys k ON k.tenant_id = e.tenant_id AND k.key = b.head::jsonb->>'key'
    WHERE e.tenant_id = (SELECT current_tenant()) AND e.id = :entry
""")


class Signer:
    """The private key of seals, Ed25519 in PEM, and the public half that verifiers are given."""

    def __init__(self, pem: bytes) -> None:
        key = load_pem_private_key(pem, password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise TypeError("Seals are signed with an Ed25519 key.")
        self._key = key

    @cached_property
    def public_key(self) -> bytes:
        """The public half, 32 bytes."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, head: str) -> bytes:
        """The signature of a head's text, 64 bytes."""
        return self._key.sign(head.encode())


@dataclass(frozen=True, slots=True)
class Proof:
    """That an entry is part of a sealed batch: what `verify_seal.py --proof` needs, as JSON."""

    head: str
    signature: str
    public_key: str
    place: int
    entry: str
    path: tuple[str, ...]


def seal(connection: Connection, signer: Signer, *, most: int = MOST) -> Head | None:
    """Seal up to `most` entries that wait for it; None when none does.

    Of two at once one waits for the other: there is one chain per tenant. An entry waits until no
    transaction of the server older than its own is writing, so none that commits late is passed
    over. Sealing again seals what came since, and nothing twice. Raises Refusal
    `transactions_must_go_on`.
    """
    public = {"public_key": signer.public_key}
    drafted = connection.scalar(DRAFT, {"most": most, **public})
    if drafted is None:
        return None
    signature = signer.sign(drafted)
    connection.execute(SEAL, {"signature": signature, **public})
    return read_head(written_head(drafted, signature))


def heads(connection: Connection, *, after: int = 0) -> list[Head]:
    """The heads of the batches after one, by number."""
    return [
        read_head(written_head(row.head, row.signature))
        for row in connection.execute(HEADS, {"after": after})
    ]


def last_head(connection: Connection) -> Head | None:
    """The head of the last batch; None before the first seal."""
    row = connection.execute(LAST).one_or_none()
    return read_head(written_head(row.head, row.signature)) if row else None


def keys(connection: Connection) -> dict[str, str]:
    """Every public key that ever signed, by its name (SHA-256), both hexadecimal."""
    return {row[0]: row[1] for row in connection.execute(KEYS)}


def proof(connection: Connection, entry: UUID) -> Proof:
    """That an entry was sealed. Raises Refusal `entry_must_exist` or `entry_must_be_sealed`."""
    found = connection.execute(MEMBER, {"entry": entry}).one_or_none()
    if found is None:
        raise Refusal("entry_must_exist", f"There is no entry {entry}.")
    if found.batch is None:
        raise Refusal(
            "entry_must_be_sealed",
            f"Entry {entry} is not sealed yet. Ask again in a minute, when the sealer has run.",
        )
    path = path_of(found.leaves, found.place)
    return Proof(
        found.head,
        found.signature.hex(),
        found.public_key,
        found.place,
        found.content,
        tuple(node.hex() for node in path),
    )


def spans(chain: Sequence[Head], *, entries: int = MOST) -> list[dict[str, Any]]:
    """First and last batch of pieces that hold about so many entries each."""
    pieces = []
    rest = iter(chain)
    while first := next(rest, None):
        last, count = first, first.entries
        while count < entries and (following := next(rest, None)):
            last, count = following, count + following.entries
        pieces.append({"first": first.batch, "last": last.batch})
    return pieces
