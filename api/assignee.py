"""Whose exceptions are asked for, as a query names them."""

from api.caller import Caller
from domain.identifiers import PERSON
from domain.identifiers import read as read_uuid
from domain.processes.exceptions_reading import Assignee


def assignee_of(caller: Caller, name: str | None) -> Assignee | None:
    """`me`, a person by her id, or a role."""
    if name is None:
        return None
    if name == "me":
        return Assignee(caller.actor.person, caller.actor.roles)
    if name.startswith(f"{PERSON}_"):
        return Assignee(read_uuid(PERSON, name))
    return Assignee(None, (name,))
