"""Where two versions of a document differ."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """One field of the document, before and after."""

    field: str
    before: Any
    after: Any
    masked: bool = False


def changes(before: Any, after: Any, at: str = "") -> Iterator[Change]:
    """Each place that differs, by JSON pointer; rows are compared by their place."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in [*before, *(name for name in after if name not in before)]:
            yield from changes(before.get(name), after.get(name), f"{at}/{name}")
    elif isinstance(before, list) and isinstance(after, list):
        for place in range(max(len(before), len(after))):
            one, other = (rows[place] if place < len(rows) else None for rows in (before, after))
            yield from changes(one, other, f"{at}/{place}")
    elif before != after:
        yield Change(at, before, after)
