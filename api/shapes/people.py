"""Logins, roles, grants and keys over the wire, and what asks for a change of each."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from api.bodies import Given, Line
from api.caller import Caller
from api.shapes.base import Person, Resource, Time, is_nothing, person
from api.shapes.process import ProcessBody
from domain.access.api_keys import ApiKey
from domain.access.persons import Grant, User
from domain.identifiers import API_KEY, PROCESS, USER, written


class UserRequestBody(Given):
    """A login to be made: of a new person (`name`), or of one who has another (`person`)."""

    login: Line
    name: Line | None = None
    person: Line | None = None
    reason: Line


class WhyBody(Given):
    """Why it is to be done."""

    reason: Line


class GrantRequestBody(Given):
    """A role to be granted to the person behind a login, or revoked; at one branch, or at all."""

    change: Literal["grant", "revoke"] = "grant"
    login: Line
    role: Line
    branch: Line | None = None
    reason: Line


class KeyRequestBody(Given):
    """A key for a machine that acts as the caller, within scopes such as `start:leave_request`."""

    name: Line
    scopes: list[Line]
    expires_on: date = Field(strict=False)
    reason: Line


class InvitedBody(ProcessBody):
    """The process, and the invitation once: it works when the process is done."""

    invitation: str | None = Field(default=None, exclude_if=is_nothing)


class IssuedBody(ProcessBody):
    """The process, and the secret once: it works when the process is done."""

    secret: str | None = Field(default=None, exclude_if=is_nothing)


class UserBody(Resource):
    """A login and the person behind it."""

    id: str
    login: str
    active: bool
    person: Person
    roles: list[str]


class Users(BaseModel):
    """Every login."""

    data: list[UserBody]


class RoleBody(BaseModel):
    """A role: what it reads, and what whoever holds it may do, as `verb:what`."""

    role: str
    title: str
    reads: list[str]
    permissions: list[str]


class Roles(BaseModel):
    """Every role."""

    data: list[RoleBody]


class GrantBody(Resource):
    """A role of a person, since when and until when, and the processes that made it so."""

    person: Person
    role: str
    branch: str | None
    granted_at: Time
    granted_by: str | None
    revoked_at: Time | None
    revoked_by: str | None


class Grants(BaseModel):
    """Every grant there ever was, the oldest first."""

    data: list[GrantBody]


class KeyBody(Resource):
    """A key of a machine, without its secret."""

    id: str
    name: str
    user: str
    person: Person
    scopes: list[str]
    created_at: Time
    expires_at: Time
    revoked_at: Time | None
    last_used_at: Time | None
    process: str


class Keys(BaseModel):
    """Keys by name."""

    data: list[KeyBody]


def user(caller: Caller, found: User) -> UserBody:
    """A login as it goes over the wire."""
    return UserBody(
        tenant=caller.tenant_id,
        livemode=caller.livemode,
        id=written(USER, found.id),
        login=found.login,
        active=found.active,
        person=person(found.person, found.name),
        roles=list(found.roles),
    )


def grant(caller: Caller, found: Grant) -> GrantBody:
    """A grant as it goes over the wire."""
    return GrantBody(
        tenant=caller.tenant_id,
        livemode=caller.livemode,
        person=person(found.person, found.name),
        role=found.role,
        branch=found.branch,
        granted_at=found.granted_at,
        granted_by=written(PROCESS, found.granted_by) if found.granted_by else None,
        revoked_at=found.revoked_at,
        revoked_by=written(PROCESS, found.revoked_by) if found.revoked_by else None,
    )


def api_key(caller: Caller, found: ApiKey) -> KeyBody:
    """A key as it goes over the wire."""
    return KeyBody(
        tenant=caller.tenant_id,
        livemode=caller.livemode,
        id=written(API_KEY, found.id),
        name=found.name,
        user=written(USER, found.user),
        person=person(found.person, found.person_name),
        scopes=list(found.scopes),
        created_at=found.created_at,
        expires_at=found.expires_at,
        revoked_at=found.revoked_at,
        last_used_at=found.last_used_at,
        process=written(PROCESS, found.granted_by),
    )
