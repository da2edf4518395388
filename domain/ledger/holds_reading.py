"""Holds to read: in pages, the last placed first, and what became of one."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from domain.ledger.holds import STANDING, STATE, HoldState, StandingHold, standing_hold

LISTED = text(f"""{STANDING}
    WHERE h.company_id = :company
      AND (CAST(:state AS text) IS NULL OR {STATE} = :state)
      AND (CAST(:account AS text) IS NULL OR :account IN (d.code, c.code))
      AND (CAST(:before AS uuid) IS NULL OR h.id < :before)
    ORDER BY h.id DESC LIMIT :limit
""")
EVENTS = text("""
    SELECT kind, amount, entry_id, reason, happened_at FROM hold_events
    WHERE tenant_id = (SELECT current_tenant()) AND hold_id = :hold ORDER BY id
""")


@dataclass(frozen=True, slots=True)
class HoldEvent:
    """What became of a hold: placed, taken by an entry, released for a reason, or expired."""

    kind: str
    amount: int
    entry: UUID | None
    reason: str | None
    happened_at: datetime


def listed(
    connection: Connection,
    company: UUID,
    *,
    state: HoldState | None = None,
    account: str | None = None,
    before: UUID | None = None,
    limit: int = 50,
) -> tuple[StandingHold, ...]:
    """A page of holds, last placed first; `account` is the code of either side.

    `before` is the last id of the page before.
    """
    asked = {
        "company": company, "state": state, "account": account, "before": before, "limit": limit,
    }  # fmt: skip
    return tuple(standing_hold(row) for row in connection.execute(LISTED, asked))


def events(connection: Connection, hold: UUID) -> tuple[HoldEvent, ...]:
    """What became of a hold, in order; none of a hold that there is not."""
    rows = connection.execute(EVENTS, {"hold": hold})
    return tuple(
        HoldEvent(row.kind, row.amount, row.entry_id, row.reason, row.happened_at) for row in rows
    )
