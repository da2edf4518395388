"""The operations that a stage may name in `does`."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from domain.access import company as masters
from domain.access import person as persons
from domain.access.actor import Actor
from domain.access.company import Company
from domain.definitions import content as reading
from domain.definitions import policy
from domain.definitions.catalog import Catalog
from domain.definitions.content import Content
from domain.definitions.model import Definition
from domain.operations.approval_limits import SET_APPROVAL_LIMIT
from domain.operations.budgets import SET_BUDGET
from domain.operations.clock import ADVANCE_CLOCK
from domain.operations.companies import WRITE_COMPANY
from domain.operations.contacts import SET_CONTACT
from domain.operations.definitions import ACTIVATE_DEFINITION, ROLL_BACK_DEFINITION
from domain.operations.delegations import DELEGATE, END_DELEGATION
from domain.operations.holds import SETTLE_HOLD
from domain.operations.holidays import SET_HOLIDAYS
from domain.operations.imports import IMPORT_ENTRIES
from domain.operations.keys import CHANGE_API_KEY
from domain.operations.limits import SET_LIMIT
from domain.operations.masters import MASTERS
from domain.operations.opening_hours import SET_OPENING_HOURS
from domain.operations.operation import Operation, Order, People
from domain.operations.periods import SET_PERIOD
from domain.operations.rates import SET_RATES
from domain.operations.revaluations import REVALUE
from domain.operations.reversals import REVERSE_ENTRY
from domain.operations.roles import CHANGE_ROLE
from domain.operations.sandboxes import MAKE_SANDBOX, RESET_SANDBOX
from domain.operations.tenants import CHANGE_TENANT
from domain.operations.users import CHANGE_USER
from domain.operations.years import SET_YEAR
from domain.processes import record
from domain.processes.arriving import About, Arrival, arrive
from domain.processes.effect import Done, Effect

OPERATIONS: Mapping[str, Operation] = {
    "set_period": SET_PERIOD,
    "reverse_entry": REVERSE_ENTRY,
    "set_year": SET_YEAR,
    "set_rates": SET_RATES,
    "import_entries": IMPORT_ENTRIES,
    "revalue": REVALUE,
    "set_budget": SET_BUDGET,
    "set_limit": SET_LIMIT,
    "settle_hold": SETTLE_HOLD,
    **MASTERS,
    "set_approval_limit": SET_APPROVAL_LIMIT,
    "delegate": DELEGATE,
    "end_delegation": END_DELEGATION,
    "activate_definition": ACTIVATE_DEFINITION,
    "roll_back_definition": ROLL_BACK_DEFINITION,
    "set_holidays": SET_HOLIDAYS,
    "set_opening_hours": SET_OPENING_HOURS,
    "advance_clock": ADVANCE_CLOCK,
    "make_sandbox": MAKE_SANDBOX,
    "reset_sandbox": RESET_SANDBOX,
    "write_company": WRITE_COMPANY,
    "change_tenant": CHANGE_TENANT,
    "change_user": CHANGE_USER,
    "change_role": CHANGE_ROLE,
    "change_api_key": CHANGE_API_KEY,
    "set_contact": SET_CONTACT,
}
NEEDS = {name: operation.needs for name, operation in OPERATIONS.items()}
SKIPPABLE = frozenset(name for name, operation in OPERATIONS.items() if not operation.posts)

CHECKER = text("""
    SELECT person_id FROM decisions
    WHERE tenant_id = (SELECT current_tenant()) AND process_id = :process AND action = 'approve'
    ORDER BY decided_at DESC, task_id DESC LIMIT 1
""")


def check_operations(
    connection: Connection, definition: Definition, company: Company, content: Content
) -> None:
    """Refuse at once what an operation of the type would refuse later."""
    for operation in operations_of(definition):
        operation.check(connection, company, content)


def check_maker(
    connection: Connection, definition: Definition, content: Content, actor: Actor
) -> None:
    """Refuse a person who may not ask for what an operation of the type does."""
    able = {role for stage in definition.stages for role in policy.approvers(definition, stage)}
    for operation in operations_of(definition):
        operation.check_maker(connection, content, actor, checks=bool(able & actor.roles))


def concerned(connection: Connection, definition: Definition, content: Content) -> frozenset[UUID]:
    """Everybody whom a document or its operations are about: none of them checks it."""
    found = [operation.concerned(connection, content) for operation in operations_of(definition)]
    if definition.concerns:
        found.append(persons.of_login(connection, reading.text(content, definition.concerns)))
    return frozenset(person for each in found for person in each)


def operations_of(definition: Definition) -> Iterator[Operation]:
    """The operations that the stages name."""
    for stage in definition.stages.values():
        operation = OPERATIONS.get(stage.does or "")
        if operation is not None:
            yield operation


def preview(
    connection: Connection, definition: Definition, company: Company, content: Content
) -> dict[str, Any]:
    """What the operations of the type would do of a document that they let pass."""
    looks = [each.preview for each in operations_of(definition) if each.preview is not None]
    return {
        name: value for look in looks for name, value in look(connection, company, content).items()
    }


def carry_out(
    connection: Connection,
    effect: Effect,
    definition: Definition,
    *,
    operation: str,
    to: str,
    catalog: Catalog,
) -> Done[Arrival]:
    """Carry an operation out; then the process goes on to the stage `to`."""
    facts = record.facts(connection, effect.process)
    checker = connection.execute(CHECKER, {"process": effect.process}).scalar_one_or_none()
    people = People(facts.maker, checker)
    order = Order(facts, people, effect.key, masters.today(connection), catalog)
    outputs = OPERATIONS[operation].perform(connection, order)
    arrival, move = arrive(connection, About.of(effect, definition, facts), to)
    title = operation.replace("_", " ")
    return Done(
        arrival,
        title=f"Done: {title}, {facts.subject}",
        event=f"operation.{operation}",
        move=move,
        inputs={"operation": operation, "document_hash": facts.content_hash},
        outputs=outputs,
    )
