"""Delegations are made once a second person agreed, and ended early."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from domain.approvals.delegations_reading import Delegation, DelegationRecord
from domain.refusal import Refusal

# Until commit no other delegation of the tenant is made, so that two at once make no chain.
HOLD = text(
    "SELECT pg_advisory_xact_lock(hashtextextended('delegations of ' || current_tenant(), 0))"
)
CHAINED = text("""
    SELECT f.name AS giver, t.name AS taker, d.first_day, d.last_day
    FROM delegations d
    JOIN persons f ON f.tenant_id = d.tenant_id AND f.id = d.from_person_id
    JOIN persons t ON t.tenant_id = d.tenant_id AND t.id = d.to_person_id
    WHERE d.tenant_id = (SELECT current_tenant())
      AND (d.to_person_id = :giver OR d.from_person_id = :taker)
      AND d.first_day <= :last_day AND d.last_day >= :first_day
      AND NOT EXISTS (SELECT FROM delegation_ends e
          WHERE e.tenant_id = d.tenant_id AND e.delegation_id = d.id)
    ORDER BY d.first_day LIMIT 1
""")
INSERT = text("""
    INSERT INTO delegations (tenant_id, id, from_person_id, to_person_id, roles, process_types,
        first_day, last_day, cap, currency, is_away, reason, process_id, asked_by, checked_by)
    VALUES ((SELECT current_tenant()), :id, :giver, :taker, :roles, :types, :first_day, :last_day,
        :cap, :currency, :is_away, :reason, :process, :asked_by, :checked_by)
""")
END = text("""
    INSERT INTO delegation_ends (tenant_id, delegation_id, ended_at, ended_by, reason, process_id)
    VALUES ((SELECT current_tenant()), :id, (SELECT business_now()), :person, :reason, :process)
""")


def check_unchained(connection: Connection, given: Delegation) -> None:
    """Nobody who stands in for another on a day delegates for it, and nobody is lent authority who
    delegates hers. Refuses `delegation_must_not_chain`."""
    values: dict[str, Any] = {"giver": given.giver, "taker": given.taker}
    values |= {"first_day": given.first_day, "last_day": given.last_day}
    row = connection.execute(CHAINED, values).one_or_none()
    if row is not None:
        raise Refusal(
            "delegation_must_not_chain",
            f"From {row.first_day} to {row.last_day} {row.taker} stands in for {row.giver}. "
            "Whoever stands in for somebody passes nothing on, and whoever delegates takes nothing "
            "over. Choose other days or another person, or end that delegation first.",
        )


def make(
    connection: Connection, given: Delegation, *, process: UUID, asked_by: UUID, checked_by: UUID
) -> None:
    """Make it, once somebody else agreed. Refuses what would be a chain."""
    connection.execute(HOLD)
    check_unchained(connection, given)
    values: dict[str, Any] = {
        name: getattr(given, name) for name in Delegation.__dataclass_fields__ if name != "cap"
    }
    values |= {"roles": list(given.roles), "types": list(given.types), "process": process}
    values |= {"cap": None, "currency": None, "asked_by": asked_by, "checked_by": checked_by}
    if given.cap:
        values |= {"cap": given.cap.amount, "currency": given.cap.currency}
    connection.execute(INSERT, values)


def end(connection: Connection, id: UUID, *, person: UUID, reason: str, process: UUID) -> None:
    """End it now."""
    values = {"id": id, "person": person, "reason": reason or None, "process": process}
    connection.execute(END, values)


def check_in_force(connection: Connection, found: DelegationRecord) -> None:
    """Refuse one that was ended, or whose last day is over."""
    today: date = connection.execute(text("SELECT business_today()")).scalar_one()
    if found.ended_at or found.delegation.last_day < today:
        over = found.ended_at.date() if found.ended_at else found.delegation.last_day
        raise Refusal(
            "delegation_must_be_in_force",
            f"{found.taker_name} stood in for {found.giver_name} until {over}. That is over.",
        )
