"""What differs between two definitions, by meaning: each key that came, went or changed.

Order is told where it means something: processes start in the first stage, forms follow the fields.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from domain.definitions.model import Definition

Kind = Literal["added", "removed", "changed", "reordered"]
ORDERED: Final = (("stages",), ("fields",))
# Parts of lists that have a name of their own, so that one more moves none of the others.
NAMED: Final = ("name",)


@dataclass(frozen=True, slots=True)
class Difference:
    """One key, as `approvals.by_cost.bands.0.up_to`. `part` is where an accountant looks for it."""

    part: str
    path: str
    kind: Kind
    before: Any
    after: Any

    def __str__(self) -> str:
        said = [str(each) for each in (self.before, self.after) if each is not None]
        return f"{self.kind} {self.path}: {' → '.join(said)}"


def differences(before: Definition | None, after: Definition) -> list[Difference]:
    """Every difference, in the order of the parts of a definition. All is added to none."""
    return list(compared(plain(before) if before else {}, plain(after), ()))


def plain(definition: Definition) -> dict[str, Any]:
    """What a definition says, as mappings, lists and texts."""
    return definition.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def compared(before: Any, after: Any, path: tuple[str, ...]) -> Iterator[Difference]:
    """What differs between two values at a path."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from within(before, after, path)
        yield from reordered(before, after, path)
    elif before == after:
        return
    elif is_of_mappings(before) and is_of_mappings(after):
        yield from within(keyed(before), keyed(after), path)
    else:
        yield difference("changed", path, before, after)


def within(
    before: Mapping[str, Any], after: Mapping[str, Any], path: tuple[str, ...]
) -> Iterator[Difference]:
    """What differs between two mappings, key by key."""
    for key in {**before, **after}:
        inner = (*path, key)
        if key not in before:
            yield difference("added", inner, None, after[key])
        elif key not in after:
            yield difference("removed", inner, before[key], None)
        else:
            yield from compared(before[key], after[key], inner)


def reordered(
    before: Mapping[str, Any], after: Mapping[str, Any], path: tuple[str, ...]
) -> Iterator[Difference]:
    """What both have, in another order, where order has a meaning."""
    if path[-1:] not in ORDERED:
        return
    kept = [key for key in before if key in after]
    now = [key for key in after if key in before]
    if kept != now:
        yield difference("reordered", path, kept, now)


def is_of_mappings(value: Any) -> bool:
    """Whether it is a list of mappings, such as bands."""
    return isinstance(value, list) and all(isinstance(each, Mapping) for each in value)


def keyed(items: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """A list by the names of its parts, by their places where they have none."""
    return {
        next((str(item[key]) for key in NAMED if key in item), str(place)): item
        for place, item in enumerate(items)
    }


def difference(kind: Kind, path: tuple[str, ...], before: Any, after: Any) -> Difference:
    """A difference at a path."""
    return Difference(path[0], ".".join(path), kind, before, after)
