"""Verifies a pack of sealed journal entries, or the proof of one, without what made it.

Needs Python 3.11 and the package `cryptography`, nothing else. A copy lies in each pack.

    python verify_seal.py PACK                     a pack: the zip file or the folder it unpacks to
    python verify_seal.py PACK --kept FILE         against heads or a pack that you kept earlier
    python verify_seal.py PACK --key KEY           only this key may have signed (may be repeated)
    python verify_seal.py --proof FILE --key KEY   that one entry is part of a sealed batch

Without --kept or --key a pack can only be found to agree with itself: whoever writes the database
may rewrite all of it and sign it anew with a key of his own. With a head kept elsewhere he cannot.
It ends with 0 when everything holds, with 1 and the first fault in words when not.

Leaves, nodes and roots are those of RFC 6962, section 2.1; signatures are Ed25519 (RFC 8032).
"""

import argparse
import hashlib
import json
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

HEADS, ENTRIES, KEYS = "heads.jsonl", "entries.txt", "keys.json"
FORM = 1
NO_HEAD = "0" * 64


class Fault(Exception):
    """What does not hold, in words."""


@dataclass(frozen=True, slots=True)
class Head:
    """What was signed of a batch. Hashes and keys in hexadecimal; totals count from batch 1 on."""

    text: str
    signature: str
    batch: int
    entries: int
    entries_total: int
    form: int
    key: str
    last_entry: str
    last_transaction: str
    postings: int
    postings_total: int
    previous: str
    root: str
    sealed_at: str
    tenant: str

    @property
    def hash(self) -> str:
        """SHA-256 of the text, which the next head names as its previous."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Leaf:
    """An entry as it was sealed: batch, place in it, hash, canonical text."""

    batch: int
    place: int
    hash: bytes
    text: bytes


@dataclass(frozen=True, slots=True)
class Found:
    """How much was verified, and the last head of it; None when nothing was sealed yet."""

    batches: int
    entries: int
    postings: int
    last: Head | None


def read_head(line: str) -> Head:
    """A line of heads.jsonl: the signed text and its signature. Raises Fault."""
    try:
        signed = json.loads(line)
        told = json.loads(signed["head"])
        names = [name for name in Head.__dataclass_fields__ if name not in ("text", "signature")]
        return Head(signed["head"], signed["signature"], **{name: told[name] for name in names})
    except (ValueError, KeyError, TypeError) as unreadable:
        raise Fault(f"A line of the heads is no head: {line[:60]!r}.") from unreadable


def written_head(text: str, signature: bytes) -> str:
    """A head as a line of heads.jsonl."""
    return json.dumps({"head": text, "signature": signature.hex()}, ensure_ascii=False)


def leaf_hash(text: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(b"\x00" + text).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """The tree from its leaves up to its root; the odd node of a level goes up as it is."""
    tree = [list(leaves)]
    while len(tree[-1]) > 1:
        below = tree[-1]
        pairs = zip(below[::2], below[1::2], strict=False)
        odd = below[-1:] if len(below) % 2 else []
        tree.append([node_hash(*pair) for pair in pairs] + odd)
    return tree


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root of one leaf or more."""
    return levels(leaves)[-1][0]


def path_of(leaves: Sequence[bytes], place: int) -> list[bytes]:
    """The neighbours on the way from a place (counted from 1) up to the root."""
    path, index = [], place - 1
    for level in levels(leaves)[:-1]:
        beside = index ^ 1
        path += level[beside : beside + 1]
        index //= 2
    return path


def root_by(leaf: bytes, path: Sequence[bytes], *, place: int, size: int) -> bytes | None:
    """The root that a leaf at a place among `size` gives with the neighbours on its way.

    None when they are too many or too few for that place. RFC 9162, section 2.1.3.2.
    """
    index, last = place - 1, size - 1
    for beside in path:
        if last <= 0 or index > last:
            return None
        if index % 2 or index == last:
            leaf = node_hash(beside, leaf)
            while index and not index % 2:
                index, last = index // 2, last // 2
        else:
            leaf = node_hash(leaf, beside)
        index, last = index // 2, last // 2
    return leaf if index == last == 0 else None


