"""Fields that not everybody sees who may read the rest of a document.

A masked field is null for them, and the document says which those are. Roles are looked at when
somebody reads, so whoever loses a role no longer sees what she once entered.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from domain.definitions.model import Definition
from domain.definitions.remembered import remembered

# Digests over the whole content: who knows all of it but a salary could try every salary.
DIGESTS: Final = frozenset({"document_hash"})


@dataclass(frozen=True, slots=True)
class Mask:
    """What is hidden from somebody: fields, those of rows as `lines.net`."""

    fields: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Whether anything is hidden at all."""
        return bool(self.fields)

    def content(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """The content with null for what is hidden."""
        return {name: self.value(name, value) for name, value in content.items()}

    def value(self, name: str, value: Any) -> Any:
        """One field, or its rows."""
        if name in self.fields:
            return None
        if not isinstance(value, list):
            return value
        return [self.row(name, row) if isinstance(row, Mapping) else row for row in value]

    def row(self, name: str, row: Mapping[str, Any]) -> dict[str, Any]:
        """One row of a field."""
        hidden = {inner for inner in row if f"{name}.{inner}" in self.fields}
        return {inner: None if inner in hidden else part for inner, part in row.items()}

    def pointers(self, content: Mapping[str, Any]) -> list[str]:
        """Where the content has something that is hidden, as JSON pointers."""
        return list(self.hidden(content))

    def hidden(self, content: Mapping[str, Any]) -> Iterator[str]:
        """The same, one after the other."""
        for name, value in content.items():
            if name in self.fields:
                yield f"/{name}"
            elif isinstance(value, list):
                for place, row in enumerate(value):
                    if isinstance(row, Mapping):
                        inner = (n for n in row if f"{name}.{n}" in self.fields)
                        yield from (f"/{name}/{place}/{n}" for n in inner)

    def hides(self, pointer: str) -> str | None:
        """The pointer of the hidden field that a place is in; None for a place that is seen."""
        name, *rest = pointer.removeprefix("/").split("/")
        if name in self.fields:
            return f"/{name}"
        if len(rest) > 1 and f"{name}.{rest[1]}" in self.fields:
            return f"/{name}/{rest[0]}/{rest[1]}"
        return None

    def outputs(self, outputs: Mapping[str, Any]) -> dict[str, Any]:
        """What a step or an event tells, without what is hidden and digests to guess it by.

        What an operation wrote names things as the fields that asked for them are called.
        """
        return {name: self.told(name, value) for name, value in outputs.items()}

    def told(self, name: str, value: Any) -> Any:
        """One member of it, at whatever depth."""
        if name in self.fields or (self and name in DIGESTS):
            return None
        return self.outputs(value) if isinstance(value, Mapping) else value


NOTHING: Final = Mask()


def mask(definition: Definition, roles: Collection[str]) -> Mask:
    """What is hidden from somebody with these roles."""
    return mask_of(definition, frozenset(roles))


@remembered
def mask_of(definition: Definition, roles: frozenset[str]) -> Mask:
    """The same, worked out once."""
    return Mask(
        frozenset(
            name
            for name, field in definition.fields_by_path().items()
            if field.visible_to and not roles & set(field.visible_to)
        )
    )
