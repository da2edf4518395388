"""Making a sandbox tenant beside this one, and resetting this one: another takes its place."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from domain.access.company import Company
from domain.definitions import content as reading
from domain.definitions.content import Content
from domain.operations.operation import Operation, Order
from domain.sandbox import tenants
from domain.sandbox.cast import CAST
from domain.sandbox.tenants import Fresh

MAKING = {"name": "text", "password_hash": "text"}
RESETTING = {"reason": "text", "password_hash": "text"}


def check(connection: Connection, company: Company, content: Content) -> None:
    """This is a sandbox, and few were made today."""
    tenants.check(connection)


def make(connection: Connection, order: Order) -> Mapping[str, Any]:
    """Make it, once for the process."""
    name = reading.text(order.facts.content, "name")
    return tenants.make(connection, order.facts.company.id, fresh(order, name))


def reset(connection: Connection, order: Order) -> Mapping[str, Any]:
    """Make another of the same name, and archive this one."""
    name = tenants.check(connection)
    return tenants.reset(connection, order.facts.company.id, fresh(order, name))


def fresh(order: Order, name: str) -> Fresh:
    """What the document asks for."""
    hash = reading.text(order.facts.content, "password_hash")
    return Fresh(order.facts.process, name, hash)


def preview(connection: Connection, company: Company, content: Content) -> Mapping[str, Any]:
    """Who would be in it, and how many more may be made today."""
    return {"logins": [*CAST], "left_today": tenants.left(connection) - 1}


MAKE_SANDBOX = Operation(MAKING, check, make, preview)
RESET_SANDBOX = Operation(RESETTING, check, reset, preview)
