"""Secrets that are made here and handed out once: in the answer to the call that asked."""

import json
from typing import Any

from fastapi import Request, Response

from api.caller import Caller
from api.edge import Edge
from api.once import key_of
from api.trial import is_trial
from domain.access import secret
from domain.access.secret import Secret


def secret_of(edge: Edge, caller: Caller, request: Request, kind: str) -> Secret:
    """The secret of this call. It follows from the Idempotency-Key, so that a call that broke off
    and is repeated asks for the same; nobody else can compute it, and it is kept nowhere."""
    key = "" if is_trial(request) else key_of(request)
    label = f"{caller.actor.user.hex}/{key}"
    return secret.derived(kind, caller.tenant, key=edge.secret, label=label)


def with_secret(answer: Response, name: str, made: Secret) -> Response:
    """The answer with the secret beside; not when it is a trial, or repeats an earlier answer."""
    if answer.status_code != 202 or "idempotent-replayed" in answer.headers:
        return answer
    return with_parts(answer, **{name: made.text})


def with_parts(answer: Response, **parts: Any) -> Response:
    """The answer with more beside what it says, which is kept nowhere."""
    body = json.loads(bytes(answer.body))
    headers = {k: v for k, v in answer.headers.items() if k.lower() != "content-length"}
    return Response(json.dumps({**body, **parts}, ensure_ascii=False), 202, headers)
