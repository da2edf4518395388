"""Making a login, switching it off and on, inviting its owner to choose a password."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from domain.access import audit, persons
from domain.access.company import Company
from domain.definitions import content as reading
from domain.definitions.content import Content
from domain.identifiers import PERSON, PROCESS, USER, read, written
from domain.operations.operation import Operation, Order
from domain.refusal import Refusal

NEEDS = {"change": "choice", "login": "text"}
CREATE, INVITE, WITHDRAW = "create", "invite", "withdraw_invitation"
STATES = {"switch_off": False, "switch_on": True}


def check(connection: Connection, company: Company, content: Content) -> None:
    """A new login is free and of one person; another is there, and is changed by what is asked."""
    change, login = reading.text(content, "change"), reading.text(content, "login")
    if change == CREATE:
        if persons.find(connection, login) is not None:
            raise persons.login_is_taken(login)
        check_person(connection, content)
        return
    user = persons.with_login(connection, login)
    if change == INVITE and not reading.text(content, "invitation"):
        raise Refusal("digest_must_be_given", "Ask for it by POST /v1/users/{id}/invitation.")
    if change in STATES and user.active is STATES[change]:
        state = "on" if user.active else "off"
        raise Refusal("user_state_must_change", f"{login} is switched {state} already.")
    if change == "switch_off" and persons.OWNER in user.roles:
        check_owners(connection, user)


def check_person(connection: Connection, content: Content) -> None:
    """A person who is new has a name, one who is not an id; not both."""
    name, person = reading.text(content, "name"), reading.text(content, "person")
    if bool(name) == bool(person):
        raise Refusal(
            "person_must_be_named_once",
            "Give `name` for a new person, or `person` for one who has a login; not both.",
        )
    if person and not persons.person_is_there(connection, read(PERSON, person)):
        raise Refusal("person_must_exist", f"There is no person {person}.")


def check_owners(connection: Connection, user: persons.User) -> None:
    """An owner is switched off when two are left."""
    if not persons.owners_remain(connection, user.person):
        raise persons.owners_must_remain()


def perform(connection: Connection, order: Order) -> Mapping[str, Any]:
    """Do it; a login that is made or invited gets the invitation that the document names."""
    content = order.facts.content
    check(connection, order.facts.company, content)
    change, login = reading.text(content, "change"), reading.text(content, "login")
    if change == CREATE:
        user = created(connection, content, login)
    else:
        user = persons.with_login(connection, login).id
    if change in STATES:
        persons.switch(connection, user, active=STATES[change])
    if change in (WITHDRAW, "switch_off"):
        persons.end_invitations(connection, user)
    if digest := reading.text(content, "invitation"):
        persons.invite(connection, user, digest=digest, process=order.facts.process)
    subject = written(PROCESS, order.facts.process)
    audit.note(connection, audit.USER_CHANGED, user=user, subject=subject, facts={"change": change})
    return {"user": written(USER, user), "login": login, "change": change}


def created(connection: Connection, content: Content, login: str) -> UUID:
    """The new login, of a new person or of one who has another."""
    given = reading.text(content, "person")
    name = reading.text(content, "name")
    person = read(PERSON, given) if given else persons.add_person(connection, name)
    return persons.add_user(connection, person, login)


CHANGE_USER = Operation(NEEDS, check, perform)
