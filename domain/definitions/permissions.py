"""What each role may do, as `verb:what`: read off the definitions, never written down twice."""

from collections.abc import Iterable, Iterator
from typing import Final

from domain.definitions import policy
from domain.definitions.model import Definition

START: Final = "start"
ACT: Final = "act"
REPAIR: Final = "repair"
DECIDE: Final = "decide"


def verb_of(action: str) -> str:
    """The verb of an action of a definition."""
    return action if action in (START, REPAIR) else ACT


def by_role(definitions: Iterable[Definition]) -> dict[str, set[str]]:
    """The permissions of each role that some definition names."""
    found: dict[str, set[str]] = {}
    for definition in definitions:
        for role, verb in of(definition):
            found.setdefault(role, set()).add(f"{verb}:{definition.process}")
    return found


def of(definition: Definition) -> Iterator[tuple[str, str]]:
    """Each role that may do something with the type, and the verb of it."""
    for name, action in definition.actions.items():
        yield from ((role, verb_of(name)) for role in action.by)
    for stage in definition.stages:
        yield from ((role, DECIDE) for role in policy.approvers(definition, stage))
    for approval in definition.approvals.values():
        if approval.escalate_to:
            yield approval.escalate_to, DECIDE
