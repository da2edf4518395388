"""What every partner over HTTP has in common: how it is called, and when its no is definite."""

import ssl
from contextlib import suppress
from functools import cache
from http import HTTPStatus
from typing import Annotated

import httpx2
from pydantic import BaseModel, StringConstraints, ValidationError

CONNECT_SECONDS = 2.0
READ_SECONDS = 5.0
# These say "not now", not "no": what was asked under this key may be under way or be done yet.
NOT_NOW = {
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.CONFLICT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
}

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class Problem(BaseModel):
    """A partner's no to the request itself, with its own code and sentence."""

    code: Code
    detail: Sentence


@cache
def authorities() -> ssl.SSLContext:
    """Whom we believe who a partner is; reading the list takes 80 ms of processor."""
    return httpx2.create_ssl_context(trust_env=False)


def client(timeout: float) -> httpx2.Client:
    """Connections to a partner: no redirect is followed, no proxy taken from the environment."""
    return httpx2.Client(
        timeout=httpx2.Timeout(timeout, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS),
        follow_redirects=False,
        trust_env=False,
        verify=authorities(),
    )


def problem(response: httpx2.Response) -> Problem | None:
    """The partner's own words; None when there are none."""
    with suppress(ValidationError):
        return Problem.model_validate_json(response.content)
    return None


def definite_no(response: httpx2.Response) -> Problem | None:
    """A 4xx in the partner's own words is a definite no; one without may come from a proxy."""
    if response.is_client_error and response.status_code not in NOT_NOW:
        return problem(response)
    return None


def told(fault: Exception) -> str:
    """What went wrong on the way."""
    return str(fault) or type(fault).__name__
