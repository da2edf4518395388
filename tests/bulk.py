"""Bulk work as the API prepares it: tasks frozen, and the instruction for each of them signed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from domain.access.token import NO_MEANS, Means
from domain.approvals import reading as tasks
from domain.database import transaction
from domain.identifiers import SELECTION, new_uuid, written
from domain.processes import exceptions_reading
from domain.processes.exceptions_reading import ExceptionRecord
from domain.processes.said import saying
from domain.selections import bulk
from domain.selections import selection as selections
from domain.selections.bulk import Wanted
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
        with transaction(self.reader, self.tenant.id) as connection:
            found = tasks.with_ids(connection, wanted)
        items = [
            Item(
                each.checking.task, each.workflow_id, each.checking.title,
                each.checking.subject_hash, each.amount,
            )
            for each in found
        ]  # fmt: skip
        return self.keep("tasks", items)

    def freeze_parked(self, wanted: Sequence[UUID]) -> UUID:
        """Parked steps as they are now, with what is proposed for them."""
        with transaction(self.reader, self.tenant.id) as connection:
            found = [exceptions_reading.get_exception(connection, each) for each in wanted]
        items = [
            Item(each.id, each.workflow_id, each.message, proposed(each), each.amount)
            for each in found
        ]
        return self.keep("exceptions", items)

    def keep(self, resource: str, items: Sequence[Item]) -> UUID:
        """What was selected."""
        selection = new_uuid()
        with transaction(self.edge, self.tenant.id) as connection:
            selections.freeze(
                connection, self.tenant.id, selection, resource=resource, user=self.user,
                items=items,
            )  # fmt: skip
        return selection

    def instruct(self, selection: UUID, process: UUID, action: str, reason: str | None) -> None:
        """The instruction for each item, before the process starts."""
        with transaction(self.reader, self.tenant.id) as connection:
            items = selections.items(connection, selection)
        wanted = Wanted(action, reason)
        signed = [self.sign(*saying(wanted.said(item.id, item.seen))) for item in items]
        with transaction(self.edge, self.tenant.id) as connection:
            bulk.instruct(
                connection, self.tenant.id, process, selection, signed=signed, means=self.means
            )


def proposed(found: ExceptionRecord) -> str:
    """The hash of what waits to be confirmed; empty where nothing does."""
    return found.proposal.hash if found.proposal else ""


def given(selection: UUID, action: str, reason: str | None = None) -> dict[str, str]:
    """The input of the process."""
    named = {"selection": written(SELECTION, selection), "action": action, "about": "Some tasks"}
    return named | ({"reason": reason} if reason else {})
