"""What a bearer shows: a session's token or a machine's key; and whether it holds now."""

import time
from dataclasses import dataclass
from uuid import UUID

from api.edge import Edge
from domain.access import api_keys, secret, sessions, token
from domain.access.token import NO_MEANS, Means


@dataclass(frozen=True, slots=True)
class Shown:
    """Who is behind what was shown, and by what means she acts."""

    tenant: UUID
    user: UUID
    session: UUID | None = None
    means: Means = NO_MEANS


def shown(edge: Edge, given: str) -> Shown:
    """Who shows it. Refuses what is none of ours, has expired or was put out of use."""
    if given.startswith((secret.TEST_KEY, secret.LIVE_KEY)):
        return of_key(edge, given)
    now = int(time.time())
    bearer = token.read(edge.bearer_key, given, now=now)
    if bearer.session is not None:
        with edge.keeping(bearer.tenant) as connection:
            sessions.check_open(connection, bearer.session, bearer.user)
    # Never below zero: the database's clock may be ahead of ours.
    proven = bearer.authenticated_at
    means = Means(password_age=max(0, now - proven)) if proven is not None else NO_MEANS
    return Shown(bearer.tenant, bearer.user, bearer.session, means)


def of_key(edge: Edge, given: str) -> Shown:
    """The user for whom a key acts. That it still holds is looked at with her rights."""
    key = secret.read(given, secret.TEST_KEY, secret.LIVE_KEY)
    with edge.keeping(key.tenant) as connection:
        user, id = api_keys.used(connection, key)
    return Shown(key.tenant, user, means=Means(key=id))
