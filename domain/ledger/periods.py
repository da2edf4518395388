"""Periods of a company's book: read, locked, reopened. Who may do so is decided elsewhere.

A month is open, soft-locked (some roles still post), locked, and closed with its year; one module
may be locked alone. Every year has an adjustment period on its last day, which takes its adjusting
and closing entries and may stay open when the months are locked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Connection, Row, Select, Text, bindparam, select, text

from domain.ledger.entry import Module
from domain.ledger.tables import periods
from domain.ledger.years_tables import period_changes
from domain.refusal import Refusal

OPEN_YEAR = text("SELECT ledger_open_year(:company, :day)")
SET_STATE = text(
    "SELECT ledger_set_period(:period, :state, :person, :reason, :roles, :module, :checker, :key)"
).bindparams(bindparam("roles", type_=ARRAY(Text)))


class PeriodState(StrEnum):
    """Open takes entries, soft-locked those of some roles. Closed is undone with the year alone."""

    OPEN = "open"
    SOFT_LOCKED = "soft_locked"
    LOCKED = "locked"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class ModuleState:
    """What a period says to one module alone; `roles` are those that a soft lock lets in."""

    module: Module
    state: PeriodState
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """A month of a fiscal year, or its adjustment period, and who gave it its state and why."""

    id: UUID
    company: UUID
    starts_on: date
    ends_on: date
    fiscal_year: str
    state: PeriodState
    changed_at: datetime | None
    changed_by: UUID | None
    reason: str | None
    is_adjustment: bool = False
    roles: tuple[str, ...] = ()
    modules: tuple[ModuleState, ...] = ()

    def takes(self, roles: Sequence[str] = (), module: Module = Module.GENERAL) -> bool:
        """Whether someone with these roles may post an entry of this module here."""
        said = [(self.state, self.roles)]
        said += [(each.state, each.roles) for each in self.modules if each.module is module]
        return all(lets_in(state, allowed, roles) for state, allowed in said)


@dataclass(frozen=True, slots=True)
class PeriodChange:
    """What became of a period, or of one module in it; who did so, who checked it, and why."""

    module: Module | None
    old_state: PeriodState
    state: PeriodState
    roles: tuple[str, ...]
    changed_at: datetime
    changed_by: UUID
    checked_by: UUID | None
    reason: str


def lets_in(state: PeriodState, allowed: Sequence[str], roles: Sequence[str]) -> bool:
    """The rule of a state; the database holds every entry against the same one."""
    if state is PeriodState.SOFT_LOCKED:
        return not set(allowed).isdisjoint(roles)
    return state is PeriodState.OPEN


def open_year(connection: Connection, company: UUID, day: date) -> None:
    """Open the fiscal year that holds a day. Again changes nothing.

    Raises Refusal `later_year_must_be_open` before a closed one.
    """
    connection.execute(OPEN_YEAR, {"company": company, "day": day})


def listed(connection: Connection, company: UUID) -> tuple[Period, ...]:
    """Every period of the company, by date; a year's adjustment period is its last."""
    rows = connection.execute(found(company).order_by(periods.c.starts_on))
    return tuple(period(row) for row in rows)


def get(connection: Connection, period_id: UUID) -> Period:
    """One period. Raises Refusal `period_must_exist`."""
    row = connection.execute(select(periods).where(periods.c.id == period_id)).one_or_none()
    if row is None:
        raise Refusal("period_must_exist", f"There is no period {period_id}.")
    return period(row)


def holding(connection: Connection, company: UUID, day: date) -> Period:
    """The month that holds a day. Raises Refusal `period_must_exist`."""
    holds = periods.c.starts_on <= day, periods.c.ends_on >= day
    months = found(company).where(*holds, ~periods.c.is_adjustment)
    row = connection.execute(months).one_or_none()
    if row is None:
        raise Refusal(
            "period_must_exist", f"No period holds {day}. Open its fiscal year, or use another day."
        )
    return period(row)


