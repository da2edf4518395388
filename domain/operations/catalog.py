"""The operations that a stage may name in `does`."""

from collections.abc import Mapping

from sqlalchemy import Connection, text

from domain.access import company as masters
from domain.access.company import Company
from domain.definitions.content import Content
from domain.definitions.model import Definition
from domain.operations.keys import CHANGE_API_KEY
from domain.operations.operation import Operation, Order, People
from domain.operations.periods import SET_PERIOD
from domain.operations.reversals import REVERSE_ENTRY
from domain.operations.roles import CHANGE_ROLE
from domain.operations.users import CHANGE_USER
from domain.processes import record
from domain.processes.arriving import About, Arrival, arrive
from domain.processes.effect import Done, Effect

OPERATIONS: Mapping[str, Operation] = {
    "set_period": SET_PERIOD,
    "reverse_entry": REVERSE_ENTRY,
    "change_user": CHANGE_USER,
    "change_role": CHANGE_ROLE,
    "change_api_key": CHANGE_API_KEY,
}
NEEDS = {name: operation.needs for name, operation in OPERATIONS.items()}

CHECKER = text("""
    SELECT person_id FROM decisions
    WHERE tenant_id = (SELECT current_tenant()) AND process_id = :process AND action = 'approve'
    ORDER BY decided_at DESC, task_id DESC LIMIT 1
""")


def check_operations(
    connection: Connection, definition: Definition, company: Company, content: Content
) -> None:
    """Refuse at once what an operation of the type would refuse later."""
    for stage in definition.stages.values():
        operation = OPERATIONS.get(stage.does or "")
        if operation is not None:
            operation.check(connection, company, content)


def carry_out(
    connection: Connection, effect: Effect, definition: Definition, *, operation: str, to: str
) -> Done[Arrival]:
    """Carry an operation out; then the process goes on to the stage `to`."""
    facts = record.facts(connection, effect.process)
    checker = connection.execute(CHECKER, {"process": effect.process}).scalar_one_or_none()
    people = People(facts.maker, checker)
    order = Order(facts, people, effect.key, masters.today(connection))
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
