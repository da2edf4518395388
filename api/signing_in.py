"""Signing in and out: passwords looked at, sessions begun, refreshed, proven anew and ended."""

import time
from uuid import UUID

from api.caller import Caller
from api.edge import Edge
from api.shapes.session import AcceptBody, ChangePasswordBody, SignInBody, Tokens
from domain import identifiers
from domain.access import audit, passwords, secret, sessions, sign_in, token
from domain.access.secret import Secret
from domain.access.sessions import Session
from domain.access.sign_in import Attempt
from domain.access.token import Bearer
from domain.identifiers import SESSION, TENANT, written
from domain.refusal import Refusal

NOBODYS = UUID(int=0)


def begun(edge: Edge, body: SignInBody, *, address: str, client: str) -> Tokens:
    """A session for a login and its password; the same refusal whatever does not fit."""
    tenant = tenant_of(edge, body.tenant)
    attempt = Attempt(body.login, address)
    user = proven(edge, tenant, attempt, body.password, audit.FAILED)
    fresh = secret.fresh(secret.REFRESH, tenant)
    with edge.keeping(tenant) as connection:
        session = sessions.begin(connection, user, fresh, address=address, client=client)
        subject = written(SESSION, session.id)
        audit.note(connection, audit.SIGNED_IN, user=user, subject=subject)
    return tokens(edge, tenant, session, fresh)


def tenant_of(edge: Edge, given: str | None) -> UUID:
    """The tenant that was named, or the only one. A malformed id fits no password."""
    if given is None:
        with edge.keeping(NOBODYS) as connection:
            return sign_in.only_tenant(connection)
    try:
        return identifiers.read(TENANT, given)
    except Refusal as refusal:
        raise sign_in.not_matching() from refusal


def proven(edge: Edge, tenant: UUID, attempt: Attempt, password: str, failure: str) -> UUID:
    """The user whom the password proves. An attempt counts as failed until it did not."""
    with edge.reading(tenant) as connection:
        is_there = sign_in.tenant_is_there(connection)
        found = sign_in.user_of(connection, attempt.login)
    kept = None
    if is_there:
        with edge.keeping(tenant) as connection:
            sign_in.begin(connection, attempt)
            kept = passwords.of_user(connection, found[0]) if found and found[1] else None
    if not passwords.fits(kept, password) or found is None:
        if is_there:
            facts = {"address": attempt.address}
            with edge.keeping(tenant) as connection:
                audit.note(connection, failure, user=found[0] if found else None, facts=facts)
        raise sign_in.not_matching()
    with edge.keeping(tenant) as connection:
        sign_in.succeeded(connection, attempt)
    return found[0]


def tokens(edge: Edge, tenant: UUID, session: Session, refresh: Secret | None) -> Tokens:
    """What a client is answered: a token that says when the password was given."""
    bearer = Bearer(tenant, session.user, session.id, int(session.authenticated_at.timestamp()))
    access = token.issue(
        edge.bearer_private, bearer, issued_at=int(time.time()), seconds=sessions.ACCESS_SECONDS
    )
    return Tokens(
        access_token=access,
        expires_in=sessions.ACCESS_SECONDS,
        refresh_token=refresh.text if refresh else None,
        session=written(SESSION, session.id),
        authenticated_at=session.authenticated_at,
    )


def refreshed(edge: Edge, given: str) -> Tokens:
    """The next tokens of a session. A token that comes twice ends it."""
    used = secret.read(given, secret.REFRESH)
    fresh = secret.fresh(secret.REFRESH, used.tenant)
    with edge.keeping(used.tenant) as connection:
        found = sessions.refresh(connection, used, fresh)
        if isinstance(found, Refusal) and found.code == "refresh_token_must_be_unused":
            audit.note(connection, audit.TOKEN_USED_TWICE, user=None)
    if isinstance(found, Refusal):
        raise found
    with edge.reading(used.tenant) as connection:
        sign_in.check_active(connection, found.user)
    return tokens(edge, used.tenant, found, fresh)


def stepped_up(edge: Edge, caller: Caller, password: str, *, address: str) -> Tokens:
    """A token that says that the password was given just now."""
    session = session_of(caller)
    with edge.reading(caller.tenant) as connection:
        login, _ = sign_in.names_of(connection, caller.actor.user)
    user = proven(edge, caller.tenant, Attempt(login, address), password, audit.STEP_UP_FAILED)
    with edge.keeping(caller.tenant) as connection:
        at = sessions.proven_again(connection, session)
        audit.note(connection, audit.PROVEN_AGAIN, user=user, subject=written(SESSION, session))
    return tokens(edge, caller.tenant, Session(session, user, at), None)


def session_of(caller: Caller) -> UUID:
    """The session that the caller signed in to. A key has none."""
    if caller.session is None:
        raise Refusal("session_must_be_open", "This token is of no session. Sign in.")
    return caller.session


def signed_out(edge: Edge, caller: Caller, session: UUID) -> None:
    """End one of the caller's sessions. Refuses one that is not there or not hers."""
    with edge.keeping(caller.tenant) as connection:
        sessions.check_open(connection, session, caller.actor.user)
        sessions.end(connection, session=session, because="signed_out")
        subject = written(SESSION, session)
        audit.note(connection, audit.SIGNED_OUT, user=caller.actor.user, subject=subject)


def accepted(edge: Edge, body: AcceptBody) -> None:
    """Set the first password of a login, or one in place of a forgotten one, by an invitation."""
    invitation = secret.read(body.invitation, secret.INVITATION)
    hashed = passwords.hashed(body.password)
    with edge.keeping(invitation.tenant) as connection:
        user = passwords.invited(connection, invitation)
        with edge.reading(invitation.tenant) as reader:
            sign_in.check_active(reader, user)
            login, name = sign_in.names_of(reader, user)
        passwords.check(body.password, login, name)
        passwords.keep(connection, user, hashed)
        sign_in.forgiven(connection, login)
        sessions.end_others(connection, user, kept=None)
        audit.note(connection, audit.PASSWORD_SET, user=user, facts={"by": "invitation"})


def changed(edge: Edge, caller: Caller, body: ChangePasswordBody, *, address: str) -> None:
    """Set another password; every other session of hers ends."""
    session_of(caller)
    with edge.reading(caller.tenant) as connection:
        login, name = sign_in.names_of(connection, caller.actor.user)
    user = proven(edge, caller.tenant, Attempt(login, address), body.current, audit.STEP_UP_FAILED)
    passwords.check(body.password, login, name)
    hashed = passwords.hashed(body.password)
    with edge.keeping(caller.tenant) as connection:
        passwords.keep(connection, user, hashed)
        sessions.end_others(connection, user, kept=caller.session)
        audit.note(connection, audit.PASSWORD_SET, user=user, facts={"by": "password"})
