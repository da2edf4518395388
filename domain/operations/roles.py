"""Granting a role and taking it away."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from domain.access import persons
from domain.access.company import Company
from domain.definitions import content as reading
from domain.definitions.content import Content
from domain.identifiers import PERSON, written
from domain.operations.operation import Operation, Order

NEEDS = {"change": "choice", "login": "text", "role": "choice"}
GRANT = "grant"


def check(connection: Connection, company: Company, content: Content) -> None:
    """The person is there, and the change changes something."""
    user = persons.with_login(connection, reading.text(content, "login"))
    grant = reading.text(content, "change") == GRANT
    persons.check_change(connection, user, reading.text(content, "role"), grant=grant)


def perform(connection: Connection, order: Order) -> Mapping[str, Any]:
    """Grant or revoke; whoever asks for her rights from now on gets them as they now are."""
    content = order.facts.content
    user = persons.with_login(connection, reading.text(content, "login"))
    role, change = reading.text(content, "role"), reading.text(content, "change")
    persons.change_role(connection, user, role, grant=change == GRANT, process=order.facts.process)
    return {"person": written(PERSON, user.person), "role": role, "change": change}


CHANGE_ROLE = Operation(NEEDS, check, perform)
