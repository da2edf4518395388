"""Withdrawing: the maker takes back what she entered, by whatever action her process has for it."""

from typing import Final
from uuid import UUID

from domain.access.actor import Actor
from domain.definitions.model import Definition
from domain.processes.action import CANCEL
from domain.refusal import Refusal

WITHDRAW: Final = "withdraw"
DISCARD: Final = "discard"
# The first that a type has. Each ends the process before anything is posted, or is refused.
WAYS = (WITHDRAW, CANCEL, DISCARD)


def withdrawing(definition: Definition, maker: UUID, reference: str, actor: Actor) -> str:
    """The action by which a maker withdraws. Whether it is possible now its own ladder says."""
    found = next((name for name in WAYS if name in definition.actions), None)
    if found is None:
        raise Refusal(
            "action_must_exist",
            f"{definition.title} has no way to be withdrawn once it is entered.",
        )
    if actor.person != maker:
        raise Refusal(
            "maker_must_withdraw",
            f"Somebody else entered {reference}, so you cannot withdraw it.",
        )
    return found