def check_signature(head: Head, keys: dict[str, str], allowed: Sequence[str]) -> None:
    """Signed by the key it names, which is one of those allowed when some are. Raises Fault."""
    if allowed and head.key not in allowed:
        raise Fault(
            f"Batch {head.batch} is signed by key {head.key[:16]}…, none of those you named. "
            "Somebody sealed it anew, or the key was changed and you were not told."
        )
    public = bytes.fromhex(keys.get(head.key, ""))
    if hashlib.sha256(public).hexdigest() != head.key:
        raise Fault(f"The public key {head.key[:16]}… of batch {head.batch} is missing or another.")
    try:
        signature = bytes.fromhex(head.signature)
        Ed25519PublicKey.from_public_bytes(public).verify(signature, head.text.encode())
    except (InvalidSignature, ValueError):
        raise Fault(
            f"The head of batch {head.batch} is not what was signed: it was changed."
        ) from None


def check_chain(heads: Sequence[Head], keys: dict[str, str], allowed: Sequence[str] = ()) -> None:
    """Numbers, links, totals and signatures of all heads, from the first. Raises Fault."""
    previous, entries, postings, sealed_at = NO_HEAD, 0, 0, ""
    for number, head in enumerate(heads, 1):
        if head.batch != number:
            raise Fault(f"Batch {number} is missing: the heads go on with batch {head.batch}.")
        if head.form != FORM:
            raise Fault(f"Batch {number} is of form {head.form}; this program knows {FORM}.")
        check_signature(head, keys, allowed)
        if head.previous != previous:
            raise Fault(
                f"Batch {number} does not follow from batch {number - 1}: one was replaced."
            )
        entries, postings = entries + head.entries, postings + head.postings
        if (head.entries_total, head.postings_total) != (entries, postings):
            raise Fault(
                f"Batch {number} counts {head.entries_total} entries and {head.postings_total} "
                f"postings so far, but the batches have {entries} and {postings}."
            )
        if head.tenant != heads[0].tenant or head.sealed_at < sealed_at:
            raise Fault(f"Batch {number} is of another tenant or older than the one before it.")
        previous, sealed_at = head.hash, head.sealed_at


def check_kept(heads: Sequence[Head], kept: Sequence[Head]) -> None:
    """Every head that was kept is still there and the same. Raises Fault."""
    for head in kept:
        if head.batch > len(heads):
            raise Fault(
                f"The chain ends with batch {len(heads)}, but you kept the head of batch "
                f"{head.batch}: its tail was cut off. {head.entries_total} entries were sealed."
            )
        if heads[head.batch - 1].text != head.text:
            raise Fault(
                f"Batch {head.batch} is not the one whose head you kept: the chain was rewritten "
                "at or before it."
            )


def check_leaf(leaf: Leaf, head: Head, place: int) -> int:
    """The leaf belongs here and is what was hashed. Answers with its postings. Raises Fault."""
    if (leaf.batch, leaf.place) != (head.batch, place):
        raise Fault(
            f"{named(leaf)} stands where place {place} of batch {head.batch} belongs: "
            "an entry was deleted, inserted or moved."
        )
    if leaf_hash(leaf.text) != leaf.hash:
        raise Fault(f"{named(leaf)} was changed after it was sealed.")
    return len(json.loads(leaf.text)["postings"])


def check_batch(head: Head, leaves: Sequence[Leaf], postings: int) -> None:
    """The leaves of a batch are as many as sealed, and give its root. Raises Fault."""
    if (len(leaves), postings) != (head.entries, head.postings):
        raise Fault(
            f"Batch {head.batch} was sealed with {head.entries} entries and {head.postings} "
            f"postings, but has {len(leaves)} and {postings}: entries are missing at its end."
        )
    if root_of([leaf.hash for leaf in leaves]).hex() != head.root:
        raise Fault(
            f"Batch {head.batch} is not what was sealed: one of its {head.entries} entries was "
            "replaced together with its hash. Compare with a pack that you kept to know which."
        )


def check_entries(heads: Sequence[Head], leaves: Iterator[Leaf]) -> None:
    """Every entry of every batch, and none beyond. Raises Fault."""
    waiting = next(leaves, None)
    for head in heads:
        batch: list[Leaf] = []
        postings = 0
        while waiting and len(batch) < head.entries:
            postings += check_leaf(waiting, head, len(batch) + 1)
            batch.append(waiting)
            waiting = next(leaves, None)
        check_batch(head, batch, postings)
    if waiting:
        raise Fault(f"{named(waiting)} is beyond the last batch: it was inserted.")


def check_same(leaves: Iterator[Leaf], kept: Iterator[Leaf]) -> None:
    """Every entry that was kept is still there and the same. Raises Fault that names the first."""
    for before in kept:
        now = next(leaves, None)
        if now is None:
            raise Fault(f"{named(before)} is in the pack you kept and was deleted since.")
        if now != before:
            raise Fault(f"{named(now)} is not what the pack you kept has there: {named(before)}.")


