"""Answers that are not a payment: problem+json (RFC 9457), or no answer at all."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response


class Problem(Exception):
    """A definite or indefinite no to the request itself."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail


class ConnectionDropped(Exception):
    """Nobody gets an answer to this request."""


def answer_problems(app: FastAPI) -> None:
    """Translate these exceptions at the edge of `app`."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(ConnectionDropped, _drop)


def _problem(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    body = {
        "type": "about:blank",
        "title": problem.code.replace("_", " ").capitalize(),
        "status": problem.status,
        "code": problem.code,
        "detail": problem.detail,
    }
    return JSONResponse(body, status_code=problem.status, media_type="application/problem+json")


def _malformed(request: Request, malformed: Exception) -> Response:
    assert isinstance(malformed, RequestValidationError)
    places = [
        f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}"
        for error in malformed.errors()
    ]
    return _problem(request, Problem(400, "request_malformed", "; ".join(places)))


async def _drop(request: Request, dropped: Exception) -> Response:
    """Abort the connection, which `__main__` leaves in the request's state."""
    request.state.transport.abort()
    return Response()
