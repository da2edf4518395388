"""Periods of a company's book: read, locked, reopened. Who may do so is decided elsewhere."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, select, text

from domain.ledger.tables import periods
from domain.refusal import Refusal

SET_STATE = text("SELECT ledger_set_period(:period, :state, :person, :reason)")


class PeriodState(StrEnum):
    """Only an open period takes entries. A locked one may be reopened, a closed one not."""

    OPEN = "open"
    LOCKED = "locked"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Period:
    """A month of a fiscal year, and who gave it its state and why."""

    id: UUID
    company: UUID
    starts_on: date
    ends_on: date
    fiscal_year: str
    state: PeriodState
    changed_at: datetime | None
    changed_by: UUID | None
    reason: str | None


def listed(connection: Connection, company: UUID) -> tuple[Period, ...]:
    """Every period of the company, by date."""
    rows = connection.execute(found(company).order_by(periods.c.starts_on))
    return tuple(period(row) for row in rows)


def get(connection: Connection, period_id: UUID) -> Period:
    """One period. Raises Refusal `period_must_exist`."""
    row = connection.execute(select(periods).where(periods.c.id == period_id)).one_or_none()
    if row is None:
        raise Refusal("period_must_exist", f"There is no period {period_id}.")
    return period(row)


def holding(connection: Connection, company: UUID, day: date) -> Period:
    """The period that holds a day. Raises Refusal `period_must_exist`."""
    holds = periods.c.starts_on <= day, periods.c.ends_on >= day
    row = connection.execute(found(company).where(*holds)).one_or_none()
    if row is None:
        raise Refusal(
            "period_must_exist", f"No period holds {day}. Open its fiscal year, or use another day."
        )
    return period(row)


def lock(connection: Connection, period_id: UUID, *, person: UUID, reason: str) -> None:
    """Lock a period; entries dated in it are refused from the commit on. Again changes nothing.

    Waits for entries that are being posted in it. Needs the right to call ledger_set_period.
    """
    change(connection, period_id, PeriodState.LOCKED, person=person, reason=reason)


def reopen(connection: Connection, period_id: UUID, *, person: UUID, reason: str) -> None:
    """Open a locked period again. Refuses a closed one. Again changes nothing."""
    change(connection, period_id, PeriodState.OPEN, person=person, reason=reason)


def change(
    connection: Connection, period_id: UUID, state: PeriodState, *, person: UUID, reason: str
) -> None:
    """Give a period its state, with who and why."""
    values = {"period": period_id, "state": state, "person": person, "reason": reason}
    connection.execute(SET_STATE, values)


def found(company: UUID) -> Select[Any]:
    """The periods of a company."""
    return select(periods).where(periods.c.company_id == company)


def period(row: Row[Any]) -> Period:
    """A row of the table as what it means."""
    return Period(
        row.id,
        row.company_id,
        row.starts_on,
        row.ends_on,
        row.fiscal_year,
        PeriodState(row.state),
        row.changed_at,
        row.changed_by,
        row.reason,
    )
