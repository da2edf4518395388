"""Mistakes in definition files: where they are, what is wrong, what to do."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

Path = tuple[str | int, ...]

CURES = {
    "missing": ("is missing", "Write it"),
    "string_pattern_mismatch": ("is not written as it must be", "Write it to match {pattern}"),
    "too_short": ("is empty or too short", "Give at least {min_length}"),
    "string_too_short": ("is empty", "Write something"),
    "string_too_long": ("is too long", "Keep it within {max_length} characters"),
    "literal_error": ("is none of the words known here", "Write one of {expected}"),
    "union_tag_invalid": ("has an unknown type", "Write one of {expected_tags}"),
    "union_tag_not_found": ("has no type", "Say which: text, date, money, rows ..."),
    "int_parsing": ("is no whole number", "Write digits only"),
    "bool_parsing": ("is neither true nor false", "Write true or false"),
    "string_type": ("is not text", "Write one line of text"),
    "tuple_type": ("is not a list", "Write it as [one, two]"),
    "dict_type": ("is not a mapping", "Write it as name: value"),
    "model_type": ("is not a mapping", "Write it as name: value"),
}


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake, at a path of keys and indexes inside a file."""

    path: Path
    what: str
    cure: str


@dataclass(frozen=True, slots=True, order=True)
class Located:
    """One mistake with its place; lines and columns count from 1."""

    file: str
    line: int
    column: int
    what: str
    cure: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}  {self.what}.  {self.cure}."


class DefinitionErrors(Exception):
    """Every mistake of every file at once, in the order of the files and lines."""

    def __init__(self, errors: Iterable[Located]) -> None:
        self.errors: Sequence[Located] = tuple(sorted(set(errors)))
        super().__init__("\n".join(str(error) for error in self.errors))


def written(path: Path) -> str:
    """A path as a person would say it: `stages.received.to`."""
    return ".".join(str(part) for part in path) or "the file"


def from_validation(failure: ValidationError, words: Sequence[str]) -> list[Mistake]:
    """What the model says, in words; `words` are the keys that it knows."""
    return [mistake(error, words) for error in failure.errors(include_url=False)]


def mistake(error: Any, words: Sequence[str]) -> Mistake:
    """One error of the model (pydantic's own shape)."""
    path: Path = tuple(error["loc"])
    name = written(tuple(part for part in path if part != "[key]"))
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(path[-1]), words, n=1)
        cure = f"Did you mean {near[0]!r}? Otherwise remove it" if near else "Remove it"
        return Mistake(path, f"{name!r} is not known here", cure)
    context = error.get("ctx", {})
    what, cure = CURES.get(error["type"], ("cannot be read", str(error["msg"])))
    value = f" ({error['input']!r})" if isinstance(error["input"], str | int) else ""
    return Mistake(path, f"{name!r} {what}{value}", cure.format(**context))


def words_of(*models: type[BaseModel]) -> tuple[str, ...]:
    """Every key that these models know."""
    return tuple(
        sorted({field.alias or name for m in models for name, field in m.model_fields.items()})
    )
