"""Secrets that are handed out once: keys of machines, refresh tokens, invitations.

Each says its kind (so that scanners find a leaked one) and its tenant; the rest is 256 random bits.
We keep the SHA-256: what cannot be guessed needs no slow hash.
"""

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from domain import identifiers
from domain.identifiers import TENANT
from domain.refusal import Refusal

TEST_KEY: Final = "sk_test"
LIVE_KEY: Final = "sk_live"
REFRESH: Final = "rt"
INVITATION: Final = "inv"
# A password that we make; it is typed as one, never shown as a token.
PASSWORD: Final = "pw"
KINDS = (TEST_KEY, LIVE_KEY, REFRESH, INVITATION)
FORM = re.compile(rf"({'|'.join(KINDS)})_([0-9a-z]{{26}})_([A-Za-z0-9_-]{{43}})")


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret as it is handed out, and what it says of itself."""

    text: str
    kind: str
    tenant: UUID

    @property
    def hash(self) -> bytes:
        """What is kept of it."""
        return hashlib.sha256(self.text.encode()).digest()


def fresh(kind: str, tenant: UUID) -> Secret:
    """A secret that nobody has seen."""
    return made(kind, tenant, secrets.token_bytes(32))


def derived(kind: str, tenant: UUID, *, key: bytes, label: str) -> Secret:
    """The secret of one call: whoever repeats the call gets the same, nobody can compute it."""
    said = f"{kind}\x00{tenant.hex}\x00{label}".encode()
    return made(kind, tenant, hmac.digest(key, said, "sha256"))


def made(kind: str, tenant: UUID, random: bytes) -> Secret:
    """A secret of these bits."""
    whose = identifiers.written(TENANT, tenant).removeprefix(f"{TENANT}_")
    letters = base64.urlsafe_b64encode(random).decode().rstrip("=")
    return Secret(f"{kind}_{whose}_{letters}", kind, tenant)


def read(text: str, *kinds: str) -> Secret:
    """A secret that somebody shows. Refuses what is none: `token_must_be_valid`."""
    found = FORM.fullmatch(text)
    if found is None or found[1] not in kinds:
        raise Refusal("token_must_be_valid", "The token is not one of ours. Sign in again.")
    try:
        tenant = identifiers.read(TENANT, f"{TENANT}_{found[2]}")
    except Refusal as refusal:
        raise Refusal("token_must_be_valid", "The token is not one of ours.") from refusal
    return Secret(text, found[1], tenant)
