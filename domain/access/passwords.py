"""Passwords: which are taken (NIST SP 800-63B-4, section 3.1.1.2), and how one is kept."""

import hashlib
import re
import threading
import unicodedata
from functools import cache
from typing import Final
from uuid import UUID

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, text

from domain.access.common_passwords import COMMON
from domain.access.secret import Secret
from domain.refusal import Refusal

# A password is the only factor, so it has 15 characters at least; nothing is said of their kind.
SHORTEST: Final = 15
LONGEST: Final = 256
SERVICE = "kontor"
# One part again and again: `abcabcabcabcabc`.
REPEATED = re.compile(r"(.{1,7})\1+.{0,6}", re.DOTALL)
# OWASP's floor for Argon2id: 19 MiB, two passes, one lane; 30 ms.
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, type=Type.ID)
# So many at once: a burst of sign-ins takes neither every core nor all memory.
AT_ONCE = threading.BoundedSemaphore(2)

KEEP = text("""
    INSERT INTO passwords (tenant_id, user_id, hash)
    VALUES ((SELECT current_tenant()), :user, :hash)
    ON CONFLICT (tenant_id, user_id) DO UPDATE SET hash = excluded.hash, set_at = now()
""")
FIND = text(
    "SELECT hash FROM passwords WHERE tenant_id = (SELECT current_tenant()) AND user_id = :user"
)
USE_INVITATION = text("""
    UPDATE invitations SET used_at = now()
    WHERE tenant_id = (SELECT current_tenant()) AND hash = :hash
      AND used_at IS NULL AND expires_at > now()
    RETURNING user_id
""")


def check(password: str, *names: str) -> None:
    """Refuse a password that is too short, or among the first that anybody would try.

    `names` are the login and the name of whose it is.
    """
    given = normal(password)
    if len(given) < SHORTEST:
        raise Refusal(
            "password_must_be_long_enough",
            f"The password has {len(given)} characters. Use at least {SHORTEST}; a few words do.",
        )
    if len(given) > LONGEST:
        raise Refusal(
            "password_must_not_be_too_long",
            f"The password has {len(given)} characters. Use at most {LONGEST}.",
        )
    plain = given.casefold()
    if plain in COMMON or REPEATED.fullmatch(plain) or is_named(plain, *names):
        raise Refusal(
            "password_must_not_be_common",
            "This password is among the first that others would try. Use a few words that have "
            "nothing to do with each other.",
        )


def is_named(password: str, *names: str) -> bool:
    """Whether little is left of it without the names that anybody knows."""
    left = password
    for name in (SERVICE, *names, *(part for each in names for part in each.split())):
        left = left.replace(name.casefold(), "")
    return len(left) < SHORTEST // 2


def normal(password: str) -> str:
    """The same text however a keyboard composes it (NFKC); each code point counts as one."""
    return unicodedata.normalize("NFKC", password)


def hashed(password: str) -> str:
    """What is kept of a password: Argon2id with a salt of its own."""
    with AT_ONCE:
        return HASHER.hash(normal(password))


def hashed_alike(secret: Secret) -> str:
    """The same of a secret that we made, alike each time: a call that is repeated says the same.

    Its 256 random bits are salt enough; nobody else's password has this one.
    """
    salt = hashlib.sha256(b"salt\x00" + secret.hash).digest()[:16]
    with AT_ONCE:
        return HASHER.hash(normal(secret.text), salt=salt)


@cache
def nobodys() -> str:
    """A hash that no password fits, to take as long for a login that is not there."""
    return hashed("nobody signs in with this one")


def fits(kept: str | None, password: str) -> bool:
    """Whether the password is the one that was kept. Takes as long when none was."""
    try:
        with AT_ONCE:
            return HASHER.verify(kept or nobodys(), normal(password)) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def of_user(connection: Connection, user: UUID) -> str | None:
    """The hash of a user's password; None when she never set one."""
    found: str | None = connection.execute(FIND, {"user": user}).scalar_one_or_none()
    return found


def keep(connection: Connection, user: UUID, hash: str) -> None:
    """Keep the hash in place of the one before."""
    connection.execute(KEEP, {"user": user, "hash": hash})


def invited(connection: Connection, invitation: Secret) -> UUID:
    """The user whom an invitation is for; used up with this. Refuses a used or expired one."""
    user: UUID | None = connection.execute(
        USE_INVITATION, {"hash": invitation.hash}
    ).scalar_one_or_none()
    if user is None:
        raise Refusal(
            "invitation_must_be_open",
            "The invitation was used or has expired. Ask an administrator for another.",
        )
    return user