def adjustment(connection: Connection, company: UUID, fiscal_year: str) -> Period:
    """The adjustment period of a year, on its last day. Raises Refusal `year_must_exist`."""
    of_year = periods.c.fiscal_year == fiscal_year, periods.c.is_adjustment
    row = connection.execute(found(company).where(*of_year)).one_or_none()
    if row is None:
        raise Refusal("year_must_exist", f"There is no fiscal year {fiscal_year!r}. Open it first.")
    return period(row)


def next_open_day(
    connection: Connection,
    company: UUID,
    day: date,
    *,
    roles: Sequence[str] = (),
    module: Module = Module.GENERAL,
) -> date:
    """The first day from `day` on whose month takes an entry: where a late reversal goes.

    Raises Refusal `open_period_must_exist` when every later month is locked or none is there.
    """
    months = found(company).where(periods.c.ends_on >= day, ~periods.c.is_adjustment)
    for month in map(period, connection.execute(months.order_by(periods.c.starts_on))):
        if month.takes(roles, module):
            return max(day, month.starts_on)
    raise Refusal(
        "open_period_must_exist",
        f"No period from {day} on is open. Open the next fiscal year, or reopen a period.",
    )


def lock(
    connection: Connection,
    period_id: UUID,
    *,
    person: UUID,
    reason: str,
    module: Module | None = None,
    key: str | None = None,
) -> None:
    """Lock a period, or one module in it; entries dated in it are refused from the commit on.

    Waits for entries that are being posted in it. The same state again changes nothing.
    """
    state = PeriodState.LOCKED
    change(connection, period_id, state, person=person, reason=reason, module=module, key=key)


def soft_lock(
    connection: Connection,
    period_id: UUID,
    *,
    roles: Sequence[str],
    person: UUID,
    reason: str,
    module: Module | None = None,
    key: str | None = None,
) -> None:
    """Lock a period, or one module in it, but for those who act in one of `roles`.

    Raises Refusal `soft_lock_must_name_roles` without any.
    """
    values = {"roles": list(roles), "person": person, "reason": reason, "module": module}
    change(connection, period_id, PeriodState.SOFT_LOCKED, key=key, **values)


def reopen(
    connection: Connection,
    period_id: UUID,
    *,
    person: UUID,
    reason: str,
    checker: UUID | None = None,
    module: Module | None = None,
    key: str | None = None,
) -> None:
    """Open a locked period, or one module in it, again. Refuses a closed one.

    `checker` is who approved it; raises Refusal `checker_must_differ_from_maker` for `person`.
    """
    values = {"person": person, "reason": reason, "module": module, "checker": checker}
    change(connection, period_id, PeriodState.OPEN, key=key, **values)


def change(
    connection: Connection, period_id: UUID, state: PeriodState, *, key: str | None, **values: Any
) -> None:
    """Give a period its state, with who and why.

    Under a `key` it is done once: the same change again does nothing, whatever happened since;
    another one is refused, `effect_key_must_have_one_content`.
    """
    stated: dict[str, Any] = {"roles": [], "module": None, "checker": None, **values}
    connection.execute(SET_STATE, {"period": period_id, "state": state, "key": key, **stated})


def changes(connection: Connection, period_id: UUID) -> tuple[PeriodChange, ...]:
    """What became of a period since it was opened, in order."""
    history = select(period_changes).where(period_changes.c.period_id == period_id)
    return tuple(
        PeriodChange(
            Module(row.module) if row.module else None,
            PeriodState(row.old_state),
            PeriodState(row.state),
            tuple(row.roles),
            row.changed_at,
            row.changed_by,
            row.checked_by,
            row.reason,
        )
        for row in connection.execute(history.order_by(period_changes.c.id))
    )


def found(company: UUID) -> Select[Any]:
    """The periods of a company."""
    return select(periods).where(periods.c.company_id == company)


def period(row: Row[Any]) -> Period:
    """A row of the table as what it means."""
    modules = tuple(
        ModuleState(Module(module), PeriodState(said["state"]), tuple(said["roles"]))
        for module, said in sorted(row.module_states.items())
    )
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
        row.is_adjustment,
        tuple(row.roles),
        modules,
    )
