"""What the API says when it says no: problem+json (RFC 9457) for everything, made here alone."""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from fastapi import Request, Response
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from temporalio.service import RPCError

from api.codes import is_retryable, status_of, title_of
from domain.definitions.faults_of_input import InputErrors
from domain.refusal import Refusal
from workflows.instructions import NotAnswered

MEDIA_TYPE = "application/problem+json"
PATH_OF_CODES = "/v1/errors"
LOG = logging.getLogger("kontor.api")
RETRY_AFTER_SECONDS = {"idempotency_in_progress": 1}
BY_STATUS = {404: "route_must_exist", 405: "method_must_be_allowed"}
WHO = ("person", "action", "at", "role", "can")


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing that is wrong, by JSON pointer (RFC 6901) into the body, or a query's name."""

    pointer: str
    code: str
    detail: str
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NextAction:
    """A way on that the caller may take."""

    rel: str
    method: str
    href: str
    body: Mapping[str, Any] | None = None


@dataclass(eq=False)
class Problem(Exception):
    """A refused request. `detail` says what is wrong and what to do.

    Not frozen: Python writes the traceback into an exception that is raised.
    """

    code: str
    detail: str
    status: int = 0
    errors: Sequence[FieldProblem] = ()
    next_actions: Sequence[NextAction] = ()
    process: str | None = None
    who: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)


def not_found(noun: str) -> Problem:
    """The same words for an id that never was, is malformed or belongs to another tenant."""
    return Problem(f"{noun}_must_exist", f"There is no such {noun.replace('_', ' ')}.", 404)


@contextmanager
def addressed(noun: str) -> Iterator[None]:
    """Inside, what is looked up is what the path addresses: a missing one is 404."""
    try:
        yield
    except Refusal as refusal:
        if refusal.code in (f"{noun}_must_exist", "id_must_be_well_formed"):
            raise not_found(noun) from refusal
        raise


def body(problem: Problem, request_id: str) -> dict[str, Any]:
    """The members of the problem, in the contract's order; empty ones are left out."""
    retry_after = seconds_to_wait(problem.code)
    members: dict[str, Any] = {
        "type": f"{PATH_OF_CODES}#{problem.code}",
        "title": title_of(problem.code),
        "status": problem.status or status_of(problem.code),
        "detail": problem.detail,
        "code": problem.code,
        "request_id": request_id,
        "retryable": is_retryable(problem.code),
        "retry_after": retry_after,
        "errors": [without_nothing(asdict(error)) for error in problem.errors] or None,
        "next_actions": [without_nothing(asdict(a)) for a in problem.next_actions] or None,
        "process": problem.process,
        "who": problem.who,
        **problem.more,
    }
    return without_nothing(members)


def without_nothing(members: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is None or an empty tuple."""
    return {name: value for name, value in members.items() if value is not None and value != ()}


def seconds_to_wait(code: str) -> int | None:
    """How long to wait before the same request, when that makes sense."""
    return RETRY_AFTER_SECONDS.get(code, 2) if is_retryable(code) else None


def answer(problem: Problem, request_id: str) -> Response:
    """The problem over HTTP."""
    content = body(problem, request_id)
    headers = dict(problem.headers)
    if "retry_after" in content:
        headers["Retry-After"] = str(content["retry_after"])
    if content["status"] == 401:
        headers["WWW-Authenticate"] = f'Bearer realm="kontor", error="{problem.code}"'
    text = json.dumps(content, ensure_ascii=False)
    return Response(text, content["status"], headers, media_type=MEDIA_TYPE)


def from_refusal(refusal: Refusal) -> Problem:
    """A rule's no, with what it names."""
    errors: Sequence[FieldProblem] = ()
    if isinstance(refusal, InputErrors):
        errors = [
            FieldProblem(f"/input{e.pointer}", e.code, e.detail, e.allowed) for e in refusal.errors
        ]
    facts = dict(refusal.facts)
    who = {name: facts.pop(name) for name in WHO if name in facts}
    return Problem(
        refusal.code, refusal.message, errors=errors, who=who or None, more={"facts": facts or None}
    )


def from_fault(fault: Exception, request_id: str) -> Problem:
    """What broke: a server that is away is 503, anything else 500 without internals."""
    match fault:
        case Problem():
            return fault
        case Refusal():
            return from_refusal(fault)
        case HTTPException():
            return from_http(fault)
        case OperationalError() | InterfaceError() | PoolTimeout():
            LOG.warning("%s: the database did not answer: %s", request_id, fault)
            return Problem("database_must_answer", "The database does not answer. Try again soon.")
        case RPCError() | RuntimeError() if "emporal" in str(type(fault)) or is_engine(fault):
            LOG.warning("%s: the engine did not answer: %s", request_id, fault)
            return Problem("engine_must_answer", "The engine does not answer. Try again soon.")
        case NotAnswered():
            return Problem(
                "worker_must_answer",
                "No worker answered in time. Send the same request with the same key again.",
            )
    LOG.error("%s: unhandled", request_id, exc_info=fault)
    return Problem(
        "internal_fault", f"Something broke here. It is logged as {request_id}; tell the operator."
    )


def is_engine(fault: Exception) -> bool:
    """Whether the engine could not be reached: the client says so in words of its own."""
    return isinstance(fault, RPCError) or "Server connection" in str(fault)


def from_http(fault: HTTPException) -> Problem:
    """What the router refused."""
    code = BY_STATUS.get(fault.status_code, "request_must_be_well_formed")
    detail = {
        404: "There is nothing at this path.",
        405: "This path does not take this method.",
    }.get(fault.status_code, str(fault.detail))
    return Problem(code, detail, fault.status_code, headers=fault.headers or {})


def request_id_of(request: Request) -> str:
    """The id that the guard gave this request."""
    return str(request.scope.get("state", {}).get("request_id", ""))
