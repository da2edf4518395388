"""Bulk work as the API prepares it: tasks frozen, and the instruction for each of them signed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from domain.access.token import NO_MEANS, Means
from domain.approvals import deciding
from domain.approvals import reading as tasks
from domain.approvals.deciding import Choice
from domain.database import transaction
from domain.identifiers import SELECTION, TASK, new_uuid, written
from domain.selections import bulk
from domain.selections import selection as selections
from domain.selections.selection import Item
from sandbox.tenant import Tenant

BULK = "bulk_action"
Sign = Callable[[str, str, Any], str]


@dataclass(frozen=True)
class Desk:
    """Where somebody selects: the API's two logins, and the signature of what she asks."""

    reader: Engine
    edge: Engine
    tenant: Tenant
    user: UUID
    sign: Sign
    means: Means = NO_MEANS

    def freeze(self, wanted: Sequence[UUID]) -> UUID:
        """Tasks as they are now."""
        selection = new_uuid()
        with transaction(self.reader, self.tenant.id) as connection:
            found = tasks.with_ids(connection, wanted)
        items = [
            Item(
                each.checking.task, each.workflow_id, each.checking.title,
                each.checking.subject_hash, each.amount,
            )
            for each in found
        ]  # fmt: skip
        with transaction(self.edge, self.tenant.id) as connection:
            selections.freeze(
                connection, self.tenant.id, selection, resource="tasks", user=self.user,
                items=items,
            )  # fmt: skip
        return selection

    def instruct(self, selection: UUID, process: UUID, action: str, reason: str | None) -> None:
        """The instruction for each item, before the process starts."""
        with transaction(self.reader, self.tenant.id) as connection:
            items = selections.items(connection, selection)
        signed = [self.signed(Choice(item.id, action, reason, item.seen)) for item in items]
        with transaction(self.edge, self.tenant.id) as connection:
            bulk.instruct(
                connection, self.tenant.id, process, selection, signed=signed, means=self.means
            )

    def signed(self, choice: Choice) -> str:
        """One of them."""
        return self.sign(choice.action, written(TASK, choice.task), deciding.content(choice))


def given(selection: UUID, action: str, reason: str | None = None) -> dict[str, str]:
    """The input of the process."""
    named = {"selection": written(SELECTION, selection), "action": action, "about": "Some tasks"}
    return named | ({"reason": reason} if reason else {})
