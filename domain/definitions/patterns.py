"""Regular expressions that definitions bring, read by an engine that no text makes slow.

A tenant writes them, and Python's own engine may take hours over a short text. The one in pydantic
(Rust's `regex`) has no backtracking, hence neither look-around nor back references.
"""

from functools import lru_cache

from pydantic_core import SchemaError, SchemaValidator, ValidationError, core_schema

from domain.refusal import Refusal


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> SchemaValidator:
    """The pattern, for the whole of a text. Refuses what the engine cannot read."""
    whole = rf"\A(?:{pattern})\z"
    try:
        # By itself first: `a)|(b` would be read with our brackets around it.
        SchemaValidator(core_schema.str_schema(pattern=pattern, regex_engine="rust-regex"))
        return SchemaValidator(core_schema.str_schema(pattern=whole, regex_engine="rust-regex"))
    except SchemaError as fault:
        said = str(fault).strip().splitlines()[-1].removeprefix("error:").strip()
        raise Refusal(
            "pattern_must_be_readable", f"{pattern!r} is no regular expression: {said.rstrip('.')}."
        ) from fault


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern is that of the whole text."""
    try:
        compiled(pattern).validate_python(text)
    except ValidationError:
        return False
    return True
