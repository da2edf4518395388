"""Signed statements: the bearer token of a caller, and the actor assertion that the API adds.

The first says who calls the API. The second says that the API saw her ask for exactly this, so an
instruction that reaches a process past the API is refused.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from domain import identifiers
from domain.canonical import plain, written
from domain.refusal import Refusal

ALGORITHM = "Ed25519"
AUDIENCE = "kontor-api"


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who calls: the tenant and the user that the token was issued for.

    A token of a session names it, and when its owner gave her password (Unix time).
    """

    tenant: UUID
    user: UUID
    session: UUID | None = None
    authenticated_at: int | None = None


@dataclass(frozen=True, slots=True)
class Assertion:
    """What the API saw: who, in which tenant, did what to what, and the content's digest."""

    tenant: UUID
    user: UUID
    action: str
    subject: str
    digest: str


@dataclass(frozen=True, slots=True)
class Means:
    """By what means a person acts: a key of hers, or how long before she gave her password.

    What it does not say is left out of what is signed, as it was before there were means.
    """

    password_age: int | None = None
    key: UUID | None = None


NO_MEANS = Means()


def issue(private_key: bytes, bearer: Bearer, *, issued_at: int, seconds: int) -> str:
    """A bearer token that expires `seconds` after `issued_at` (Unix time)."""
    claims: dict[str, str | int] = {
        "aud": AUDIENCE,
        "sub": identifiers.written(identifiers.USER, bearer.user),
        "tenant": identifiers.written(identifiers.TENANT, bearer.tenant),
        "iat": issued_at,
        "exp": issued_at + seconds,
    }
    if bearer.session is not None:
        claims["sid"] = identifiers.written(identifiers.SESSION, bearer.session)
    if bearer.authenticated_at is not None:
        claims["auth_time"] = bearer.authenticated_at
    return jwt.encode({"alg": ALGORITHM}, claims, OKPKey.import_key(private_key), [ALGORITHM])


def read(public_key: OKPKey, token: str, *, now: int) -> Bearer:
    """The caller behind a bearer token. Refuses one that is not ours or has expired."""
    try:
        claims = jwt.decode(token, public_key, [ALGORITHM]).claims
        tenant = identifiers.read(identifiers.TENANT, str(claims.get("tenant")))
        user = identifiers.read(identifiers.USER, str(claims.get("sub")))
        expires = int(claims["exp"])
        session = claims.get("sid") and identifiers.read(identifiers.SESSION, str(claims["sid"]))
        proven = claims.get("auth_time") and int(claims["auth_time"])
    except (JoseError, ValueError, KeyError, TypeError, Refusal) as fault:
        raise Refusal(
            "token_must_be_valid", "The token is not one of ours. Sign in again."
        ) from fault
    if claims.get("aud") != AUDIENCE:
        raise Refusal("token_must_be_valid", "The token was issued for another service.")
    if expires <= now:
        raise Refusal("token_must_not_be_expired", "The token has expired. Sign in again.")
    return Bearer(tenant, user, session or None, proven)


def said(assertion: Assertion, means: Means) -> bytes:
    """The canonical text of an assertion."""
    by = {name: value for name, value in plain(means).items() if value is not None}
    return written({**plain(assertion), **by}).encode()


def sign(private_key: OKPKey, assertion: Assertion, means: Means = NO_MEANS) -> str:
    """The assertion as a compact signature over its canonical text."""
    return jws.serialize_compact(
        {"alg": ALGORITHM}, said(assertion, means), private_key, [ALGORITHM]
    )


def check(public_key: OKPKey, signed: str, expected: Assertion, means: Means = NO_MEANS) -> None:
    """Refuse anything but the API's signature over exactly this."""
    try:
        payload: Any = jws.deserialize_compact(signed, public_key, [ALGORITHM]).payload
    except (JoseError, ValueError) as fault:
        raise Refusal(
            "actor_must_be_signed",
            "The instruction carries no signature of the API. Send it through the API.",
        ) from fault
    if payload != said(expected, means):
        raise Refusal(
            "actor_must_be_signed",
            "The API signed something else than this instruction. Send it through the API.",
        )
