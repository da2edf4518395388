"""What a person says of a task or of a parked step, in the words that the API signs.

The API signs them, the process checks the signature, the activity checks it again: all by `saying`.
"""

from typing import Any

from sqlalchemy import Connection

from domain.access.actor import Actor
from domain.approvals import deciding
from domain.approvals.deciding import Choice as OfTask
from domain.definitions.model import Definition
from domain.identifiers import EXCEPTION, TASK, written
from domain.processes import assigning, proposals, repairs
from domain.processes.assigning import Assigned
from domain.processes.differences import Change, changes
from domain.processes.exceptions import Choice
from domain.processes.proposals import Confirmed, Proposed
from domain.processes.repairs import ASSIGN, CONFIRM

OfException = Choice | Proposed | Confirmed | Assigned
Said = OfTask | OfException


def saying(said: Said) -> tuple[str, str, Any]:
    """Action, id of the object, content: what is signed."""
    match said:
        case OfTask(task, action):
            return action, written(TASK, task), deciding.content(said)
        case Choice(exception, way, reason):
            return way, written(EXCEPTION, exception), {"reason": reason}
        case Proposed(exception, way):
            return way, written(EXCEPTION, exception), proposals.content(said)
        case Confirmed(exception, seen):
            return CONFIRM, written(EXCEPTION, exception), {"seen": seen}
        case Assigned(exception):
            return ASSIGN, written(EXCEPTION, exception), assigning.content(said)


def step_of(said: OfException) -> str:
    """The step under which the process does what is said."""
    match said:
        case Choice():
            return "resolve_exception"
        case Proposed():
            return "propose_repair"
        case Confirmed():
            return "confirm_repair"
        case Assigned():
            return "assign_exception"


def check(
    connection: Connection, definition: Definition, actor: Actor, said: OfException
) -> list[Change]:
    """Climb the ladder of what is said of an exception; what a fix would change when it may."""
    match said:
        case Choice(exception, way, reason):
            repairs.check_way(connection, definition, exception, actor, way=way, reason=reason)
        case Proposed():
            _, facts, fixed = proposals.check(connection, definition, actor, said)
            return [] if fixed is None else list(changes(facts.content, fixed))
        case Confirmed(exception, seen):
            proposals.check_confirmed(connection, definition, exception, actor, seen=seen)
        case Assigned():
            assigning.check(connection, definition, actor, said)
    return []
