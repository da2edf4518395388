"""What became of exceptions repaired in bulk: done when the effect stands, not when it was sent."""

from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, text

from domain.processes.repairs import CANCEL, CONFIRM, RETRY
from domain.selections.bulk import Outcome

# After these something is carried out that may stop again; a proposal or an assignment is all done.
SETTLING: Final = (RETRY, CANCEL, CONFIRM)

STANDING = text("""
    SELECT e.id, e.state, e.cause, e.message, p.closed_at IS NOT NULL AS has_ended,
        o.cause AS next_cause, o.message AS next_message
    FROM exceptions e
    JOIN processes p ON p.tenant_id = e.tenant_id AND p.id = e.process_id
    LEFT JOIN exceptions o ON o.tenant_id = e.tenant_id AND o.process_id = e.process_id
        AND o.kind = 'step' AND o.state = 'open' AND o.id <> e.id
    WHERE e.tenant_id = (SELECT current_tenant()) AND e.id = ANY(:exceptions)
""")


def settled(
    connection: Connection, action: str, positions: Mapping[UUID, int]
) -> Collection[Outcome]:
    """The outcomes that are known by now. Of what is under way nothing is said.

    A cancelled one is done when its process has ended; what cannot be undone parks anew.
    """
    found = []
    for row in connection.execute(STANDING, {"exceptions": list(positions)}):
        position = positions[row.id]
        if action == CANCEL:
            if row.has_ended:
                found.append(Outcome(position, "done"))
            elif row.next_cause is not None:
                found.append(Outcome(position, "parked", row.next_cause, row.next_message))
        elif row.state == "resolved":
            found.append(Outcome(position, "done"))
        elif row.state == "open":
            found.append(Outcome(position, "parked", row.cause, row.message))
    return found


def under_way(position: int) -> Outcome:
    """What nobody knows of yet when the time is over."""
    return Outcome(
        position, "under_way", "outcome_must_be_known", "It is still being tried. Look it up later."
    )
