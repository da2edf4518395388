"""The proof of decision tables, and of what the definition takes from them."""

from collections.abc import Iterator

from domain.definitions import decision_table_proof, policy
from domain.definitions.fields import ChoiceField
from domain.definitions.mistakes import Mistake, Path
from domain.definitions.model import Definition
from domain.definitions.named_facts import kinds
from domain.definitions.proof_of_stages import unknown
from domain.definitions.vocabulary import Vocabulary
from domain.refusal import Refusal


def tables_hold_together(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """Cells can be read, each case is decided once, inputs are facts that every document has."""
    known = kinds(definition)
    closed = {n: f.choices for n, f in definition.fields.items() if isinstance(f, ChoiceField)}
    for name, table in definition.tables.items():
        path: Path = ("tables", name)
        for asked, kind in table.inputs.items():
            if asked not in known:
                yield unknown((*path, "inputs", asked), asked, "field that is required", known)
            elif known[asked] != kind and {known[asked], kind} != {"choice", "text"}:
                what = f"{asked!r} is {known[asked]}, not {kind}"
                yield Mistake((*path, "inputs", asked), what, f"Write {known[asked]}")
        for mistake in decision_table_proof.mistakes(table, values=closed):
            yield Mistake((*path, *mistake.path), mistake.what, mistake.cure)


def tables_are_used(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """What names a table names one that is there, and no table is there for nothing."""
    named: dict[Path, str] = {
        ("stages", name, "route"): stage.route
        for name, stage in definition.stages.items()
        if stage.route
    }
    named |= {
        ("approvals", name, "table"): approval.table
        for name, approval in definition.approvals.items()
        if approval.table
    }
    for path, table in named.items():
        if table not in definition.tables:
            yield unknown(path, table, "decision table", definition.tables)
    for name in definition.tables:
        if name not in named.values():
            what = f"Nothing asks the table {name!r}"
            yield Mistake(("tables", name), what, "Name it in `route` or in an approval's `table`")


def routes_lead_to_stages(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """A table that routes names one stage in each rule, and always decides."""
    for stage in definition.stages.values():
        table = definition.tables.get(stage.route or "")
        if table is None:
            continue
        path: Path = ("tables", str(stage.route))
        if table.hit == "collect":
            cure = "Write `hit: first` or `hit: unique`"
            yield Mistake((*path, "hit"), "A route leads to one stage, not to several", cure)
        for i, rule in enumerate(table.rules):
            if len(rule.then) > 1:
                what = "A route leads to one stage, not to several"
                yield Mistake((*path, "rules", i, "then"), what, "Name one")
            for j, to in enumerate(rule.then):
                if to not in definition.stages:
                    yield unknown((*path, "rules", i, "then", j), to, "stage", definition.stages)


def levels_name_roles(definition: Definition, names: Vocabulary) -> Iterator[Mistake]:
    """Every level of a band or of a table's rule is written as levels are, of roles that exist."""
    for name, approval in definition.approvals.items():
        if bool(approval.bands) == bool(approval.table):
            both = "both" if approval.bands else "neither"
            what = f"The approval {name!r} has {both} of bands and table"
            yield Mistake(("approvals", name), what, "Give it one of the two")
        written: dict[Path, str] = {
            ("approvals", name, "bands", i, "levels", j): level
            for i, band in enumerate(approval.bands)
            for j, level in enumerate(band.levels)
        }
        table = definition.tables.get(approval.table or "")
        for i, rule in enumerate(table.rules if table else ()):
            written |= {
                ("tables", str(approval.table), "rules", i, "then", j): level
                for j, level in enumerate(rule.then)
                if rule.then != (policy.NOBODY,)
            }
        for path, level in written.items():
            yield from roles_of(path, level, names)


def roles_of(path: Path, level: str, names: Vocabulary) -> Iterator[Mistake]:
    """A level that cannot be read, or that names a role that is not there."""
    try:
        seats = policy.seats(level)
    except Refusal as refusal:
        cure = "Write a role, `role x 2`, or `one & other`"
        yield Mistake(path, refusal.message.rstrip("."), cure)
        return
    for role in dict.fromkeys(seats):
        if role not in names.roles:
            yield unknown(path, role, "role", names.roles)


PROOF_OF_TABLES = (
    tables_hold_together,
    tables_are_used,
    routes_lead_to_stages,
    levels_name_roles,
)
