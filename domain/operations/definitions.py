"""A tenant's draft of a definition comes into force, and a version of one is rolled back."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from domain.access.company import Company
from domain.definitions import content as reading
from domain.definitions.content import Content
from domain.identifiers import written
from domain.operations.operation import Operation, Order
from domain.refusal import Refusal
from domain.versions import activation, drafts, versions
from domain.versions.activation import Agreed
from domain.versions.versions import VERSION

OF_CHANGE = {"draft": "text", "process_type": "text", "definition": "text", "reason": "text"}
OF_ROLLBACK = {"version": "text", "process_type": "text", "reason": "text"}


def check_change(connection: Connection, company: Company, content: Content) -> None:
    """The draft is there, as it was seen, and nothing came into force since it was begun."""
    draft = drafts.get(connection, reading.text(content, "draft"))
    process_type = reading.text(content, "process_type")
    hash = reading.text(content, "definition")
    activation.check_draft(connection, draft, process_type=process_type, hash=hash)


def change(connection: Connection, order: Order) -> Mapping[str, Any]:
    """Prove the draft once more and bring it into force, on the day asked for or at once."""
    content = order.facts.content
    draft = drafts.get(connection, reading.text(content, "draft"))
    catalog = order.catalog
    types = catalog.overlaid(map(catalog.by_hash, versions.in_force(connection)))
    day = reading.day(content, "active_from") if content.get("active_from") else None
    agreed = Agreed(order.people.maker, order.people.checker, order.facts.process, day)
    hash = reading.text(content, "definition")
    activated = activation.activate(connection, draft, types, agreed, hash=hash)
    return {
        "version": written(VERSION, activated.id),
        "number": activated.number,
        "definition": hash,
        "active_from": activated.active_from.isoformat(),
    }


def check_rollback(connection: Connection, company: Company, content: Content) -> None:
    """The version is there, of the type that is named, and the newest of it."""
    version = versions.get(connection, reading.text(content, "version"))
    if version.type != reading.text(content, "process_type"):
        raise Refusal(
            "version_must_be_of_the_type",
            f"{content['version']} is a version of {version.type}, not {content['process_type']}.",
        )
    versions.check_newest(connection, version)


def roll_back(connection: Connection, order: Order) -> Mapping[str, Any]:
    """Take the version out of force."""
    version = versions.get(connection, reading.text(order.facts.content, "version"))
    activation.roll_back(connection, version, process=order.facts.process)
    return {"version": order.facts.content["version"], "definition": version.hash}


ACTIVATE_DEFINITION = Operation(OF_CHANGE, check_change, change)
ROLL_BACK_DEFINITION = Operation(OF_ROLLBACK, check_rollback, roll_back)
