"""Who signed in on this machine: one file that only its owner reads, with the token to refresh by.

A refresh token works once, so whoever refreshes holds the file's lock: of two commands at once the
second finds what the first got.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from api.cli.client import Client, Problem

# A token that ends while its request is on the way would be refused.
MARGIN_SECONDS: Final = 10


class SessionOver(Exception):
    """The API knows the session no more."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session: at which API, of which login, and its tokens. `expires_at` is in epoch seconds."""

    api: str
    login: str
    access_token: str
    expires_at: float
    refresh_token: str


def file() -> Path:
    """Where it is kept: under XDG_CONFIG_HOME, or ~/.config."""
    configured = os.environ.get("XDG_CONFIG_HOME")
    return Path(configured or Path.home() / ".config") / "kontor" / "session.json"


def of(api: str, login: str, tokens: Mapping[str, Any]) -> SignedIn:
    """What the API answered to a sign-in."""
    return SignedIn(
        api.rstrip("/"), login, tokens["access_token"], time.time() + tokens["expires_in"],
        tokens["refresh_token"],
    )  # fmt: skip


def read() -> SignedIn | None:
    """Who is signed in; None when nobody is."""
    try:
        return SignedIn(**json.loads(file().read_text()))
    except (OSError, ValueError, TypeError):
        return None


def keep(found: SignedIn) -> None:
    """Write it down for its owner alone, whole or not at all."""
    place = file()
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = place.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump(asdict(found), out)
    fresh.replace(place)


def forget() -> None:
    """Nobody is signed in any more."""
    with suppress(FileNotFoundError):
        file().unlink()


def renew(api: str, tokens: Mapping[str, Any]) -> None:
    """Keep newer tokens of the same session."""
    with locked():
        found = read()
        assert found is not None, f"nobody is signed in at {api}"
        keep(renewed(found, tokens))


def renewed(found: SignedIn, tokens: Mapping[str, Any]) -> SignedIn:
    """The session with the tokens of an answer; to prove oneself again gives no refresh token."""
    fresh = of(found.api, found.login, {**tokens, "refresh_token": ""})
    return replace(fresh, refresh_token=tokens.get("refresh_token") or found.refresh_token)


def bearer(api: str) -> str:
    """The token for a call, refreshed when it is over. Raises SessionOver, and forgets it then."""
    with locked():
        found = read()
        if found is None or found.api != api.rstrip("/"):
            raise SessionOver
        if time.time() < found.expires_at - MARGIN_SECONDS:
            return found.access_token
        try:
            given = {"refresh_token": found.refresh_token}
            tokens = Client(found.api, "").post("/v1/sessions/refresh", given).body
        except Problem as problem:
            if problem.status != 401:
                raise
            forget()
            raise SessionOver from problem
        fresh = renewed(found, tokens)
        keep(fresh)
        return fresh.access_token


@contextmanager
def locked() -> Iterator[None]:
    """One command at a time."""
    place = file().with_suffix(".lock")
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with place.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
