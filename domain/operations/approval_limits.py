"""Setting and lifting the limit up to which a role or a person approves."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from domain.access import person as persons
from domain.access.branch import check_branch
from domain.access.company import Company
from domain.definitions import content as reading
from domain.definitions.content import Content
from domain.operations.operation import Operation, Order
from domain.refusal import Refusal

NEEDS = {
    "holder": "choice",
    "name": "text",
    "change": "choice",
    "reach": "choice",
    "from_day": "date",
    "reason": "text",
}
TYPE = text("SELECT 1 FROM definitions WHERE type = :type LIMIT 1")
INSERT = text("""
    INSERT INTO approval_limits (tenant_id, role, person_id, process_type, company_id, branch,
        currency, per_document, per_day, effective_from, effective_to, reason, process_id, asked_by,
        checked_by)
    VALUES ((SELECT current_tenant()), :role, :person, :type, :company, :branch, :currency,
        :per_document, :per_day, :effective_from, :effective_to, :reason, :process, :asked_by,
        :checked_by)
""")


def check(connection: Connection, company: Company, content: Content) -> None:
    """Somebody has it, there is such a type, and a limit that is set has an amount."""
    if not concerned(connection, content):
        raise Refusal(
            "role_must_have_holders",
            f"Nobody holds the role {content['name']!r}. Name one that somebody holds.",
        )
    check_type(connection, reading.text(content, "process_type"))
    if branch := reading.text(content, "branch"):
        check_branch(connection, branch, company.id if is_of_this_company(content) else None)
    amounts = [n for n in ("per_document", "per_day") if content.get(n) is not None]
    if (reading.text(content, "change") == "set") != bool(amounts):
        raise Refusal(
            "limit_must_have_an_amount",
            "To set a limit give the most for one document, for a day, or both. "
            "To lift one give neither.",
        )
    last = last_day(content)
    if last is not None and last < reading.day(content, "from_day"):
        raise Refusal("days_must_be_in_order", f"The limit would end on {last}, before it begins.")


def is_of_this_company(content: Content) -> bool:
    """Whether it is about the company alone in which it is asked for."""
    return reading.text(content, "reach") == "this_company"


def check_type(connection: Connection, process_type: str) -> None:
    """Refuse a type that was never released."""
    if process_type and connection.execute(TYPE, {"type": process_type}).first() is None:
        raise Refusal(
            "process_type_must_exist", f"There is no process type {process_type!r}. Name another."
        )


def concerned(connection: Connection, content: Content) -> Collection[UUID]:
    """The person, or everybody who holds the role."""
    name = reading.text(content, "name")
    if reading.text(content, "holder") == "role":
        return frozenset(persons.holders(connection, [name]))
    return (persons.with_login(connection, name).id,)


def last_day(content: Content) -> date | None:
    """The last day of a limit that has one."""
    return reading.day(content, "to_day") if content.get("to_day") else None


def perform(connection: Connection, order: Order) -> Mapping[str, Any]:
    """Write the row that supersedes what its scope said before, from today at the earliest."""
    content, facts, people = order.facts.content, order.facts, order.people
    name, last = reading.text(content, "name"), last_day(content)
    first = max(order.today, reading.day(content, "from_day"))
    if last is not None and last < first:
        raise Refusal("days_must_be_in_order", f"The limit ended on {last}, before it was agreed.")
    of_role = reading.text(content, "holder") == "role"
    per_document, per_day = (reading.money(content, n) for n in ("per_document", "per_day"))
    values = {
        "role": name if of_role else None,
        "person": None if of_role else persons.with_login(connection, name).id,
        "type": reading.text(content, "process_type") or None,
        "company": facts.company.id if is_of_this_company(content) else None,
        "branch": reading.text(content, "branch") or None,
        "currency": facts.company.base_currency,
        "per_document": per_document and per_document.amount,
        "per_day": per_day and per_day.amount,
        "effective_from": first,
        "effective_to": last,
        "reason": reading.text(content, "reason"),
        "process": facts.process,
        "asked_by": people.maker,
        "checked_by": people.agreed,
    }
    connection.execute(INSERT, values)
    return {"limit_of": name, "from": first, "to": last, "per_document": per_document,
            "per_day": per_day}  # fmt: skip


SET_APPROVAL_LIMIT = Operation(NEEDS, check, perform, concerned=concerned)
