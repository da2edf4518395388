"""The catalogue of process types: read from files, proven, and found by name or by hash."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from domain.definitions.checking import Surroundings, check
from domain.definitions.mistakes import DefinitionErrors, Located
from domain.definitions.model import Definition
from domain.definitions.vocabulary import Role, TemplateFile, Vocabulary
from domain.ledger.chart import Account
from domain.refusal import Refusal


class DefinitionUnknown(LookupError):
    """No definition has this hash: a fault that heals when the definition is there."""


Released = Callable[[str], Definition | None]


@dataclass(frozen=True, slots=True)
class Catalog:
    """Every process type of this installation, with the roles and the chart that they name.

    `released` finds what was released since, by its hash. What a hash means never changes, so what
    was found once is kept, and whoever asks is always told the same.
    """

    definitions: Mapping[str, Definition]
    roles: Mapping[str, Role]
    accounts: Mapping[str, Account]
    checks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    workflows: Collection[str] = ()
    operations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    released: Released | None = None
    templates: Mapping[str, TemplateFile] = field(default_factory=dict)
    hashes: dict[str, Definition] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "hashes", {d.hash: d for d in self.all})

    def with_released(
        self, earlier: Iterable[Definition], released: Released | None = None
    ) -> "Catalog":
        """The same types for new processes, and every other release for those that run."""
        found = replace(self, released=released)
        hashes = {definition.hash: definition for definition in earlier} | self.hashes
        object.__setattr__(found, "hashes", hashes)
        return found

    def overlaid(self, own: Iterable[Definition]) -> "Catalog":
        """The types of a tenant: its own versions in the place of the shipped ones, and beside."""
        found = dict(self.definitions) | {definition.process: definition for definition in own}
        return replace(self, definitions=dict(sorted(found.items())))

    @property
    def all(self) -> tuple[Definition, ...]:
        """In the order of their names."""
        return tuple(self.definitions.values())

    @property
    def names(self) -> Vocabulary:
        """What a definition may name here."""
        return Vocabulary(
            self.roles, self.accounts, self.checks, self.workflows, self.operations,
            types=tuple(self.definitions),
            started=self.definitions,
            templates=self.templates,
        )  # fmt: skip

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
            found = self.released(wanted) if self.released else None
            if found is None:
                raise DefinitionUnknown(
                    f"No definition here has the hash {wanted}; load its release."
                )
            self.hashes[wanted] = found
        return self.hashes[wanted]


def load(folder: Path, around: Surroundings) -> Catalog:
    """Reads and proves every `*.yaml` below `folder`. Raises DefinitionErrors with all mistakes."""
    files = sorted(folder.rglob("*.yaml"))
    found = check(files, around)
    errors = list(found.errors)
    if not files:
        cure = "Name the folder with the process definitions"
        errors.append(Located(str(folder), 1, 1, "There is no definition (*.yaml) here", cure))
    if errors:
        raise DefinitionErrors(errors)
    ordered = sorted((definition.process, definition) for definition in found.definitions.values())
    return Catalog(
        dict(ordered),
        found.roles,
        found.accounts,
        around.checks,
        around.workflows,
        around.operations,
        templates=found.templates,
    )
