"""What OpenAPI says beyond the handlers' signatures: bodies, and the problems of each route."""

from typing import Any

from pydantic import BaseModel

from api.codes import CODES, title_of

PROBLEM = {"$ref": "#/components/schemas/Problem"}
MEDIA_TYPE = "application/problem+json"


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The answers of a route that are problems, each status with the codes it may carry."""
    return {status: problem(status) for status in (*statuses, 500)}


def problem(status: int) -> dict[str, Any]:
    """One status."""
    codes = ", ".join(f"`{code}`" for code, known in CODES.items() if known.status == status)
    return {
        "description": f"One of {codes}.",
        "content": {MEDIA_TYPE: {"schema": PROBLEM}},
    }


def header(name: str, description: str) -> dict[str, Any]:
    """A header that is compulsory unless it is a dry run."""
    schema = {"type": "string"}
    return {"name": name, "in": "header", "description": description, "schema": schema}


KEY = header("Idempotency-Key", "A fresh text of 1 to 255 letters. Compulsory unless dry_run.")
SEEN = header(
    "If-Match", "What was looked at: a task's subject_hash, a proposal's hash. Compulsory."
)
PREFER = header("Prefer", "`wait=N`: hold the answer up to N (at most 10) seconds.")
DRY_RUN = {
    "name": "dry_run",
    "in": "query",
    "description": "Say what would follow and store nothing.",
    "schema": {"type": "boolean", "default": False},
}


def accepts(shape: type[BaseModel], *more: dict[str, Any]) -> dict[str, Any]:
    """The body and headers of a route that reads them by itself, for `openapi_extra`."""
    found = takes(shape)
    found["openapi_extra"]["parameters"] = [KEY, DRY_RUN, *more]
    return found


def takes(shape: type[BaseModel]) -> dict[str, Any]:
    """The body alone, of a route that needs no key: what it does twice is done twice."""
    schema = inlined(shape.model_json_schema())
    content = {"application/json": {"schema": schema}}
    required = bool(schema.get("required"))
    return {"openapi_extra": {"requestBody": {"required": required, "content": content}}}


def inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema that stands by itself: what it calls by name is put in its place."""
    named = schema.get("$defs", {})

    def whole(part: Any) -> Any:
        if isinstance(part, list):
            return [whole(each) for each in part]
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            return whole(named[part["$ref"].rpartition("/")[2]])
        return {name: whole(each) for name, each in part.items() if name != "$defs"}

    found: dict[str, Any] = whole(schema)
    return found


def problem_schema() -> dict[str, Any]:
    """RFC 9457 with our members; every code that there is."""
    text = {"type": "string"}
    return {
        "type": "object",
        "description": "Why a request was refused (RFC 9457). Decide by `code`, never by `title`.",
        "properties": {
            "type": {**text, "format": "uri-reference"},
            "title": text,
            "status": {"type": "integer"},
            "detail": text,
            "code": {**text, "enum": list(CODES)},
            "request_id": text,
            "retryable": {"type": "boolean"},
            "retry_after": {"type": "integer"},
            "errors": {"type": "array", "items": field_schema()},
            "next_actions": {"type": "array", "items": action_schema()},
            "process": text,
            "who": {"type": "object"},
        },
        "required": ["type", "title", "status", "detail", "code", "request_id", "retryable"],
    }


def field_schema() -> dict[str, Any]:
    """One of `errors`."""
    text = {"type": "string"}
    allowed = {"type": "array", "items": text}
    properties = {"pointer": text, "code": text, "detail": text, "allowed": allowed}
    return {"type": "object", "properties": properties, "required": ["pointer", "code", "detail"]}


def action_schema() -> dict[str, Any]:
    """One of `next_actions`."""
    text = {"type": "string"}
    properties = {"rel": text, "method": text, "href": text, "body": {"type": "object"}}
    return {"type": "object", "properties": properties, "required": ["rel", "method", "href"]}


def catalogue() -> list[dict[str, Any]]:
    """Every code with its status, title and cure."""
    return [
        {"code": code, "status": known.status, "title": title_of(code), "cure": known.cure}
        for code, known in sorted(CODES.items())
    ]
