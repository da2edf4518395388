"""Ids: a prefix that says what it is, and a UUIDv7 that sorts by time.

On the wire `prc_01jd3v8t...`; in the database a plain uuid. The text is Crockford's base 32.
"""

import os
import time
from hashlib import sha256
from uuid import UUID

from domain.refusal import Refusal

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
VALUES = {letter: value for value, letter in enumerate(ALPHABET)}
LENGTH = 26
LOWER = (1 << 60) - 1

TENANT = "tnt"
COMPANY = "cmp"
PERSON = "per"
USER = "usr"
PARTY = "pty"
PROCESS = "prc"
DOCUMENT = "doc"
TASK = "tsk"
EXCEPTION = "exc"
ENTRY = "jrn"
HOLD = "hld"
PERIOD = "prd"
COMMENT = "cmt"
ATTACHMENT = "att"
UPLOAD = "upl"
EVIDENCE = "evd"
EVENT = "evt"
SELECTION = "sel"
DELEGATION = "dlg"
SESSION = "ses"
API_KEY = "key"
AUDIT = "aud"
NOTIFICATION = "ntf"


def new_uuid() -> UUID:
    """A UUIDv7 (RFC 9562, section 5.7): milliseconds, then random bits."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


def written(prefix: str, value: UUID) -> str:
    """`prc_` and 26 letters. Lists have many ids, so it is written out, in two halves."""
    upper, lower = value.int >> 60, value.int & LOWER
    return (
        f"{prefix}_{PAIRS[upper >> 60]}{PAIRS[upper >> 50 & 1023]}{PAIRS[upper >> 40 & 1023]}"
        f"{PAIRS[upper >> 30 & 1023]}{PAIRS[upper >> 20 & 1023]}{PAIRS[upper >> 10 & 1023]}"
        f"{PAIRS[upper & 1023]}{PAIRS[lower >> 50]}{PAIRS[lower >> 40 & 1023]}"
        f"{PAIRS[lower >> 30 & 1023]}{PAIRS[lower >> 20 & 1023]}{PAIRS[lower >> 10 & 1023]}"
        f"{PAIRS[lower & 1023]}"
    )


def workflow_id(tenant: UUID, process_type: str, key: str) -> str:
    """How the engine knows a process: short, the same for the same key, nothing personal in it."""
    return f"{written(TENANT, tenant)}/{process_type}/{sha256(key.encode()).hexdigest()[:20]}"


def read(prefix: str, text: str) -> UUID:
    """The uuid behind an id. Refuses another prefix or letters that are none of ours."""
    head, _, body = text.partition("_")
    well_formed = head == prefix and len(body) == LENGTH and all(c in VALUES for c in body)
    number = 0
    for letter in body if well_formed else "":
        number = number << 5 | VALUES[letter]
    if not well_formed or number >> 128:
        raise Refusal(
            "id_must_be_well_formed", f"{text!r} is not an id that starts with {prefix}_."
        )
    return UUID(int=number)
