"""A YAML file as plain text values, with the line and column of every node.

Scalars stay the text that was written (`0.25`, `50000.00 INR`, `3d`): no binary float is ever made.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from domain.definitions.mistakes import Located, Mistake, Path, from_validation
from domain.ledger.notation import meaningful_lines

Model = TypeVar("Model", bound=BaseModel)
Place = tuple[int, int]
NULL = "tag:yaml.org,2002:null"


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
    source = Source(name)
    try:
        node = YAML(typ="rt", pure=True).compose(text)
        if node is not None:
            source.lines = text.split("\n")
            source.content = value_of(node, (), source)
            return source
    except MarkedYAMLError as fault:
        mark = fault.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = f"This cannot be read as YAML: {fault.problem}"
        source.errors.append(Located(source.file, line, column, what, "Correct the YAML here"))
        return source
    except YAMLError as fault:
        return unreadable(source, f"The file cannot be read: {fault}")
    except RecursionError:
        return unreadable(source, "What stands here is nested too deeply")
    source.errors.append(Located(source.file, 1, 1, "The file is empty", "Write it or remove it"))
    return source


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


def value_of(node: Node, path: Path, source: Source) -> object:
    """The plain value of a node; notes its place and everything's below it."""
    place = start(node)
    source.places.setdefault(path, place)
    if node.anchor:
        cure = "Write the values out; a definition has no anchors"
        source.errors.append(Located(source.file, *place, f"The anchor &{node.anchor}", cure))
        return None
    if isinstance(node, MappingNode):
        return mapping_of(node, path, source)
    if isinstance(node, SequenceNode):
        return [value_of(item, (*path, i), source) for i, item in enumerate(node.value)]
    if isinstance(node, ScalarNode):
        note_lines(node, path, source)
        return None if node.tag == NULL else node.value
    raise AssertionError(f"YAML has no other nodes than these: {node!r}")


def mapping_of(node: MappingNode, path: Path, source: Source) -> dict[str, object]:
    """A mapping; its scalars are placed at themselves, its blocks at their key."""
    found: dict[str, object] = {}
    for key, value in node.value:
        name = str(key.value)
        if name in found:
            cure = "Keep one of the two"
            what = f"{name!r} stands here for the second time"
            source.errors.append(Located(source.file, *start(key), what, cure))
            continue
        source.places[(*path, name)] = start(value if isinstance(value, ScalarNode) else key)
        found[name] = value_of(value, (*path, name), source)
    return found


def note_lines(node: ScalarNode, path: Path, source: Source) -> None:
    """Where the lines of a block of text stand, by their index among those that say something."""
    if node.style == "|":
        for number, (line, column) in enumerate(block_places(node, source.lines)):
            source.places[(*path, number)] = (line, column)


def block_places(node: ScalarNode, lines: list[str]) -> Iterator[Place]:
    """Line and column of each meaningful line of a `|` block, which starts on the next line."""
    for index, _ in meaningful_lines(node.value):
        line = node.start_mark.line + 1 + index
        yield line + 1, len(lines[line]) - len(lines[line].lstrip()) + 1


def start(node: Node) -> Place:
    """Line and column where a node starts."""
    return node.start_mark.line + 1, node.start_mark.column + 1
