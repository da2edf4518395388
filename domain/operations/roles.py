"""Granting a role and taking it away."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from domain.access import persons
from domain.access.company import Company
from domain.access.persons import RoleAt
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
    persons.check_change(connection, user, asked(content), grant=grant)


def asked(content: Content) -> RoleAt:
    """The role, and the branch for which alone it is to count."""
    return RoleAt(reading.text(content, "role"), reading.text(content, "branch") or None)


def perform(connection: Connection, order: Order) -> Mapping[str, Any]:
    """Grant or revoke; whoever asks for her rights from now on gets them as they now are."""
    content = order.facts.content
    user = persons.with_login(connection, reading.text(content, "login"))
    what, change = asked(content), reading.text(content, "change")
    persons.change_role(connection, user, what, grant=change == GRANT, process=order.facts.process)
    found = {"person": written(PERSON, user.person), "role": what.role, "change": change}
    return found | ({"branch": what.branch} if what.branch else {})


CHANGE_ROLE = Operation(NEEDS, check, perform)
