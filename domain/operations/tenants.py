"""Changing what a tenant is called and in which language it is spoken to."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, text

from domain.access.company import Company
from domain.definitions import content as reading
from domain.definitions.content import Content
from domain.operations.operation import Operation, Order
from domain.refusal import Refusal

NEEDS = {"name": "text", "language": "choice", "reason": "text"}
SETTINGS = text("SELECT name, language FROM tenants WHERE id = (SELECT current_tenant())")
CHANGE = text("""
    UPDATE tenants SET name = :name, language = :language WHERE id = (SELECT current_tenant())
""")


def before(connection: Connection) -> dict[str, str]:
    """The settings as they are."""
    return dict(connection.execute(SETTINGS).one()._mapping)


def after(content: Content) -> dict[str, str]:
    """The settings as they are to be."""
    return {name: reading.text(content, name) for name in ("name", "language")}


def check(connection: Connection, company: Company, content: Content) -> None:
    """Something becomes other than it is."""
    if before(connection) == after(content):
        raise Refusal(
            "settings_must_change", "The tenant is as you say already. Nothing is to be done."
        )


def perform(connection: Connection, order: Order) -> Mapping[str, Any]:
    """Write it."""
    earlier, later = before(connection), after(order.facts.content)
    connection.execute(CHANGE, later)
    return {"before": earlier, "after": later}


CHANGE_TENANT = Operation(NEEDS, check, perform, posts=False)
