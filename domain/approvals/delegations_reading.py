"""Delegations as they stand: one, or those that a person gives and takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, and_, func, or_, select

from domain import money
from domain.access.tables import persons
from domain.approvals.authority_tables import delegation_ends, delegations
from domain.listing import Page, paged
from domain.money import Money
from domain.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Delegation:
    """Who lets whom decide for her, in which roles and types (none: all of hers), and when."""

    id: UUID
    giver: UUID
    taker: UUID
    roles: tuple[str, ...]
    types: tuple[str, ...]
    first_day: date
    last_day: date
    cap: Money | None
    is_away: bool
    reason: str


@dataclass(frozen=True, slots=True)
class DelegationRecord:
    """A delegation as it stands, with the names of both and who saw to it."""

    delegation: Delegation
    giver_name: str
    taker_name: str
    process: UUID
    asked_by: UUID
    checked_by: UUID
    recorded_at: datetime
    ended_at: datetime | None


def get(connection: Connection, id: UUID) -> DelegationRecord:
    """One delegation. Refuses an id that is not there: `delegation_must_exist`."""
    row = connection.execute(query().where(delegations.c.id == id)).one_or_none()
    if row is None:
        raise Refusal("delegation_must_exist", "There is no such delegation.")
    return record_of(row)


def listed(connection: Connection, page: Page, *, of: UUID | None) -> Sequence[DelegationRecord]:
    """A page of delegations, newest first: those a person gives or takes, or everybody's."""
    found = query()
    if of is not None:
        found = found.where(
            or_(delegations.c.from_person_id == of, delegations.c.to_person_id == of)
        )
    ordered = paged(found, delegations.c.recorded_at, delegations.c.id, page)
    return [record_of(row) for row in connection.execute(ordered)]


def not_over(connection: Connection, *, of: UUID) -> list[DelegationRecord]:
    """Those a person gives or takes today or in days to come, by their first day."""
    d = delegations.c
    found = query().where(
        or_(d.from_person_id == of, d.to_person_id == of),
        d.last_day >= func.business_today(),
        delegation_ends.c.ended_at.is_(None),
    )
    return [record_of(row) for row in connection.execute(found.order_by(d.first_day, d.id))]


def query() -> Select[Any]:
    """Delegations with both names and the end."""
    giver, taker = persons.alias("giver"), persons.alias("taker")
    d, e = delegations.c, delegation_ends.c
    return (
        select(delegations, giver.c.name.label("giver"), taker.c.name.label("taker"), e.ended_at)
        .join(giver, and_(giver.c.tenant_id == d.tenant_id, giver.c.id == d.from_person_id))
        .join(taker, and_(taker.c.tenant_id == d.tenant_id, taker.c.id == d.to_person_id))
        .outerjoin(
            delegation_ends, and_(e.tenant_id == d.tenant_id, e.delegation_id == d.id)
        )
    )  # fmt: skip


def record_of(row: Any) -> DelegationRecord:
    """A row as what it means."""
    given = Delegation(
        row.id, row.from_person_id, row.to_person_id, tuple(row.roles), tuple(row.process_types),
        row.first_day, row.last_day, money.given(row.cap, row.currency), row.is_away, row.reason,
    )  # fmt: skip
    return DelegationRecord(
        given, row.giver, row.taker, row.process_id, row.asked_by, row.checked_by,
        row.recorded_at, row.ended_at,
    )  # fmt: skip
