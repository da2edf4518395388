"""Definition files held against every rule, for those who write them: all mistakes of all files.

`catalog.load` is the same for an installation, which begins only when there is none.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import BaseModel

from domain.definitions import fields, model, notification, policy
from domain.definitions import vocabulary as vocabularies
from domain.definitions.mistakes import Located, Mistake, words_of
from domain.definitions.model import Definition
from domain.definitions.proof import prove
from domain.definitions.proof_of_texts import (
    faults_of_built_in,
    faults_of_texts,
    installed,
    with_texts,
)
from domain.definitions.source import Source, modelled, read, read_text
from domain.definitions.vocabulary import Role, Roles, TemplateFile, Vocabulary
from domain.ledger import chart as charts
from domain.ledger.chart import Account, Chart

WORDS = words_of(
    *(
        thing
        for module in (fields, model, notification, vocabularies, charts)
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, BaseModel)
    )
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What definitions may name: the files of roles and of the chart, and what is in code.

    `checks` stand with the fields that they read, by type; `operations` are those that stages may
    name, each with the required fields it needs, by type;
    `skippable` are those of them that post nothing, so that two people may leave one out.
    `templates` is the folder with the texts of notifications. Below `folder` stand the types that
    others refer to and start, when they are not among the files.
    """

    roles: Path
    chart: Path
    checks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    workflows: Collection[str] = ()
    operations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    skippable: Collection[str] = ()
    templates: Path | None = None
    folder: Path | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """The definitions that hold, by file, every mistake, and what they may name."""

    definitions: Mapping[str, Definition]
    errors: Sequence[Located]
    roles: Mapping[str, Role]
    accounts: Mapping[str, Account]
    templates: Mapping[str, TemplateFile] = field(default_factory=dict)


def check(files: Iterable[Path], around: Surroundings) -> Checked:
    """Read and prove these files. Raises nothing: what is wrong is in `errors`, in their order."""
    errors: list[Located] = []
    names = vocabulary(around, errors)
    sources = [read(file) for file in files]
    found = [(source, modelled(source, Definition, errors, words=WORDS)) for source in sources]
    templates = names.templates if names else {}
    read_whole = [(source, with_texts(each, templates)) for source, each in found if each]
    errors += strangers(read_whole)
    if names:
        names = replace(
            names,
            types=named_types(sources, around.folder),
            started=with_started([each for _, each in read_whole], around.folder),
        )
        for source, definition in read_whole:
            errors += mistakes_of(source, definition, names)
    faulty = {error.file for error in errors}
    holding = holding_of(read_whole, faulty) if names else {}
    known = names or Vocabulary({}, {}, {}, (), {})
    return Checked(holding, sorted(set(errors)), known.roles, known.accounts, known.templates)


def named_types(sources: Iterable[Source], folder: Path | None) -> set[str]:
    """A file has the name of its type, and one with mistakes is no mistake of others."""
    files = [Path(source.file) for source in sources]
    return {file.stem for file in (*files, *(folder.rglob("*.yaml") if folder else ()))}


def with_started(found: Iterable[Definition], folder: Path | None) -> dict[str, Definition]:
    """These types by name, with those from other files that they start, and that those start."""
    types = {definition.process: definition for definition in found}
    waiting = list(types.values())
    while waiting and folder:
        started = {
            start.process
            for stage in waiting.pop().stages.values()
            for start in stage.starts.values()
        }
        for name in sorted(started - set(types)):
            for file in sorted(folder.rglob(f"{name}.yaml")):
                other = modelled(read(file), Definition, [], words=WORDS)
                if other is not None:
                    types[name] = other
                    waiting.append(other)
    return types


def check_text(
    name: str, text: str, names: Vocabulary, more: Callable[[Definition], Iterable[Mistake]]
) -> Definition | Sequence[Located]:
    """One definition written in a text, held against every rule and `more`; or every mistake."""
    errors: list[Located] = []
    source = read_text(name, text)
    definition = modelled(source, Definition, errors, words=WORDS)
    if definition is not None:
        definition = with_texts(definition, names.templates)
        errors += mistakes_of(source, definition, names)
        errors += map(source.located, more(definition))
    if definition is None or errors:
        return sorted(set(errors))
    return definition


def mistakes_of(source: Source, definition: Definition, names: Vocabulary) -> list[Located]:
    """Every mistake of a definition; those of its texts once it holds together by itself."""
    found = [source.located(mistake) for mistake in prove(definition, names)]
    return found or list(faults_of_texts(source, definition, names.templates))


def vocabulary(around: Surroundings, errors: list[Located]) -> Vocabulary | None:
    """The names; None when roles or chart cannot be read, whose mistakes are added."""
    roles = modelled(read(around.roles), Roles, errors, words=WORDS)
    source = read(around.chart)
    chart = modelled(source, Chart, errors, words=WORDS)
    if chart:
        errors += map(source.located, charts.mistakes(chart))
    templates = installed(around.templates) if around.templates else {}
    errors += faults_of_built_in(templates)
    if not roles or not chart:
        return None
    return Vocabulary(
        roles.roles, chart.accounts, around.checks, around.workflows, around.operations,
        around.skippable, templates=templates,
    )  # fmt: skip


def holding_of(
    found: Iterable[tuple[Source, Definition]], faulty: Collection[str]
) -> dict[str, Definition]:
    """The definitions of files without a mistake."""
    return {source.file: each for source, each in found if source.file not in faulty}


def strangers(found: list[tuple[Source, Definition]]) -> Iterator[Located]:
    """What no file can see alone: names that two have, and a name that is not the file's."""
    yield from twice(found, "process", lambda definition: definition.process)
    yield from twice(found, "reference_prefix", lambda definition: definition.reference_prefix)
    for i, (source, definition) in enumerate(found):
        for earlier, other in found[:i]:
            if policy.numbers_collide(other, definition):
                what = f"The numbers are written as those of {earlier.file}, of another series"
                cure = "Write them otherwise, or draw them from the same series"
                yield source.located(Mistake(("number", "pattern"), what, cure))
        if Path(source.file).stem != definition.process:
            what = f"The process {definition.process!r} stands in another name's file"
            cure = f"Name the file {definition.process}.yaml"
            yield source.located(Mistake(("process",), what, cure))


def twice(
    found: list[tuple[Source, Definition]], key: str, value_of: Callable[[Definition], str]
) -> Iterator[Located]:
    """Two files with one value where each needs its own."""
    first: dict[str, str] = {}
    for source, definition in found:
        value = value_of(definition)
        if value in first:
            what = f"The {key} {value!r} is already that of {first[value]}"
            yield source.located(Mistake((key,), what, "Choose another"))
        first.setdefault(value, source.file)
