"""Letting another person decide in one's place for some days, and ending that early."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from domain.access import company as masters
from domain.access import person as persons
from domain.access.actor import Actor
from domain.access.company import Company
from domain.approvals import delegations, delegations_reading
from domain.approvals.delegations_reading import Delegation, DelegationRecord
from domain.definitions import content as reading
from domain.definitions.content import Content
from domain.identifiers import DELEGATION, new_uuid, read, written
from domain.operations.approval_limits import check_type
from domain.operations.operation import Operation, Order
from domain.refusal import Refusal

NEEDS = {
    "giver": "text",
    "taker": "text",
    "first_day": "date",
    "last_day": "date",
    "presence": "choice",
    "reason": "text",
}
NEEDS_TO_END = {"delegation": "text"}


def check(connection: Connection, company: Company, content: Content) -> None:
    """To another person, of what is hers, in days to come, and no link of a chain."""
    given = asked_for(connection, content)
    if given.giver == given.taker:
        raise Refusal(
            "delegation_must_be_to_another",
            f"{content['giver']} and {content['taker']} are logins of one person. Name another.",
        )
    if given.last_day < given.first_day:
        raise Refusal(
            "days_must_be_in_order",
            f"The last day, {given.last_day}, is before the first, {given.first_day}.",
        )
    if given.last_day < masters.today(connection):
        raise Refusal("delegation_must_be_in_force", f"{given.last_day} is over. Name a later day.")
    giver = persons.with_login(connection, reading.text(content, "giver"))
    lacking = [role for role in given.roles if role not in giver.roles]
    if lacking or not giver.roles:
        raise Refusal(
            "delegator_must_hold_role",
            f"{giver.name} does not hold {' and '.join(lacking) or 'any role'}, so nobody can "
            "use it in her place.",
        )
    for process_type in given.types:
        check_type(connection, process_type)
    delegations.check_unchained(connection, given)


def asked_for(connection: Connection, content: Content) -> Delegation:
    """The delegation that a document asks for, under a fresh id."""
    giver, taker = (
        persons.with_login(connection, reading.text(content, n)).id for n in ("giver", "taker")
    )
    return Delegation(
        new_uuid(), giver, taker,
        tuple(reading.text(row, "role") for row in reading.rows(content, "roles")),
        tuple(reading.text(row, "type") for row in reading.rows(content, "types")),
        reading.day(content, "first_day"), reading.day(content, "last_day"),
        reading.money(content, "cap"), reading.text(content, "presence") == "away",
        reading.text(content, "reason"),
    )  # fmt: skip


def check_maker(connection: Connection, content: Content, actor: Actor, *, checks: bool) -> None:
    """She delegates what is hers. For somebody who cannot, one may ask who checks delegations."""
    giver = persons.with_login(connection, reading.text(content, "giver"))
    if actor.person != giver.id and not checks:
        raise Refusal(
            "delegation_must_be_ones_own",
            f"Only {giver.name}, or who checks delegations, may ask for one of hers.",
        )


def concerned(connection: Connection, content: Content) -> Collection[UUID]:
    """Who gets the authority."""
    return (persons.with_login(connection, reading.text(content, "taker")).id,)


def perform(connection: Connection, order: Order) -> Mapping[str, Any]:
    """Make it, if there is still none that it would be chained to."""
    given, people = asked_for(connection, order.facts.content), order.people
    delegations.make(
        connection, given, process=order.facts.process, asked_by=people.maker,
        checked_by=people.agreed,
    )  # fmt: skip
    return {"delegation": written(DELEGATION, given.id)}


DELEGATE = Operation(NEEDS, check, perform, check_maker=check_maker, concerned=concerned)


def ending(connection: Connection, content: Content) -> DelegationRecord:
    """The delegation that a document would end."""
    id = read(DELEGATION, reading.text(content, "delegation"))
    return delegations_reading.get(connection, id)


def check_end(connection: Connection, company: Company, content: Content) -> None:
    """It is there and not over."""
    delegations.check_in_force(connection, ending(connection, content))


def check_ender(connection: Connection, content: Content, actor: Actor, *, checks: bool) -> None:
    """Both of whom it is between may end it, and who asked for it or agreed to it."""
    found = ending(connection, content)
    given = found.delegation
    if actor.person not in (given.giver, given.taker, found.asked_by, found.checked_by):
        raise Refusal(
            "delegation_must_be_ones_own",
            f"Only {found.giver_name}, {found.taker_name}, and who asked for it or agreed may end "
            "this delegation.",
        )


def perform_end(connection: Connection, order: Order) -> Mapping[str, Any]:
    """End it at once. One that somebody ended in the meantime stays as it is."""
    found = ending(connection, order.facts.content)
    if found.ended_at is None:
        delegations.end(
            connection, found.delegation.id, person=order.people.maker,
            reason=reading.text(order.facts.content, "reason"), process=order.facts.process,
        )  # fmt: skip
    return {"delegation": order.facts.content["delegation"], "ended": found.ended_at is None}


END_DELEGATION = Operation(NEEDS_TO_END, check_end, perform_end, check_maker=check_ender)
