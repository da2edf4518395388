"""Documents of interpreted types that differ, and who makes and who checks each type."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

from domain.canonical import digest
from domain.definitions import input as inputs
from domain.definitions import schema
from domain.definitions.model import Definition


@dataclass(frozen=True, slots=True)
class Road:
    """One of the cast for each step; `told` is a field that takes any text, `dated` the date."""

    maker: str
    checkers: tuple[str, ...]
    outcome: str
    told: str
    dated: str
    posts: bool


# One level and an entry, two levels and no entry, two levels and an entry.
ROADS: Mapping[str, Road] = {
    "collection": Road("gopal", ("nila",), "final", "received_for", "entry_date", posts=True),
    "leave_request": Road(
        "asha", ("bina", "esha"), "approved", "employee", "from_date", posts=False
    ),
    "general_journal": Road(
        "asha", ("bina", "deepa"), "posted", "narration", "entry_date", posts=True
    ),
}


@dataclass(frozen=True, slots=True)
class Document:
    """An input, and the hash of the document it becomes."""

    number: str
    input: dict[str, Any]
    content_hash: str


def numbered(definition: Definition, today: date) -> Iterator[Document]:
    """Examples of a type without end, each with words of its own; no two runs share a number."""
    road = ROADS[definition.process]
    run = f"{time.time_ns() // 1_000_000:x}"[-9:]
    for number in (f"{run}/{each}" for each in count(1)):
        given = schema.example(definition) | {road.told: number, road.dated: today.isoformat()}
        content = inputs.accept(definition, given, currency="INR")
        yield Document(number, given, digest(content))
