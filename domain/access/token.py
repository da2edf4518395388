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
from domain.canonical import written
from domain.refusal import Refusal

ALGORITHM = "Ed25519"
AUDIENCE = "kontor-api"


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who calls: the tenant and the user that the token was issued for."""

    tenant: UUID
    user: UUID


@dataclass(frozen=True, slots=True)
class Assertion:
    """What the API saw: who, in which tenant, did what to what, and the content's digest."""

    tenant: UUID
    user: UUID
    action: str
    subject: str
    digest: str


def issue(private_key: bytes, bearer: Bearer, *, issued_at: int, seconds: int) -> str:
    """A bearer token that expires `seconds` after `issued_at` (Unix time)."""
    claims = {
        "aud": AUDIENCE,
        "sub": identifiers.written(identifiers.USER, bearer.user),
        "tenant": identifiers.written(identifiers.TENANT, bearer.tenant),
        "iat": issued_at,
        "exp": issued_at + seconds,
    }
    return jwt.encode({"alg": ALGORITHM}, claims, OKPKey.import_key(private_key), [ALGORITHM])


def read(public_key: OKPKey, token: str, *, now: int) -> Bearer:
    """The caller behind a bearer token. Refuses one that is not ours or has expired."""
    try:
        claims = jwt.decode(token, public_key, [ALGORITHM]).claims
        tenant = identifiers.read(identifiers.TENANT, str(claims.get("tenant")))
        user = identifiers.read(identifiers.USER, str(claims.get("sub")))
        expires = int(claims["exp"])
    except (JoseError, ValueError, KeyError, TypeError, Refusal) as fault:
        raise Refusal(
            "token_must_be_valid", "The token is not one of ours. Sign in again."
        ) from fault
    if claims.get("aud") != AUDIENCE:
        raise Refusal("token_must_be_valid", "The token was issued for another service.")
    if expires <= now:
        raise Refusal("token_must_not_be_expired", "The token has expired. Sign in again.")
    return Bearer(tenant, user)


def sign(private_key: OKPKey, assertion: Assertion) -> str:
    """The assertion as a compact signature over its canonical text."""
    return jws.serialize_compact(
        {"alg": ALGORITHM}, written(assertion).encode(), private_key, [ALGORITHM]
    )


def check(public_key: OKPKey, signed: str, expected: Assertion) -> None:
    """Refuse anything but the API's signature over exactly this."""
    try:
        payload: Any = jws.deserialize_compact(signed, public_key, [ALGORITHM]).payload
    except (JoseError, ValueError) as fault:
        raise Refusal(
            "actor_must_be_signed",
            "The instruction carries no signature of the API. Send it through the API.",
        ) from fault
    if payload != written(expected).encode():
        raise Refusal(
            "actor_must_be_signed",
            "The API signed something else than this instruction. Send it through the API.",
        )
