"""Where the fields of a kind stand in a document, those of rows once for each row."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from domain.definitions.faults_of_input import pointer
from domain.definitions.fields import Labelled
from domain.definitions.model import Definition

Kind = TypeVar("Kind", bound=Labelled)


@dataclass(frozen=True, slots=True)
class Place(Generic[Kind]):
    """A field that was given: its JSON pointer, what it is and what stands there."""

    at: str
    field: Kind
    value: Any


def places(
    definition: Definition, content: Mapping[str, Any], kind: type[Kind]
) -> Iterator[Place[Kind]]:
    """Every place where a field of the kind was given."""
    for path, found in definition.fields_by_path().items():
        if not isinstance(found, kind):
            continue
        # Of the kind that was asked for, which mypy loses among all there are.
        field = cast("Kind", found)
        outer, _, inner = path.partition(".")
        if not inner:
            yield from given(pointer("", outer), field, content.get(outer))
            continue
        for number, row in enumerate(content.get(outer) or ()):
            at = pointer(pointer(pointer("", outer), number), inner)
            yield from given(at, field, row.get(inner))


def given(at: str, field: Kind, value: Any) -> Iterator[Place[Kind]]:
    """The place, unless nothing stands there."""
    if value is not None:
        yield Place(at, field, value)
