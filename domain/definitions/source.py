"""A YAML file as plain text values, with the line and column of every node.

Scalars stay the text that was written (`0.25`, `50000.00 INR`, `3d`): no binary float is ever made.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from yaml import CSafeLoader, MarkedYAMLError, YAMLError, parse
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from domain.definitions.mistakes import Located, Mistake, Path, from_validation
from domain.ledger.notation import meaningful_lines

Model = TypeVar("Model", bound=BaseModel)
Place = tuple[int, int]
Events = Iterator[Event]
NULL = ("", "~", "null", "Null", "NULL")
# The deepest that ships is 15, a balance sheet. What is deeper is an attack on the reader.
DEEPEST = 50


class TooDeep(Exception):
    """Values stand deeper in others than any definition needs."""

    def __init__(self, event: Event) -> None:
        self.event = event


@dataclass(slots=True)
class Source:
    """One file: its content, and where everything in it stands (counting from 1)."""

    file: str
    content: object = None
    lines: list[str] = field(default_factory=list)
    places: dict[Path, Place] = field(default_factory=dict)
    errors: list[Located] = field(default_factory=list)

    def located(self, mistake: Mistake) -> Located:
        """The mistake at the deepest part of its path that the file has."""
        known: Path = ()
        for part in mistake.path:
            if (*known, part) in self.places:
                known = (*known, part)
        line, column = self.places.get(known, (1, 1))
        return Located(self.file, line, column, mistake.what, mistake.cure)


def read(file: FilePath) -> Source:
    """Reads one file. What is wrong with it as YAML is in `errors`."""
    try:
        return read_text(str(file), file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as fault:
        return unreadable(Source(str(file)), f"The file cannot be read: {fault}")


def read_text(name: str, text: str) -> Source:
    """Reads a text as a file of this name. What is wrong with it as YAML is in `errors`."""
    source = Source(name, lines=text.split("\n"))
    try:
        read_events(parse(text, Loader=CSafeLoader), source)
    except MarkedYAMLError as fault:
        what = f"This cannot be read as YAML: {fault.problem}"
        source.errors.append(Located(name, *blamed(fault, text), what, "Correct the YAML here"))
    except TooDeep as fault:
        report(fault.event, source, "What stands here is nested too deeply", "Use fewer levels")
    except YAMLError as fault:
        unreadable(source, f"The file cannot be read: {' '.join(str(fault).split())}")
    return source


def blamed(fault: MarkedYAMLError, text: str) -> Place:
    """Where it was seen; of what only the end of the text shows, where it began."""
    last = text.rstrip().count("\n")
    for mark in (fault.problem_mark, fault.context_mark):
        if mark is not None and mark.line <= last:
            return mark.line + 1, mark.column + 1
    return last + 1, 1


def read_events(events: Events, source: Source) -> None:
    """The content of the one document that a file has."""
    next(events)
    if not isinstance(next(events), DocumentStartEvent):
        wrong = Located(source.file, 1, 1, "The file is empty", "Write it or remove it")
        source.errors.append(wrong)
        return
    source.content = value_of(next(events), events, (), source)
    next(events)
    second = next(events)
    if isinstance(second, DocumentStartEvent):
        report(second, source, "A second document starts here", "Give it a file of its own")


def report(event: Event, source: Source, what: str, cure: str) -> None:
    """A mistake where something starts."""
    source.errors.append(Located(source.file, *start(event), what, cure))


def unreadable(source: Source, what: str) -> Source:
    """A source of which nothing can be read."""
    source.errors.append(Located(source.file, 1, 1, what, "Give a readable file in UTF-8"))
    return source


def modelled(
    source: Source, shape: type[Model], errors: list[Located], *, words: Sequence[str]
) -> Model | None:
    """The content of a file as its model; None when there are errors, which are added.

    `words` are the keys that files of this sort know: a key that is none is told the nearest.
    """
    errors += source.errors
    if source.errors:
        return None
    try:
        return shape.model_validate(source.content)
    except ValidationError as failure:
        errors += map(source.located, from_validation(failure, words))
        return None


def value_of(event: Event, events: Events, path: Path, source: Source) -> object:
    """The plain value that starts with an event; notes its place and everything's below it."""
    source.places.setdefault(path, start(event))
    if anchor := getattr(event, "anchor", None):
        named = f"The alias *{anchor}" if isinstance(event, AliasEvent) else f"The anchor &{anchor}"
        report(event, source, named, "Write the values out; a definition has no anchors")
    if len(path) > DEEPEST and isinstance(event, CollectionStartEvent):
        raise TooDeep(event)
    if isinstance(event, MappingStartEvent):
        return mapping_of(events, path, source)
    if isinstance(event, CollectionStartEvent):
        return sequence_of(events, path, source)
    if not isinstance(event, ScalarEvent):
        return None
    note_lines(event, path, source)
    is_plain, _ = event.implicit
    return None if is_plain and event.value in NULL else event.value


def sequence_of(events: Events, path: Path, source: Source) -> list[object]:
    """A list, up to its end."""
    found: list[object] = []
    while not isinstance(event := next(events), SequenceEndEvent):
        found.append(value_of(event, events, (*path, len(found)), source))
    return found


def mapping_of(events: Events, path: Path, source: Source) -> dict[str, object]:
    """A mapping, up to its end; its scalars are placed at themselves, its blocks at their key."""
    found: dict[str, object] = {}
    while not isinstance(key := next(events), MappingEndEvent):
        if not isinstance(key, ScalarEvent):
            report(key, source, "A key that is no word", "Write a word before the colon")
            value_of(key, events, path, source)
            value_of(next(events), events, path, source)
            continue
        value, name = next(events), str(key.value)
        if name in found:
            what = f"{name!r} stands here for the second time"
            report(key, source, what, "Keep one of the two")
            value_of(value, events, path, source)
            continue
        source.places[(*path, name)] = start(value if isinstance(value, ScalarEvent) else key)
        found[name] = value_of(value, events, (*path, name), source)
    return found


def note_lines(event: ScalarEvent, path: Path, source: Source) -> None:
    """Where the lines of a block of text stand, by their index among those that say something."""
    if event.style == "|":
        for number, (line, column) in enumerate(block_places(event, source.lines)):
            source.places[(*path, number)] = (line, column)


def block_places(event: ScalarEvent, lines: list[str]) -> Iterator[Place]:
    """Line and column of each meaningful line of a `|` block, which starts on the next line."""
    first, _ = start(event)
    for index, _ in meaningful_lines(event.value):
        line = first + index
        yield line + 1, len(lines[line]) - len(lines[line].lstrip()) + 1


def start(event: Event) -> Place:
    """Line and column where something starts."""
    mark = event.start_mark
    assert mark is not None, "events of a text have marks"
    return mark.line + 1, mark.column + 1
