"""Sessions over the wire: what signs in, the tokens that are answered, and the list of them."""

from typing import Annotated

from pydantic import BaseModel, StringConstraints

from api.bodies import Given, Line
from api.shapes.base import Resource, Time
from domain.access.sessions import Listed
from domain.identifiers import SESSION, written

Password = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class SignInBody(Given):
    """Who she is. The tenant may be left out where there is one."""

    tenant: str | None = None
    login: Line
    password: Password


class RefreshBody(Given):
    """The refresh token of the answer before."""

    refresh_token: Line


class PasswordBody(Given):
    """The password, again."""

    password: Password


class AcceptBody(Given):
    """An invitation, and the password that is chosen with it."""

    invitation: Line
    password: Password


class ChangePasswordBody(Given):
    """The password as it is, and as it is to be."""

    current: Password
    password: Password


class Tokens(BaseModel):
    """A token for calls, and one to get the next with. Each refresh token works once."""

    access_token: str
    token_type: str = "Bearer"
    expires_in: int
    refresh_token: str | None
    session: str
    authenticated_at: Time


class SessionBody(Resource):
    """One of the caller's sessions."""

    id: str
    current: bool
    address: str
    client: str
    created_at: Time
    authenticated_at: Time
    refreshed_at: Time
    expires_at: Time


class Sessions(BaseModel):
    """The caller's open sessions."""

    data: list[SessionBody]


def session(tenant: str, livemode: bool, found: Listed, *, current: bool) -> SessionBody:
    """A session as it goes over the wire."""
    return SessionBody(
        tenant=tenant,
        livemode=livemode,
        id=written(SESSION, found.id),
        current=current,
        address=found.address,
        client=found.client,
        created_at=found.created_at,
        authenticated_at=found.authenticated_at,
        refreshed_at=found.refreshed_at,
        expires_at=found.expires_at,
    )
