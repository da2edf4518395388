"""Actors, lenders and tasks made by hand."""

from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from domain.access.actor import Actor
from domain.access.delegator import Delegator
from domain.approvals.policy import Checking
from domain.money import Money


def person(name: str) -> UUID:
    """The id of a human."""
    return uuid5(NAMESPACE_URL, name)


def lender(name: str, *roles: str, types: tuple[str, ...] = (), cap: Money | None = None):
    """Somebody who delegated until the end of November."""
    return Delegator(
        person(f"delegation of {name}"), person(name), f"{name.title()} Menon", frozenset(roles),
        frozenset(types), date(2026, 11, 30), cap, is_away=False,
    )  # fmt: skip


def actor(name: str, *roles: str, stands_in_for: tuple[Delegator, ...] = (), account: str = ""):
    """Somebody behind a login of hers."""
    user = person(f"login {account or name}")
    return Actor(user, person(name), f"{name.title()} Iyer", frozenset(roles), stands_in_for)


def task(role: str, *, maker: str = "asha", **changes: Any) -> Checking:
    """An approval that waits for a role, about what asha made."""
    given: dict[str, Any] = {
        "task": person("task"),
        "process": person("process"),
        "kind": "approval",
        "title": "Vendor invoice approval: V-001 INV/1",
        "role": role,
        "escalated_to": None,
        "subject_hash": "seen",
        "state": "open",
        "maker": person(maker),
        "makers": {person(maker)},
        "decided": None,
        "earlier_checkers": frozenset(),
        "approver_roles": {role},
        "type": "invoice_approval",
    }
    return Checking(**given | changes)
