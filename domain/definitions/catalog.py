"""The catalogue of process types: read from files, proven, and found by name or by hash."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import BaseModel

from domain.definitions import fields, model, vocabulary
from domain.definitions.mistakes import DefinitionErrors, Located, Mistake, words_of
from domain.definitions.model import Definition
from domain.definitions.proof import prove
from domain.definitions.source import Source, modelled, read
from domain.definitions.vocabulary import Role, Roles, Vocabulary
from domain.ledger import chart as charts
from domain.ledger.chart import Account, Chart
from domain.refusal import Refusal

WORDS = words_of(
    *(
        thing
        for module in (fields, model, vocabulary, charts)
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, BaseModel)
    )
)


class DefinitionUnknown(LookupError):
    """No definition has this hash: a fault that heals when the definition is there."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """Every process type of this installation, with the roles and the chart that they name."""

    definitions: Mapping[str, Definition]
    roles: Mapping[str, Role]
    accounts: Mapping[str, Account]
    hashes: Mapping[str, Definition] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "hashes", {d.hash: d for d in self.all})

    def with_released(self, earlier: Iterable[Definition]) -> "Catalog":
        """The same types for new processes, and earlier releases for those that run."""
        found = replace(self)
        hashes = {definition.hash: definition for definition in earlier} | dict(self.hashes)
        object.__setattr__(found, "hashes", hashes)
        return found

    @property
    def all(self) -> tuple[Definition, ...]:
        """In the order of their names."""
        return tuple(self.definitions.values())

    def get(self, process_type: str) -> Definition:
        """The definition a new process of this type starts with."""
        if process_type not in self.definitions:
            raise Refusal(
                "process_type_must_exist",
                f"There is no process type {process_type!r}. Use one of: "
                f"{', '.join(self.definitions)}.",
            )
        return self.definitions[process_type]

    def by_hash(self, wanted: str) -> Definition:
        """The definition a running process pinned. Raises DefinitionUnknown, which is a fault."""
        if wanted not in self.hashes:
            raise DefinitionUnknown(f"No definition here has the hash {wanted}; load its release.")
        return self.hashes[wanted]


def load(
    folder: Path, *, roles: Path, chart: Path, checks: Collection[str], workflows: Collection[str]
) -> Catalog:
    """Reads and proves every `*.yaml` below `folder`. Raises DefinitionErrors with all mistakes."""
    errors: list[Located] = []
    known_roles = modelled(read(roles), Roles, errors, words=WORDS)
    source_of_chart = read(chart)
    known_chart = modelled(source_of_chart, Chart, errors, words=WORDS)
    sources = [read(file) for file in sorted(folder.rglob("*.yaml"))]
    if not sources:
        cure = "Name the folder with the process definitions"
        errors.append(Located(str(folder), 1, 1, "There is no definition (*.yaml) here", cure))
    found = [(source, modelled(source, Definition, errors, words=WORDS)) for source in sources]
    if known_chart:
        errors += map(source_of_chart.located, charts.mistakes(known_chart))
    if known_roles and known_chart:
        names = Vocabulary(known_roles.roles, known_chart.accounts, checks, workflows)
        for source, definition in found:
            if definition:
                errors += map(source.located, prove(definition, names))
    proven = [(source, definition) for source, definition in found if definition]
    errors += strangers(proven)
    if errors or not known_roles or not known_chart:
        raise DefinitionErrors(errors)
    ordered = sorted((definition.process, definition) for _, definition in proven)
    return Catalog(dict(ordered), known_roles.roles, known_chart.accounts)


def strangers(found: list[tuple[Source, Definition]]) -> Iterator[Located]:
    """What no file can see alone: names that two have, and a name that is not the file's."""
    yield from twice(found, "process", lambda definition: definition.process)
    yield from twice(found, "reference_prefix", lambda definition: definition.reference_prefix)
    for source, definition in found:
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
