"""Definition files held against every rule, for those who write them: all mistakes of all files.

`catalog.load` does the same for an installation and stops there; here what holds is told as well.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from domain.definitions.catalog import WORDS, strangers
from domain.definitions.mistakes import Located
from domain.definitions.model import Definition
from domain.definitions.proof import prove
from domain.definitions.source import Source, modelled, read
from domain.definitions.vocabulary import Role, Roles, Vocabulary
from domain.ledger import chart as charts
from domain.ledger.chart import Chart


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What definitions may name: the files of roles and of the chart, and what is in code."""

    roles: Path
    chart: Path
    checks: Collection[str] = ()
    workflows: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """The definitions that hold, by file, every mistake, and the roles that were known."""

    definitions: Mapping[str, Definition]
    errors: Sequence[Located]
    roles: Mapping[str, Role]


def check(files: Iterable[Path], around: Surroundings) -> Checked:
    """Read and prove these files. Raises nothing: what is wrong is in `errors`, in their order."""
    errors: list[Located] = []
    names = vocabulary(around, errors)
    sources = [read(file) for file in files]
    found = [(source, modelled(source, Definition, errors, words=WORDS)) for source in sources]
    read_whole = [(source, definition) for source, definition in found if definition]
    errors += strangers(read_whole)
    if names:
        for source, definition in read_whole:
            errors += map(source.located, prove(definition, names))
    faulty = {error.file for error in errors}
    holding = holding_of(read_whole, faulty) if names else {}
    return Checked(holding, sorted(set(errors)), names.roles if names else {})


def vocabulary(around: Surroundings, errors: list[Located]) -> Vocabulary | None:
    """The names; None when roles or chart cannot be read, whose mistakes are added."""
    roles = modelled(read(around.roles), Roles, errors, words=WORDS)
    source = read(around.chart)
    chart = modelled(source, Chart, errors, words=WORDS)
    if chart:
        errors += map(source.located, charts.mistakes(chart))
    if not roles or not chart:
        return None
    return Vocabulary(roles.roles, chart.accounts, around.checks, around.workflows)


def holding_of(
    found: Iterable[tuple[Source, Definition]], faulty: Collection[str]
) -> dict[str, Definition]:
    """The definitions of files without a mistake."""
    return {source.file: each for source, each in found if source.file not in faulty}
