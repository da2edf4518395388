"""The application: routes, the guard before them, and the description of both."""

from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api import reporting
from api.documentation import problem_schema
from api.edge import Edge
from api.guard import VERSION, Guard
from api.problems import FieldProblem, Problem, answer, from_fault, request_id_of
from api.routes import (
    api_keys,
    audit,
    codec,
    comments,
    definitions,
    delegations,
    discovery,
    documents,
    exceptions,
    holds,
    ledger,
    ledger_requests,
    masters,
    migrations,
    notifications,
    people,
    processes,
    rates,
    reports,
    sandbox,
    selections,
    sessions,
    system,
    tasks,
)
from domain.refusal import Refusal

ROUTERS = (
    discovery.router,
    # Before the processes: there a path may end in anything.
    selections.router,
    migrations.router,
    comments.router,
    documents.router,
    processes.router,
    tasks.router,
    notifications.router,
    delegations.router,
    definitions.router,
    exceptions.router,
    ledger.router,
    ledger_requests.router,
    masters.router,
    holds.router,
    rates.router,
    reports.router,
    sandbox.router,
    sessions.router,
    people.router,
    api_keys.router,
    audit.router,
    system.health,
    system.router,
)
SUMMARY = "Every business process a durable workflow, every decision a second pair of eyes."


def create_app(edge: Edge) -> FastAPI:
    """The API over what the edge holds. The codec server is mounted when it names an origin."""
    app = FastAPI(
        title="Kontor",
        version=VERSION,
        summary=SUMMARY,
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.edge = edge
    reporting.reports()
    for router in ROUTERS:
        app.include_router(router, prefix="/v1")
    app.include_router(system.health, include_in_schema=False)
    if edge.codec_origin is not None:
        app.include_router(codec.router)
        app.include_router(codec.router, prefix="/v1")
    for kind in (Refusal, Problem, HTTPException):
        app.add_exception_handler(kind, refused)
    app.add_exception_handler(RequestValidationError, misread)
    app.add_middleware(Guard)
    app.openapi = lambda: described(app)  # type: ignore[method-assign]
    return app


async def refused(request: Request, fault: Exception) -> Response:
    """A rule said no, or there is no such route."""
    request_id = request_id_of(request)
    return answer(from_fault(fault, request_id), request_id)


async def misread(request: Request, fault: Exception) -> Response:
    """A query or path that cannot be read."""
    assert isinstance(fault, RequestValidationError)
    errors = [
        FieldProblem(".".join(map(str, e["loc"][1:])), "value_must_match_schema", f"{e['msg']}.")
        for e in fault.errors()
    ]
    detail = " ".join(f"{error.pointer}: {error.detail}" for error in errors)
    problem = Problem("request_must_be_well_formed", detail, errors=errors)
    return answer(problem, request_id_of(request))


def described(app: FastAPI) -> dict[str, Any]:
    """OpenAPI 3.1 with our problems in place of the framework's."""
    if app.openapi_schema is None:
        schema = FastAPI.openapi(app)
        components = schema.setdefault("components", {})
        schemas = components.setdefault("schemas", {})
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        schemas["Problem"] = problem_schema()
        components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
        schema["security"] = [{"bearer": []}]
        for operation in operations(schema):
            forget_validation(operation)
        app.openapi_schema = schema
    return app.openapi_schema


def operations(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Every operation of every path."""
    return [operation for path in schema["paths"].values() for operation in path.values()]


def forget_validation(operation: dict[str, Any]) -> None:
    """Take out the 422 that the framework adds: ours are problems, and queries are 400."""
    content = operation["responses"].get("422", {}).get("content", {})
    if "HTTPValidationError" in str(content.get("application/json", "")):
        del operation["responses"]["422"]
