"""Adding, changing, deactivating and reactivating a master: an operation for each kind."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from domain.access.company import Company
from domain.definitions.content import Content
from domain.masters import asking, suspects
from domain.masters import reading as masters
from domain.masters.asking import asked_of
from domain.masters.kinds import KINDS, Kind
from domain.masters.reading import Master
from domain.masters.writing import By, write
from domain.operations.operation import Operation, Order

NEEDS = {"request": "choice", "code": "text", "reason": "text"}


def of_kind(kind: Kind) -> Operation:
    """The operation that writes masters of a kind."""

    def check(connection: Connection, company: Company, content: Content) -> None:
        """Every rule, and that nobody asks for the same elsewhere."""
        asked = asked_of(kind, content)
        after = asking.check(connection, company, asked)
        suspects.check_not_asked_for(connection, kind, asked.code, after)

    def perform(connection: Connection, order: Order) -> Mapping[str, Any]:
        """Write it. Answers with what differs."""
        facts, people = order.facts, order.people
        asked = asked_of(kind, facts.content)
        before = masters.find(connection, kind, asked.code)
        by = By(people.maker, people.checker, facts.process)
        after = write(connection, facts.company, asked, by)
        return {
            "kind": kind.name,
            "code": after.code,
            "version": after.version,
            "before": shown(before) if before else None,
            "after": shown(after),
        }

    return Operation(NEEDS, check, perform)


def shown(master: Master) -> dict[str, Any]:
    """A master for the evidence."""
    return {**master.known, "active": master.is_active}


MASTERS = {f"write_{name}": of_kind(kind) for name, kind in KINDS.items()}
