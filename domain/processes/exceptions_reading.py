"""Reading exceptions: one, lists, counts by cause, and what a person may do about one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, func, select

from domain.access.actor import Actor
from domain.access.tables import persons
from domain.definitions.model import Definition
from domain.listing import Condition, Page, counted, paged, where
from domain.processes.exceptions import RESOLUTIONS, check_resolution
from domain.processes.tables import exceptions, processes
from domain.refusal import Refusal


@dataclass(frozen=True, slots=True)
class ExceptionRecord:
    """A parked step, and how it was resolved."""

    id: UUID
    process: UUID
    reference: str
    subject: str
    workflow_id: str
    definition_hash: str
    step: str
    attempt: int
    cause: str
    message: str
    state: str
    opened_at: datetime
    resolution: str | None
    reason: str | None
    resolver: str | None
    resolved_at: datetime | None


EXCEPTION_FILTERS = {
    "state": exceptions.c.state,
    "cause": exceptions.c.cause,
    "process": exceptions.c.process_id,
}


def exception_query() -> Select[Any]:
    """Exceptions with their process and whoever resolved them."""
    return (
        select(
            exceptions,
            processes.c.reference,
            processes.c.subject,
            processes.c.workflow_id,
            processes.c.definition_hash,
            persons.c.name.label("resolver"),
        )
        .join(
            processes,
            (processes.c.tenant_id == exceptions.c.tenant_id)
            & (processes.c.id == exceptions.c.process_id),
        )
        .outerjoin(
            persons,
            (persons.c.tenant_id == exceptions.c.tenant_id)
            & (persons.c.id == exceptions.c.resolved_by),
        )
    )


def get_exception(connection: Connection, id: UUID) -> ExceptionRecord:
    """One exception. Refuses an id that is not there: `exception_must_exist`."""
    row = connection.execute(exception_query().where(exceptions.c.id == id)).one_or_none()
    if row is None:
        raise Refusal("exception_must_exist", "There is no such exception.")
    return exception_of(row)


def of_process(connection: Connection, process: UUID) -> list[ExceptionRecord]:
    """Every exception of a process, in the order they were opened."""
    found = exception_query().where(exceptions.c.process_id == process)
    ordered = found.order_by(exceptions.c.opened_at, exceptions.c.id)
    return [exception_of(row) for row in connection.execute(ordered)]


def listed(
    connection: Connection, conditions: Sequence[Condition], page: Page
) -> list[ExceptionRecord]:
    """One page, and one row more when there is another."""
    found = where(exception_query(), EXCEPTION_FILTERS, conditions)
    ordered = paged(found, exceptions.c.opened_at, exceptions.c.id, page)
    return [exception_of(row) for row in connection.execute(ordered)]


def count(connection: Connection, conditions: Sequence[Condition]) -> int:
    """How many exceptions there are under the conditions."""
    return counted(connection, where(select(exceptions.c.id), EXCEPTION_FILTERS, conditions))


@dataclass(frozen=True, slots=True)
class Cause:
    """How often a cause parked a step, and the oldest time it did."""

    cause: str
    count: int
    oldest: datetime
    message: str


def by_cause(connection: Connection, conditions: Sequence[Condition]) -> list[Cause]:
    """The causes, the most frequent first, each with a message as an example."""
    number = func.count().label("number")
    found = select(
        exceptions.c.cause,
        number,
        func.min(exceptions.c.opened_at).label("oldest"),
        func.min(exceptions.c.message).label("message"),
    ).group_by(exceptions.c.cause)
    ordered = where(found, EXCEPTION_FILTERS, conditions).order_by(
        number.desc(), exceptions.c.cause
    )
    return [
        Cause(row.cause, row.number, row.oldest, row.message) for row in connection.execute(ordered)
    ]


def exception_of(row: Row[Any]) -> ExceptionRecord:
    """A row as what it means."""
    return ExceptionRecord(
        row.id, row.process_id, row.reference, row.subject, row.workflow_id, row.definition_hash,
        row.step, row.attempt, row.cause, row.message, row.state, row.opened_at, row.resolution,
        row.reason, row.resolver, row.resolved_at,
    )  # fmt: skip


def allowed_resolutions(
    connection: Connection, definition: Definition, id: UUID, actor: Actor
) -> list[str]:
    """What the ladder of repairs would let this person do now; a reason she will give."""

    def may(resolution: str) -> bool:
        try:
            check_resolution(connection, definition, id, actor, resolution=resolution, reason="-")
        except Refusal:
            return False
        return True

    return [resolution for resolution in RESOLUTIONS if may(resolution)]
