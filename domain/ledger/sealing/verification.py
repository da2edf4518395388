"""The chain of seals against the tables as they stand: does the book still say what was sealed?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, text

from domain.ledger.sealing import seals
from domain.ledger.sealing.verify_seal import (
    Fault,
    Head,
    Leaf,
    check_batch,
    check_chain,
    check_kept,
    named,
)

BATCHES = text("""
    SELECT m.batch, array_agg(m.leaf ORDER BY m.place) AS leaves,
           array_agg(m.place ORDER BY m.place) AS places,
           coalesce(sum(l.postings), 0) AS postings,
           min(m.place) FILTER (WHERE l.leaf IS DISTINCT FROM m.leaf) AS changed
    FROM seal_members m LEFT JOIN entry_leaves(ARRAY(
        SELECT entry_id FROM seal_members
        WHERE tenant_id = (SELECT current_tenant()) AND batch BETWEEN :first AND :last
        )) l ON l.entry_id = m.entry_id
    WHERE m.tenant_id = (SELECT current_tenant()) AND m.batch BETWEEN :first AND :last
    GROUP BY m.batch ORDER BY m.batch
""")
CHANGED = text("""
    SELECT m.entry_id, (SELECT content FROM entry_leaves(ARRAY[m.entry_id])) AS content
    FROM seal_members m
    WHERE m.tenant_id = (SELECT current_tenant()) AND m.batch = :batch AND m.place = :place
""")
# Behind the last sealed entry nothing can have been committed later: see ledger_draft_seal.
INSERTED = text("""
    SELECT format('Entry %s of %s, %L, stands among sealed entries and was never sealed: '
                  'it was inserted.', e.id, e.entry_date, e.narration)
    FROM journal_entries e
    WHERE e.tenant_id = (SELECT current_tenant())
      AND (e.transaction_id, e.id) <= (CAST(:last_transaction AS xid8), CAST(:last_entry AS uuid))
      AND NOT EXISTS (SELECT FROM seal_members m
                      WHERE m.tenant_id = e.tenant_id AND m.entry_id = e.id)
    ORDER BY e.transaction_id, e.id LIMIT 1
""")
FUTURE = text("""
    SELECT format('Entry %s of %s, %L, claims transaction %s, which has not begun: '
                  'it was inserted.', e.id, e.entry_date, e.narration, e.transaction_id)
    FROM journal_entries e
    WHERE e.tenant_id = (SELECT current_tenant())
      AND e.transaction_id >= pg_snapshot_xmax(pg_current_snapshot())
    ORDER BY e.transaction_id, e.id LIMIT 1
""")


@dataclass(frozen=True, slots=True)
class Verdict:
    """How much was sealed and recomputed, and the first difference in words; None when none."""

    batches: int
    entries: int
    postings: int
    difference: str | None


def verify(
    connection: Connection, *, kept: Sequence[Head] = (), keys: Sequence[str] = ()
) -> Verdict:
    """Recompute every sealed entry from the tables and compare with its seal, tenant-wide.

    `kept` are heads from outside the database, `keys` the only ones that may have signed; without
    either somebody who can write the database may have sealed all of it anew.
    """
    chain = seals.heads(connection)
    entries, postings = 0, 0
    try:
        check_kept(chain, kept)
        check_chain(chain, seals.keys(connection), keys)
        for span in seals.spans(chain):
            rows = {row.batch: row for row in connection.execute(BATCHES, span)}
            for head in chain[span["first"] - 1 : span["last"]]:
                check_members(connection, head, rows.get(head.batch))
                entries, postings = entries + head.entries, postings + head.postings
    except Fault as fault:
        return Verdict(len(chain), entries, postings, str(fault))
    return Verdict(len(chain), entries, postings, unsealed(connection, chain))


def check_members(connection: Connection, head: Head, found: Row[Any] | None) -> None:
    """The entries of a batch are those that were sealed. Raises Fault that names the first."""
    if found is None:
        raise Fault(
            f"Nothing tells any more which {head.entries} entries batch {head.batch} holds."
        )
    if found.changed is not None:
        raise Fault(changed(connection, head.batch, found.changed))
    for place, told in enumerate(found.places, 1):
        if told != place:
            raise Fault(
                f"The entry at place {place} of batch {head.batch} was deleted, its seal with it."
            )
    leaves = [Leaf(head.batch, place, leaf, b"") for place, leaf in enumerate(found.leaves, 1)]
    check_batch(head, leaves, found.postings)


def changed(connection: Connection, batch: int, place: int) -> str:
    """What became of an entry that is not what was sealed."""
    row = connection.execute(CHANGED, {"batch": batch, "place": place}).one()
    if row.content is None:
        return f"Entry {row.entry_id}, place {place} of batch {batch}, was deleted after its seal."
    leaf = Leaf(batch, place, b"", row.content.encode())
    return f"{named(leaf)} was changed after it was sealed."


def unsealed(connection: Connection, chain: Sequence[Head]) -> str | None:
    """The first entry that passes for a sealed one or for one that is still to be written."""
    inserted: str | None = None
    if chain:
        place = {
            "last_transaction": chain[-1].last_transaction,
            "last_entry": chain[-1].last_entry,
        }
        inserted = connection.scalar(INSERTED, place)
    return inserted or connection.scalar(FUTURE)
