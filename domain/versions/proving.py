"""A tenant's own definition held against every rule: those of files, and what it must keep."""

from collections.abc import Iterator, Sequence
from typing import Final

from domain.definitions import policy
from domain.definitions.catalog import Catalog
from domain.definitions.checking import check_text
from domain.definitions.mistakes import Located, Mistake, Path
from domain.definitions.model import Definition
from domain.definitions.second_person import second_person_agrees

# The processes by which rules change: a tenant that changed them could let itself do anything.
FIXED: Final = ("definition_change", "definition_rollback", "process_migration")
KEEP: Final = "Code speaks of it: leave it as it is"


def proven(process_type: str, source: str, types: Catalog) -> Definition | Sequence[Located]:
    """The definition that a text is, or all its mistakes. `types` are those of the tenant."""

    def rules(definition: Definition) -> Iterator[Mistake]:
        yield from names_its_own(definition, process_type, types)
        yield from second_person_agrees(definition)
        yield from uses_its_operations(definition, types)
        yield from keeps_its_code(definition, types)

    return check_text(f"{process_type}.yaml", source, types.names, rules)


def names_its_own(definition: Definition, process_type: str, types: Catalog) -> Iterator[Mistake]:
    """It is of the type that was said, one that a tenant may define, with a prefix of its own."""
    if definition.process != process_type:
        what = f"The process {definition.process!r} stands in a draft of {process_type!r}"
        yield Mistake(("process",), what, f"Write process: {process_type}")
    if process_type in FIXED:
        what = f"{process_type!r} is how rules change, and is no tenant's to change"
        yield Mistake(("process",), what, "Draft another type")
    for other in types.all:
        same = other.reference_prefix == definition.reference_prefix
        if same and other.process != process_type:
            what = f"The reference_prefix {other.reference_prefix!r} is that of {other.process}"
            yield Mistake(("reference_prefix",), what, "Choose another")
        if other.process != process_type and policy.numbers_collide(other, definition):
            what = f"The numbers are written as those of {other.process}, of another series"
            cure = "Write them otherwise, or draw them from the same series"
            yield Mistake(("number", "pattern"), what, cure)


def uses_its_operations(definition: Definition, types: Catalog) -> Iterator[Mistake]:
    """What is done besides posting (roles, periods, definitions) belongs to types that did it."""
    before = types.definitions.get(definition.process)
    known = {stage.does for stage in before.stages.values()} if before else set()
    for name, stage in definition.stages.items():
        if stage.does and stage.does not in known:
            what = f"{stage.does!r} belongs to another process type"
            yield Mistake(("stages", name, "does"), what, "Post a journal, or start that process")


def keeps_its_code(definition: Definition, types: Catalog) -> Iterator[Mistake]:
    """A type with a workflow of its own keeps it, and all that its code may speak of."""
    shipped = types.definitions.get(definition.process)
    workflow = shipped.workflow if shipped else None
    if definition.workflow != workflow:
        cure = f"Write workflow: {workflow}" if workflow else "Leave `workflow` out"
        yield Mistake(("workflow",), f"{definition.process!r} has no such workflow", cure)
    if shipped is None or workflow is None:
        return
    for name, stage in shipped.stages.items():
        own = definition.stages.get(name)
        if own is None or (own.does, own.ends) != (stage.does, stage.ends):
            yield kept(("stages", name), f"The stage {name!r}")
    for name, field in shipped.fields.items():
        if name not in definition.fields or definition.fields[name].type != field.type:
            yield kept(("fields", name), f"The field {name!r}")
    for name in shipped.totals:
        if name not in definition.totals:
            yield kept(("totals", name), f"The total {name!r}")
    for name in shipped.journals:
        if name not in definition.journals:
            yield kept(("journals", name), f"The journal {name!r}")


def kept(path: Path, what: str) -> Mistake:
    """Something that code speaks of was taken out or made into something else."""
    return Mistake(path, f"{what} is gone or does something else", KEEP)