def named(leaf: Leaf) -> str:
    """The entry as people know it: its number or id, date and narration."""
    try:
        entry: Any = json.loads(leaf.text)
        known = f"{entry['number'] or entry['id']} of {entry['entry_date']}, {entry['narration']!r}"
    except (ValueError, KeyError, TypeError):
        known = "which cannot be read"
    return f"The entry at place {leaf.place} of batch {leaf.batch} ({known})"


@dataclass(frozen=True, slots=True)
class Pack:
    """The files of a pack, in a zip file or a folder."""

    read: Callable[[str], Any]

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of a file."""
        with self.read(name) as file, BufferedReader(file, 1 << 16) as fast:
            for line in fast:
                yield line.rstrip(b"\n")

    def heads(self) -> list[Head]:
        """Every head, by batch."""
        return [read_head(line.decode()) for line in self.lines(HEADS)]

    def keys(self) -> dict[str, str]:
        """Public keys by their names."""
        keys: dict[str, str] = json.loads(b"".join(self.lines(KEYS)))
        return keys

    def leaves(self) -> Iterator[Leaf]:
        """Every entry, by batch and place."""
        for line in self.lines(ENTRIES):
            try:
                batch, place, digest, text = line.split(b" ", 3)
                yield Leaf(int(batch), int(place), bytes.fromhex(digest.decode()), text)
            except ValueError:
                raise Fault(f"A line of the entries is no entry: {line[:60]!r}.") from None


@contextmanager
def opened(path: Path) -> Iterator[Pack]:
    """The pack at a path."""
    if path.is_dir():
        yield Pack(lambda name: (path / name).open("rb"))
        return
    with zipfile.ZipFile(path) as packed:
        yield Pack(packed.open)


def verify_pack(path: Path, kept: Path | None = None, keys: Sequence[str] = ()) -> Found:
    """Everything in a pack, also against what was kept earlier. Raises Fault with the first."""
    with opened(path) as pack:
        heads = pack.heads()
        if kept is not None and (kept.is_dir() or zipfile.is_zipfile(kept)):
            with opened(kept) as earlier:
                check_same(pack.leaves(), earlier.leaves())
                check_kept(heads, earlier.heads())
        elif kept is not None:
            check_kept(heads, [read_head(line) for line in kept.read_text().splitlines()])
        check_chain(heads, pack.keys(), keys)
        check_entries(heads, pack.leaves())
    last = heads[-1] if heads else None
    return Found(
        len(heads), last.entries_total if last else 0, last.postings_total if last else 0, last
    )


def verify_proof(proof: Any, keys: Sequence[str] = ()) -> Leaf:
    """The proof that an entry is part of a sealed batch. Raises Fault."""
    head = read_head(json.dumps(proof))
    check_signature(head, {head.key: proof["public_key"]}, keys)
    text = proof["entry"].encode()
    leaf = Leaf(head.batch, proof["place"], leaf_hash(text), text)
    path = [bytes.fromhex(beside) for beside in proof["path"]]
    root = root_by(leaf.hash, path, place=leaf.place, size=head.entries)
    if root != bytes.fromhex(head.root):
        raise Fault(f"{named(leaf)} is not what was sealed.")
    return leaf


def main() -> None:
    """Verify what the command line names, and say so."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("pack", type=Path, nargs="?", default=Path("."))
    parser.add_argument("--kept", type=Path, help="heads (a line each) or a pack kept earlier")
    parser.add_argument("--key", action="append", default=[], help="a key that may have signed")
    parser.add_argument("--proof", type=Path, help="the proof of one entry")
    told = parser.parse_args()
    try:
        if told.proof:
            leaf = verify_proof(json.loads(told.proof.read_text()), told.key)
            print(f"{named(leaf)} was sealed as it stands here.")
            return
        found = verify_pack(told.pack, told.kept, told.key)
    except Fault as fault:
        sys.exit(f"DOES NOT HOLD. {fault}")
    print(f"Holds: {found.batches} batches, {found.entries} entries, {found.postings} postings.")
    if found.last:
        print(f"The last head is {found.last.hash}, signed by {found.last.key}.")
    if not told.kept and not told.key:
        print(
            "It agrees with itself. Name a kept head or the key to know that it is the same chain."
        )


if __name__ == "__main__":
    main()
