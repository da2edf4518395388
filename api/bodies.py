"""Reading a request's body: JSON, then its schema; and the reading of ids and switches."""

import json
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from api.problems import FieldProblem, Problem, not_found
from domain import identifiers
from domain.definitions.faults_of_input import pointer
from domain.refusal import Refusal

Shape = TypeVar("Shape", bound=BaseModel)
CODES = {"missing": "field_missing", "extra_forbidden": "field_unknown"}
NOUNS = {
    identifiers.PROCESS: "process",
    identifiers.TASK: "task",
    identifiers.EXCEPTION: "exception",
    identifiers.ENTRY: "entry",
    identifiers.HOLD: "hold",
    identifiers.PERIOD: "period",
    identifiers.SELECTION: "selection",
    identifiers.DELEGATION: "delegation",
    identifiers.ATTACHMENT: "document",
    identifiers.UPLOAD: "upload",
    identifiers.SESSION: "session",
    identifiers.API_KEY: "api_key",
    identifiers.USER: "user",
    identifiers.NOTIFICATION: "notification",
}


Line = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f]+$")]
Said = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00-\x08\x0b-\x1f]*$")]
Reason = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")]


class Given(BaseModel):
    """A body that was sent. Unknown members are refused; nothing is converted."""

    model_config = ConfigDict(extra="forbid", strict=True)


class ReasonBody(Given):
    """Why it is done."""

    reason: Reason | None = None


class ActionBody(ReasonBody):
    """Why it is done, and the whole document as it is to be when the action edits it."""

    input: Any = None


class NoBody(Given):
    """Nothing is to be said."""


class AssignBody(ReasonBody):
    """To whom it is given, a person's id or a role, and why."""

    person: Line | None = None
    role: Line | None = None


async def given(request: Request, shape: type[Shape]) -> Shape:
    """The body as its schema. An empty one counts as an empty object."""
    raw = await request.body()
    if raw:
        check_media_type(request)
    return modelled(parsed(raw), shape)


def check_media_type(request: Request) -> None:
    """JSON alone."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Problem(
            "content_type_must_be_json",
            f"The body is {media_type or 'untyped'}. Send it with Content-Type: application/json.",
        )


def parsed(raw: bytes) -> Any:
    """JSON without what JSON has not: NaN, names twice, integers that no reader keeps."""
    try:
        value = json.loads(raw or b"{}", parse_constant=refuse_constant, object_pairs_hook=once)
        # Half of a surrogate pair is no character, and nothing can store it.
        json.dumps(value, ensure_ascii=False).encode()
        return value
    except (ValueError, RecursionError) as fault:
        raise Problem(
            "json_must_be_well_formed", f"The body is no JSON: {str(fault)[:200]}."
        ) from fault


def refuse_constant(name: str) -> Any:
    """NaN and Infinity are Python's."""
    raise ValueError(f"{name} is not a value of JSON")


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names each stand once; readers disagree about the others."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def modelled(value: Any, shape: type[Shape]) -> Shape:
    """The value as its schema, or every fault at once with its pointer."""
    try:
        return shape.model_validate(value)
    except ValidationError as failure:
        errors = [field_problem(error, shape) for error in failure.errors(include_url=False)]
        detail = " ".join(f"{e.pointer or 'The body'}: {e.detail}" for e in errors[:5])
        raise Problem("body_must_match_schema", detail, errors=errors) from failure


def field_problem(error: Any, shape: type[BaseModel]) -> FieldProblem:
    """One fault of pydantic's as ours."""
    at = ""
    for part in error["loc"]:
        at = pointer(at, part)
    code = CODES.get(error["type"], "value_must_match_schema")
    allowed = tuple(shape.model_fields) if code == "field_unknown" else ()
    name = error["loc"][-1] if error["loc"] else "the body"
    details = {
        "field_missing": f"Give {name}.",
        "field_unknown": f"There is no field {str(name)[:40]!r} here. Remove it.",
    }
    return FieldProblem(at, code, details.get(code, f"{error['msg']}."), allowed)


def read_id(prefix: str, text: str) -> UUID:
    """The uuid of an id in a path. A malformed one is not found, like any other."""
    try:
        return identifiers.read(prefix, text)
    except Refusal as refusal:
        raise not_found(NOUNS[prefix]) from refusal
