"""The heads of the audit log outside the database: who cuts it off, or seals it anew, shows."""

import json
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection

from domain.access import audit_seals
from domain.access.audit_seals import Batch
from domain.ledger.sealing import head_file
from domain.ledger.sealing.verify_seal import Fault
from domain.refusal import Refusal

Kept = tuple[int, str]


def keep(connection: Connection, path: Path) -> int:
    """Append the heads that the file does not have yet; answers with how many.

    Refuses `kept_head_must_be_in_the_chain` when the chain has another head in the place of the
    last that was kept, or none; then the file stays as it is.
    """

    def following(line_before: bytes) -> list[str]:
        number, head = read(line_before) if line_before else (0, "")
        chain = audit_seals.chain(connection, after=number - 1)
        if line_before and (not chain or chain.pop(0).head != head):
            raise Refusal(
                "kept_head_must_be_in_the_chain",
                f"{path.name} keeps the head of batch {number} of the audit log, but the chain has "
                "another or none: it was cut off or rewritten. Keep the file, and look who wrote.",
            )
        return [line(batch) for batch in chain]

    return head_file.extend(path, following)


def kept(path: Path) -> list[Kept]:
    """Number and head of each batch that a file keeps; none where there is no file.

    Raises Fault when it cannot be read.
    """
    return [read(each.encode()) for each in head_file.lines(path)]


def difference(connection: Connection, kept: Sequence[Kept]) -> str | None:
    """The first kept head that the chain has no more, in words; None when it has them all."""
    chain = {batch.number: batch.head for batch in audit_seals.chain(connection)}
    for number, head in kept:
        if chain.get(number) != head:
            return f"Batch {number} of the audit log is not the one whose head was kept."
    return None


def line(batch: Batch) -> str:
    """A batch as its line in the file."""
    return json.dumps(
        {"batch": batch.number, "head": batch.head, "signature": batch.signature.hex()}
    )


def read(kept: bytes) -> Kept:
    """What a line of the file says. Raises Fault for what is none."""
    try:
        told = json.loads(kept)
        return int(told["batch"]), str(told["head"])
    except (ValueError, KeyError, TypeError) as fault:
        raise Fault(f"{kept[:40]!r} is no head of the audit log.") from fault
